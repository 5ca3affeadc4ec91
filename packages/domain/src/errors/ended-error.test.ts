import { expect, test } from "vitest";
import { endedAction, endedError } from "./ended-error.ts";
import { errorInfo, KluisError } from "./errors.ts";

const startAgain = "Correct the cause, then start it again.";

test.each([
  ["Kluis tries again automatically.", startAgain],
  [
    "Check the network between Kluis and Azure. Kluis tries again automatically.",
    `Check the network between Kluis and Azure. ${startAgain}`,
  ],
  [
    "Kluis tries again. If it persists, check the health of Azure.",
    `If it persists, check the health of Azure. ${startAgain}`,
  ],
  [undefined, startAgain],
  ["See docs/azure-setup.md.", "See docs/azure-setup.md."],
])("the action %s of a retried error ends as %s", (action, ended) => {
  const error = new KluisError("AZURE_UNREACHABLE", {
    message: "No answer.",
    ...(action === undefined ? {} : { action }),
  });
  expect(endedError(errorInfo(error))).toEqual({ ...errorInfo(error), action: ended });
});

test("an error that is never retried keeps its action, or none", () => {
  const error = new KluisError("CANCELLED", { message: "The operation was canceled." });
  expect(endedError(errorInfo(error)).action).toBeNull();
});

test("a Dutch action keeps its advice", () => {
  const action = "Kluis probeert het opnieuw. Controleer het netwerk.";
  const ended = endedAction({ code: "AZURE_UNREACHABLE", action }, "Start opnieuw.");
  expect(ended).toBe("Controleer het netwerk. Start opnieuw.");
});
