import { describe, expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { type ErrorCode, errorCatalog } from "../errors/errors.ts";
import {
  giveUpMs,
  inherit,
  isReplaced,
  isStarved,
  judgeTransfer,
  parkPauseMs,
  patienceMs,
  restoreStake,
  type TransferFailure,
  transferWaitOf,
} from "./transfer-stage.ts";

const now = new Date("2026-03-27T12:00:00Z");
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const hour = 3_600_000;
const day = 24 * hour;

function failure(code: ErrorCode, more: Partial<TransferFailure> = {}): TransferFailure {
  const error = { code, retry: errorCatalog[code], retryAfterMs: null };
  const facts = {
    kind: "backup" as const,
    stake: "work" as const,
    failedBefore: 0,
    startedAt: null,
    parkedSince: null,
    hasNewerCapture: false,
    deadlineAt: null,
  };
  return { error, ...facts, now, ...more };
}

describe("an error of a transfer", () => {
  test.each([
    "AZURE_FORBIDDEN",
    "AZURE_AUTH_FAILED",
    "CONNECTION_UNUSABLE",
    "VAULT_UNUSABLE",
    "VAULT_FULL",
  ] as const)("%s parks it at once, although a retry alone cannot help", (code) => {
    expect(judgeTransfer(failure(code))).toEqual({ kind: "park", pauseMs: limits.transferPauseShortestMs });
  });

  test.each(["AZURE_UNREACHABLE", "AZURE_FAILED", "VAULT_UNREACHABLE", "AZURE_CONFLICT"] as const)(
    "%s parks it after a few tries in a row, and at once when it is parked already",
    (code) => {
      for (const failedBefore of [0, 1, 2]) {
        expect(judgeTransfer(failure(code, { failedBefore }))).toEqual({ kind: "continue" });
      }
      expect(judgeTransfer(failure(code, { failedBefore: 3 })).kind).toBe("park");
      expect(judgeTransfer(failure(code, { parkedSince: ago(hour) })).kind).toBe("park");
    },
  );

  test("throttling parks it when Azure requests a long pause", () => {
    const throttled = (retryAfterMs: number) =>
      failure("AZURE_THROTTLED", { error: { code: "AZURE_THROTTLED", retry: "after", retryAfterMs } });
    expect(judgeTransfer(throttled(5_000))).toEqual({ kind: "continue" });
    expect(judgeTransfer(throttled(120_000))).toEqual({ kind: "park", pauseMs: 120_000 });
    expect(judgeTransfer(throttled(day))).toEqual({ kind: "park", pauseMs: limits.transferPauseLongestMs });
  });

  test.each(["VAULT_DATA_DAMAGED", "AZURE_NOT_FOUND", "CONFLICT", "INTERNAL"] as const)(
    "%s is not an outage, however long the transfer is parked",
    (code) => {
      const long = { parkedSince: ago(30 * day), hasNewerCapture: true, failedBefore: 20 };
      expect(judgeTransfer(failure(code, long))).toEqual({ kind: "continue" });
    },
  );
});

describe("an outage that lasts", () => {
  test("is tried again with growing pauses, at most 15 minutes apart", () => {
    let at = 0;
    const pauses: number[] = [];
    while (at < 7 * day) {
      const verdict = judgeTransfer(failure("VAULT_UNREACHABLE", { failedBefore: 3, parkedSince: ago(at) }));
      if (verdict.kind !== "park") throw new Error(verdict.kind);
      pauses.push(verdict.pauseMs);
      at += verdict.pauseMs;
    }
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
    expect(pauses[0]).toBe(1_000);
    expect(pauses.at(-1)).toBe(15 * 60_000);
    expect(pauses.length).toBeLessThan(700);
  });

  test("ends the transfer when a newer snapshot is complete, but not within a hiccup", () => {
    const replaced = (parkedSince: Date | null) =>
      judgeTransfer(failure("AZURE_FORBIDDEN", { parkedSince, hasNewerCapture: true }));
    expect(replaced(null).kind).toBe("park");
    expect(replaced(ago(limits.transferHiccupMs - 1)).kind).toBe("park");
    expect(replaced(ago(limits.transferHiccupMs))).toEqual({ kind: "give-up", reason: "superseded" });
  });

  test("ends the transfer after 14 days, counted from its deadline when it has one", () => {
    const long = ago(limits.transferGiveUpMs);
    const lasted = (deadlineAt: Date | null) =>
      judgeTransfer(failure("AZURE_FORBIDDEN", { parkedSince: long, deadlineAt }));
    expect(lasted(null)).toEqual({ kind: "give-up", reason: "expired" });
    expect(lasted(long)).toEqual({ kind: "give-up", reason: "expired" });
    expect(lasted(ago(day)).kind).toBe("park");
    const younger = { parkedSince: ago(13 * day), deadlineAt: ago(30 * day) };
    expect(judgeTransfer(failure("AZURE_FORBIDDEN", younger)).kind).toBe("park");
  });
});

describe("what a job would lose decides which outage parks it", () => {
  const restore = { kind: "restore-disk", stake: "place" } as const;
  const codes = Object.keys(errorCatalog) as ErrorCode[];

  test("nothing: none", () => {
    for (const code of codes)
      expect(judgeTransfer(failure(code, { stake: "nothing", failedBefore: 24 }))).toEqual({
        kind: "continue",
      });
  });

  test("its place: what a retry can end; a lost role fails a restore that has written nothing", () => {
    for (const code of ["AZURE_FORBIDDEN", "VAULT_KEY_WRONG", "DISK_ACCESS_REFUSED"] as const)
      expect(judgeTransfer(failure(code, restore))).toEqual({ kind: "continue" });
    expect(judgeTransfer(failure("AZURE_UNREACHABLE", restore))).toEqual({ kind: "continue" });
    for (const code of ["AZURE_UNREACHABLE", "VAULT_UNREACHABLE", "AZURE_CONFLICT"] as const)
      expect(judgeTransfer(failure(code, { ...restore, failedBefore: 3 })).kind).toBe("park");
    expect(judgeTransfer(failure("VAULT_FULL", restore)).kind).toBe("park");
  });

  test("its work: every outage, of a restore as of a backup", () => {
    for (const code of codes) {
      const late = { stake: "work", failedBefore: 3 } as const;
      const [backup, other] = (["backup", "restore-disk"] as const).map((kind) =>
        judgeTransfer(failure(code, { ...late, kind })),
      );
      expect(other).toEqual(backup);
    }
  });

  test("a restore loses work while it writes, until the upload has ended", () => {
    expect(restoreStake({ hasWritten: false, uploadEnded: false })).toBe("place");
    expect(restoreStake({ hasWritten: true, uploadEnded: false })).toBe("work");
    expect(restoreStake({ hasWritten: true, uploadEnded: true })).toBe("place");
  });

  test("a restore is given up after 10 days, a backup is not", () => {
    const lasted = (ms: number) =>
      judgeTransfer(failure("AZURE_UNREACHABLE", { ...restore, parkedSince: ago(ms) }));
    expect(lasted(limits.restoreGiveUpMs - 1).kind).toBe("park");
    expect(lasted(limits.restoreGiveUpMs)).toEqual({ kind: "give-up", reason: "expired" });
    const backup = failure("AZURE_UNREACHABLE", { parkedSince: ago(limits.restoreGiveUpMs) });
    expect(judgeTransfer(backup).kind).toBe("park");
    expect([giveUpMs("backup"), giveUpMs("restore-disk")]).toEqual([14 * day, 10 * day]);
  });
});

test("every pause is between a second and 15 minutes", () => {
  for (const lasted of [0, 1, 999, 5_000, hour, 400 * day]) {
    for (const wanted of [0, 1, 60_000, day]) {
      const pause = parkPauseMs(lasted, wanted);
      expect(pause).toBeGreaterThanOrEqual(1_000);
      expect(pause).toBeLessThanOrEqual(15 * 60_000);
    }
  }
});

test("a newer snapshot replaces a transfer that waits or is parked, not one that moves", () => {
  const startedAt = ago(2 * hour);
  expect(isReplaced({ startedAt: null, parkedSince: null }, now)).toBe(true);
  expect(isReplaced({ startedAt, parkedSince: null }, now)).toBe(false);
  expect(isReplaced({ startedAt, parkedSince: ago(5_000) }, now)).toBe(false);
  expect(isReplaced({ startedAt, parkedSince: ago(hour) }, now)).toBe(true);
});

test("an outage must last half as long as the transfer had moved, between 10 minutes and a day", () => {
  const moved = (ms: number) => patienceMs({ startedAt: ago(hour + ms), parkedSince: ago(hour) });
  expect([0, 20 * 60_000, 3 * hour, 30 * day].map(moved)).toEqual([600_000, 600_000, 1.5 * hour, day]);
  expect(patienceMs({ startedAt: null, parkedSince: null })).toBe(limits.transferHiccupMs);
  // A first transfer of two days outlives an outage of an hour, although newer snapshots are complete.
  const long = { startedAt: ago(2 * day), parkedSince: ago(hour), hasNewerCapture: true };
  expect(judgeTransfer(failure("VAULT_UNREACHABLE", long)).kind).toBe("park");
  expect(isReplaced(long, now)).toBe(false);
  expect(judgeTransfer(failure("VAULT_UNREACHABLE", { ...long, parkedSince: ago(day) }))).toEqual({
    kind: "give-up",
    reason: "superseded",
  });
});

test("a transfer waits for its turn or for the end of an outage; an ended or ending job for neither", () => {
  const job = { state: "running", stage: "transfer-waiting", parkedSince: null } as const;
  const parked = { ...job, stage: "transfer", parkedSince: now } as const;
  expect(transferWaitOf(job)).toBe("turn");
  expect(transferWaitOf(parked)).toBe("outage");
  expect(transferWaitOf({ ...job, parkedSince: now })).toBe("outage");
  expect(transferWaitOf({ ...job, stage: "transfer" })).toBeNull();
  expect(transferWaitOf({ ...parked, stage: "cleaning-up" })).toBeNull();
  expect(transferWaitOf({ ...parked, state: "failed", stage: "failed" })).toBeNull();
});

describe("a snapshot that replaces others before their transfer", () => {
  const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 26, hour));
  const one = { deadlineAt: at(5), firstDeadlineAt: null, servedAt: at(4), replacedCount: 0 };

  test("takes the first deadline and the longest wait, and counts all of them", () => {
    expect(inherit([])).toBeNull();
    expect(inherit([one])).toEqual({ firstDeadlineAt: at(5), servedAt: at(4), replacedCount: 1 });
    const chain = { ...one, deadlineAt: at(6), firstDeadlineAt: at(2), servedAt: at(1), replacedCount: 2 };
    expect(inherit([one, chain])).toEqual({ firstDeadlineAt: at(2), servedAt: at(1), replacedCount: 4 });
    expect(inherit([{ ...one, deadlineAt: null }])?.firstDeadlineAt).toBeNull();
  });

  test("is starved after three in a row", () => {
    expect([0, 2, 3, 9].map((replacedCount) => isStarved({ replacedCount }))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
