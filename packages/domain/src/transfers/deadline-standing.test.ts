import { expect, test } from "vitest";
import { deadlineStandingOf } from "./deadline-standing.ts";

test.each([
  { job: { state: "running", deadlineAtRisk: true, deadlineMet: null }, standing: "at-risk" },
  { job: { state: "running", deadlineAtRisk: false, deadlineMet: null }, standing: null },
  { job: { state: "succeeded", deadlineAtRisk: false, deadlineMet: true }, standing: "met" },
  { job: { state: "failed", deadlineAtRisk: false, deadlineMet: false }, standing: "missed" },
  { job: { state: "cancelled", deadlineAtRisk: false, deadlineMet: null }, standing: null },
] as const)("$job.state, at risk: $job.deadlineAtRisk, met: $job.deadlineMet", ({ job, standing }) => {
  expect(deadlineStandingOf(job)).toBe(standing);
});
