import { expect, test } from "vitest";
import { jobDoing, jobWord } from "./words.ts";

const job = {
  kind: "backup",
  state: "running",
  stage: "transfer",
  parkedSince: null,
  waitsFor: null,
} as const;

test("a job that waits says for what, instead of running", () => {
  expect(jobWord(job)).toEqual({ text: "Running", tone: null });
  expect(jobDoing(job)).toBe("Transfer to the vault");
  const waiting = { ...job, stage: "transfer-waiting" } as const;
  expect([jobWord(waiting), jobDoing(waiting)]).toEqual([
    { text: "Waiting for transfer", tone: "dim" },
    "Waiting for transfer",
  ]);
  const closed = { ...job, waitsFor: "window" } as const;
  expect([jobWord(closed).text, jobDoing(closed)]).toEqual([
    "Waiting for transfer",
    "Waits for the transfer window of its policy",
  ]);
  const parked = { ...job, parkedSince: "2026-05-01T00:00:00Z" };
  expect([jobWord(parked), jobDoing(parked)]).toEqual([
    { text: "Parked by an outage", tone: "warn" },
    "Parked by an outage",
  ]);
});
