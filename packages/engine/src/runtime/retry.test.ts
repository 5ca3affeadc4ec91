import { KluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { backoffMs, failureOf, judgeFailure } from "./retry.ts";

const backoff = new KluisError("AZURE_FAILED", { reason: "reported", message: "Azure said 500." });

describe("failureOf", () => {
  const canceled = new KluisError("CANCELLED", { message: "Canceled: read the disk." });

  it("reports a timeout as a retryable error", () => {
    const failure = failureOf(canceled, { overTime: true, minutes: 60 });
    expect(failure).toMatchObject({ code: "INTERNAL", retry: "backoff", cause: canceled });
    expect(judgeFailure(failure, { allowed: 25, left: 24 }).kind).toBe("again");
  });

  it("returns every other error unchanged", () => {
    expect(failureOf(canceled, { overTime: false, minutes: 60 })).toBe(canceled);
  });
});

describe("judgeFailure", () => {
  it("gives up immediately when a retry cannot help", () => {
    const error = new KluisError("AZURE_FORBIDDEN", { reason: "connection", message: "No." });
    expect(judgeFailure(error, { allowed: 25, left: 24 })).toEqual({ kind: "give-up" });
  });

  it("doubles the pause with each failure, up to five minutes", () => {
    const delays = [24, 23, 22, 5].map((left) => judgeFailure(backoff, { allowed: 25, left }));
    expect(delays).toEqual([
      { kind: "again", delayMs: 1_000, attemptsLeft: 24 },
      { kind: "again", delayMs: 2_000, attemptsLeft: 23 },
      { kind: "again", delayMs: 4_000, attemptsLeft: 22 },
      { kind: "again", delayMs: 300_000, attemptsLeft: 5 },
    ]);
  });

  it("gives up when the tries are used up", () => {
    expect(judgeFailure(backoff, { allowed: 25, left: 0 })).toEqual({ kind: "give-up" });
  });

  it("waits longer for something else to end", () => {
    const busy = new KluisError("AZURE_CONFLICT", { reason: "busy", message: "Later.", retry: "state" });
    expect(judgeFailure(busy, { allowed: 25, left: 24 })).toMatchObject({ kind: "again", delayMs: 5_000 });
  });

  it("treats an unknown cause as temporary for ten tries, also after an outage", () => {
    const unknown = new KluisError("AZURE_FAILED", { reason: "unknown", message: "?", retry: "bounded" });
    for (const outage of [0, 12]) {
      let left = 24 - outage;
      const delays: number[] = [];
      for (;;) {
        const verdict = judgeFailure(unknown, { allowed: 25, left });
        if (verdict.kind === "give-up") break;
        delays.push(verdict.delayMs);
        left = verdict.attemptsLeft - 1;
      }
      expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256].map((seconds) => seconds * 1000));
    }
    expect(judgeFailure(unknown, { allowed: 3, left: 2 })).toEqual({
      kind: "again",
      delayMs: 1000,
      attemptsLeft: 2,
    });
    expect(judgeFailure(unknown, { allowed: 3, left: 0 })).toEqual({ kind: "give-up" });
  });

  const throttled = (retryAfterMs: number, retry: "after" | "turn") =>
    new KluisError("AZURE_THROTTLED", { reason: "connection", message: "Slow down.", retryAfterMs, retry });

  it("waits as long as Azure requests, or as for other failures if that is longer", () => {
    const delays = [24, 16].map((left) => judgeFailure(throttled(17_000, "after"), { allowed: 25, left }));
    expect(delays).toEqual([
      { kind: "again", delayMs: 17_000, attemptsLeft: 24 },
      { kind: "again", delayMs: 256_000, attemptsLeft: 16 },
    ]);
  });

  it("ends when Azure throttles every try, and waits an hour at most between two", () => {
    expect(judgeFailure(throttled(17_000, "after"), { allowed: 25, left: 0 })).toEqual({ kind: "give-up" });
    const day = 86_400_000;
    for (const retry of ["after", "turn"] as const)
      expect(judgeFailure(throttled(day, retry), { allowed: 25, left: 24 })).toMatchObject({
        delayMs: 3_600_000,
      });
  });

  it("uses no try for a request that its own budget held back", () => {
    expect(judgeFailure(throttled(17_000, "turn"), { allowed: 25, left: 0 })).toEqual({
      kind: "again",
      delayMs: 17_000,
      attemptsLeft: 1,
    });
  });
});

it("never pauses shorter than the server requests", () => {
  expect(backoffMs(0, 9_000)).toBe(9_000);
  expect(backoffMs(30)).toBe(300_000);
});
