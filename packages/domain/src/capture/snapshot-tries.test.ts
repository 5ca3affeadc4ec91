import { expect, test } from "vitest";
import { type SnapshotMemory, snapshotTries } from "./snapshot-tries.ts";

const memory: SnapshotMemory = {
  request: "crash",
  attempts: [{ request: "best", failure: "vss", notice: null, at: "2026-11-26T10:00:00.000Z" }],
  startedAt: "2026-11-26T10:01:00.000Z",
  endedAt: null,
};
const outcomes = (one: SnapshotMemory, isOpen: boolean) =>
  snapshotTries(one, isOpen).map(({ request, outcome }) => `${request} ${outcome}`);

test("a job that runs shows the try that runs", () => {
  expect(outcomes(memory, true)).toEqual(["best failed", "crash running"]);
  expect(outcomes({ ...memory, startedAt: null }, true)).toEqual(["best failed"]);
});

test("a snapshot that exists is the last try, however its job ended", () => {
  const ended = { ...memory, endedAt: "2026-11-26T10:02:00.000Z" };
  for (const isOpen of [true, false]) {
    expect(outcomes(ended, isOpen)).toEqual(["best failed", "crash succeeded"]);
  }
});

test("a job that ended within a try shows those that had an outcome", () => {
  expect(outcomes(memory, false)).toEqual(["best failed"]);
});
