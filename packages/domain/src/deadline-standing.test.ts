import { expect, test } from "vitest";
import { deadlineStandingOf } from "./deadline-standing.ts";

test.each([
  ["running", true, null, "at-risk"],
  ["running", false, null, null],
  ["succeeded", false, true, "met"],
  ["failed", false, false, "missed"],
  ["cancelled", false, null, null],
] as const)("a job that is %s, at risk: %s, met: %s", (state, deadlineAtRisk, deadlineMet, standing) => {
  expect(deadlineStandingOf({ state, deadlineAtRisk, deadlineMet })).toBe(standing);
});
