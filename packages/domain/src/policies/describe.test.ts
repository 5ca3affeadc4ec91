import { expect, test } from "vitest";
import { describePolicy, describeRetention } from "./describe.ts";
import { policyDocumentSchema } from "./policy.ts";

const document = policyDocumentSchema.parse({
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
});

test.each([
  [null, ""],
  [{ from: "06:00", to: "06:00" }, ""],
  [{ from: "22:00", to: "06:00" }, " Data moves from 22:00 to 06:00."],
  [
    { days: [6, 7], from: "20:00", to: "20:00" },
    " Data moves on Saturday and Sunday for 24 hours from 20:00.",
  ],
  [{ days: [1], from: "20:00", to: "23:00" }, " Data moves on Monday from 20:00 to 23:00."],
])("a policy with window %j says when its data moves", (window, sentence) => {
  const without = describePolicy(document);
  expect(describePolicy({ ...document, transfer: { window } })).toBe(`${without}${sentence}`);
});

test("a policy with a limit of bandwidth says so", () => {
  expect(describePolicy({ ...document, transfer: { window: null, bandwidth: 50 } })).toBe(
    `${describePolicy(document)} Its backups store at most 50 MiB per second together.`,
  );
});

test("ages are described beside counts", () => {
  expect(
    describeRetention({ keepLast: { age: 3, unit: "days" }, daily: 30, yearly: { age: 7, unit: "years" } }),
  ).toBe(
    "keeps every point until it is 3 days old, one a day for 30 days and one a year until it is 7 years old",
  );
});
