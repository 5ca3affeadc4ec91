import { jobKinds, jobSteps } from "@kluis/domain";
import { expect, test } from "vitest";
import { jobTitle, ledgerJobTitle, stepText } from "./words.ts";

test("jobs have the names of the field, not the stored kind", () => {
  const vm = { id: "1", name: "web-01" };
  expect(jobTitle({ kind: "restore-disk", vm })).toBe("Disk restore of web-01");
  expect(jobTitle({ kind: "delete-point", vm })).toBe("Recovery point deletion of web-01");
  expect(jobTitle({ kind: "backup", vm: null })).toBe("Backup");
  expect(ledgerJobTitle("restore-disk of web-01")).toBe("Disk restore of web-01");
  expect(ledgerJobTitle("something else")).toBe("something else");
});

test("every step has words, and an unknown step keeps its name", () => {
  for (const kind of jobKinds)
    for (const step of jobSteps[kind]) expect(stepText(kind, step)).toMatch(/^[A-Z]/);
  expect(stepText("backup", "new-step")).toBe("new-step");
});
