import { expect, test } from "vitest";
import { deadlineStandingOf } from "./deadline-standing.ts";

const SOONER = "2026-11-26T12:00:00.000Z";
const LATER = "2026-11-27T12:00:00.000Z";

test.each([
  { job: { state: "running", deadlineAtRisk: true, deadlineMet: null }, standing: "at-risk" },
  { job: { state: "running", deadlineAtRisk: false, deadlineMet: null }, standing: null },
  { job: { state: "succeeded", deadlineAtRisk: false, deadlineMet: true }, standing: "met" },
  { job: { state: "warning", deadlineAtRisk: false, deadlineMet: false }, standing: "missed" },
  { job: { state: "cancelled", deadlineAtRisk: false, deadlineMet: null }, standing: null },
] as const)("$job.state, at risk: $job.deadlineAtRisk, met: $job.deadlineMet", ({ job, standing }) => {
  expect(deadlineStandingOf({ ...job, deadlineAt: LATER, endedAt: null })).toBe(standing);
});

test("a job that failed before its deadline has not missed it", () => {
  const failed = { state: "failed", deadlineAtRisk: false, deadlineMet: false } as const;
  const standing = (deadlineAt: string, endedAt: string) =>
    deadlineStandingOf({ ...failed, deadlineAt, endedAt });
  expect(standing(LATER, SOONER)).toBeNull();
  expect(standing(SOONER, LATER)).toBe("missed");
});
