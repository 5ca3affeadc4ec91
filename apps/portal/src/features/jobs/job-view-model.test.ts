import { describe, expect, it } from "vitest";
import { barTone, diskBar, etaMs, jobBar, jobDuration } from "#features/jobs/job-view-model.ts";
import { replaceRows } from "#features/jobs/use-live-jobs.ts";
import type { JobDiskView, JobRow } from "#lib/api-types.ts";

const now = new Date("2026-11-22T12:00:30Z");
const disk: JobDiskView = {
  key: "os",
  name: "web-os",
  sku: "Premium_LRS",
  state: "running",
  diskBytes: 1000,
  deltaMethod: "full",
  deltaReason: null,
  deltaNotice: null,
  plannedBytes: 400,
  readBytes: 100,
  changedBytes: 100,
  movedBytes: 50,
  storedBytes: 20,
  chunksNew: 1,
  chunksReused: 0,
  segments: { done: 0, total: 1 },
  bytesPerSecond: 10,
  startedAt: "2026-11-22T12:00:00Z",
  endedAt: null,
};

describe("a disk's bar", () => {
  it("shows what was read of what must be read", () => {
    expect(diskBar(disk)).toEqual({ done: 100, total: 400 });
  });
  it("is full when done, even when nothing had to be read", () => {
    expect(diskBar({ state: "done", plannedBytes: 0, readBytes: 0 })).toEqual({ done: 1, total: 1 });
  });
  it("has no total before the plan", () => {
    expect(diskBar({ state: "waiting", plannedBytes: 0, readBytes: 0 }).total).toBe(0);
  });
});

describe("jobBar", () => {
  const progress = {
    plannedBytes: 10,
    doneBytes: 4,
    readBytes: 4,
    changedBytes: 0,
    movedBytes: 0,
    storedBytes: 0,
    logicalBytes: 0,
  };
  it("is full for a job that did its work, and honest for one that failed", () => {
    expect(jobBar({ state: "warning", progress })).toEqual({ done: 1, total: 1 });
    expect(jobBar({ state: "failed", progress })).toEqual({ done: 4, total: 10 });
  });
});

describe("etaMs", () => {
  it("extrapolates from the rate so far", () => {
    expect(etaMs([disk], now)).toBe(90_000);
  });
  it("does not guess: too early, nothing done, nothing left, not started", () => {
    expect(etaMs([disk], new Date("2026-11-22T12:00:05Z"))).toBeNull();
    expect(etaMs([{ ...disk, readBytes: 0 }], now)).toBeNull();
    expect(etaMs([{ ...disk, readBytes: 400 }], now)).toBeNull();
    expect(etaMs([{ ...disk, startedAt: null }], now)).toBeNull();
    expect(etaMs([], now)).toBeNull();
  });
});

describe("jobDuration", () => {
  it("runs until now or until the end", () => {
    expect(jobDuration({ startedAt: "2026-11-22T12:00:00Z", endedAt: null }, now)).toBe(30_000);
    expect(jobDuration({ startedAt: "2026-11-22T12:00:00Z", endedAt: "2026-11-22T12:00:10Z" }, now)).toBe(
      10_000,
    );
    expect(jobDuration({ startedAt: null, endedAt: null }, now)).toBeNull();
  });
});

describe("barTone", () => {
  it("tells good, warned, failed, moving and idle apart", () => {
    expect([
      barTone("done"),
      barTone("warning"),
      barTone("failed"),
      barTone("running"),
      barTone("cancelled"),
    ]).toEqual(["ok", "warn", "bad", "run", "idle"]);
  });
});

describe("replaceRows", () => {
  const row = (id: string, stage: string) => ({ id, stage }) as JobRow;
  it("puts newer rows into a page that shows them, and leaves other pages as they are", () => {
    const page = { rows: [row("a", "plan"), row("b", "plan")], total: 2 };
    expect(replaceRows(page, [row("b", "transfer")])).toEqual({
      rows: [row("a", "plan"), row("b", "transfer")],
      total: 2,
    });
    expect(replaceRows(page, [row("c", "plan")])).toBe(page);
    expect(replaceRows(undefined, [row("a", "plan")])).toBeUndefined();
  });
});
