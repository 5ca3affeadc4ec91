import { describe, expect, it } from "vitest";
import {
  barTone,
  diskBar,
  diskLook,
  elapsedMs,
  etaMs,
  jobBar,
  jobBarTone,
  jobTitle,
  startedBy,
  stepLook,
  stepName,
  stepOfStage,
} from "#features/jobs/job-view-model.ts";
import { stateChoice } from "#features/jobs/url-state.ts";
import { replaceRows } from "#features/jobs/use-live-jobs.ts";
import { textsOf } from "#i18n/texts.ts";
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

describe("diskBar", () => {
  it("shows the bytes read of the bytes to read", () => {
    expect(diskBar(disk)).toEqual({ done: 100, total: 400 });
  });
  it("is full when done, even when there was nothing to read", () => {
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
  it("is full for a job that succeeded, and shows how far a failed one came", () => {
    expect(jobBar({ state: "warning", progress })).toEqual({ done: 1, total: 1 });
    expect(jobBar({ state: "failed", progress })).toEqual({ done: 4, total: 10 });
  });
});

describe("etaMs", () => {
  it("extrapolates from the rate so far", () => {
    expect(etaMs([disk], now)).toBe(90_000);
  });
  it("is null when it is too early, when nothing is done or left, and before the start", () => {
    expect(etaMs([disk], new Date("2026-11-22T12:00:05Z"))).toBeNull();
    expect(etaMs([{ ...disk, readBytes: 0 }], now)).toBeNull();
    expect(etaMs([{ ...disk, readBytes: 400 }], now)).toBeNull();
    expect(etaMs([{ ...disk, startedAt: null }], now)).toBeNull();
    expect(etaMs([], now)).toBeNull();
  });
});

describe("elapsedMs", () => {
  it("runs until now or until the end", () => {
    expect(elapsedMs({ startedAt: "2026-11-22T12:00:00Z", endedAt: null }, now)).toBe(30_000);
    expect(elapsedMs({ startedAt: "2026-11-22T12:00:00Z", endedAt: "2026-11-22T12:00:10Z" }, now)).toBe(
      10_000,
    );
    expect(elapsedMs({ startedAt: null, endedAt: null }, now)).toBeNull();
  });
});

describe("barTone", () => {
  it("differs for success, warning, failure, running and idle", () => {
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
  it("replaces rows of a page that shows them, and returns other pages unchanged", () => {
    const page = { rows: [row("a", "plan"), row("b", "plan")], total: 2 };
    expect(replaceRows(page, [row("b", "transfer")])).toEqual({
      rows: [row("a", "plan"), row("b", "transfer")],
      total: 2,
    });
    expect(replaceRows(page, [row("c", "plan")])).toBe(page);
    expect(replaceRows(undefined, [row("a", "plan")])).toBeUndefined();
  });
});

describe("the words of a job", () => {
  const t = textsOf("en", "jobs");
  const nl = textsOf("nl", "jobs");

  it("are a title with the VM, in both languages", () => {
    const vm = { id: "v", name: "web-01" };
    expect(jobTitle({ kind: "backup", vm }, t)).toBe("Backup of web-01");
    expect(jobTitle({ kind: "restore-disk", vm }, nl)).toBe("Schijfherstel van web-01");
    expect(jobTitle({ kind: "verify", vm: null }, t)).toBe("Verification");
  });

  it("name the steps of a restore after what they do to a disk", () => {
    expect(stepName("backup", "transfer", t)).toBe("Transfer to the vault");
    expect(stepName("restore-disk", "transfer", t)).toBe("Write to the disk");
    expect(stepName("restore-disk", "transfer", nl)).toBe("Naar de schijf schrijven");
  });

  it("name the step of a stage, and none for stages that are not steps", () => {
    expect(stepOfStage("seal")).toBe("seal");
    expect(stepOfStage("cleaning-up")).toBeNull();
  });

  it("say what started it, and who", () => {
    const actor = { kind: "person", name: "Bram", personId: "p", via: "session" } as const;
    expect(startedBy({ trigger: "manual", actor }, t)).toBe("Manual, Bram");
    expect(startedBy({ trigger: "schedule", actor: { ...actor, kind: "engine" } }, nl)).toBe("Planning");
  });
});

describe("a parked transfer", () => {
  const parked = { state: "running", stage: "transfer", parkedSince: "2026-11-22T12:00:00Z" } as const;

  it("shows its running step as stopped, and its bar as if nothing moves", () => {
    const t = textsOf("en", "jobs");
    const step = { state: "running", startedAt: "2026-11-22T12:00:00Z" } as const;
    expect(stepLook(parked, step, t)).toEqual({ state: "warning", word: "Parked by an outage" });
    expect(stepLook({ ...parked, parkedSince: null }, step, t).state).toBe("running");
    const turn = { ...parked, parkedSince: null, waitsFor: "window" } as const;
    expect(stepLook(turn, step, t)).toEqual({ state: "waiting", word: "Waiting for transfer" });
    expect(jobBarTone(parked)).toBe("warn");
    expect(jobBarTone({ ...parked, parkedSince: null, stage: "transfer-waiting" })).toBe("idle");
    expect(jobBarTone({ ...parked, parkedSince: null })).toBe("run");
  });
});

describe("a canceled job", () => {
  const t = textsOf("en", "jobs");
  const job = (state: "cancelled" | "failed") => ({ state, stage: state, parkedSince: null }) as const;
  const startedAt = "2026-11-22T12:00:00Z";

  it("shows the step that it stopped in as canceled, not as failed", () => {
    const canceled = { state: "skipped", word: "Canceled" };
    expect(stepLook(job("cancelled"), { state: "failed", startedAt }, t)).toEqual(canceled);
    expect(stepLook(job("cancelled"), { state: "skipped", startedAt }, t)).toEqual(canceled);
    expect(stepLook(job("failed"), { state: "failed", startedAt }, t)).toEqual({
      state: "failed",
      word: "Failed",
    });
  });

  it("shows steps that never started as not reached, and a clean-up as done", () => {
    expect(stepLook(job("cancelled"), { state: "skipped", startedAt: null }, t)).toEqual({
      state: "skipped",
      word: "Not reached",
    });
    expect(stepLook(job("cancelled"), { state: "done", startedAt }, t)).toEqual({
      state: "done",
      word: "Done",
    });
  });

  it("shows its open disks in a neutral tone", () => {
    expect(diskLook("cancelled", "failed", t)).toEqual({ tone: "idle", icon: "stopped", word: "Canceled" });
    expect(diskLook("cancelled", "done", t).tone).toBe("ok");
    expect(diskLook("failed", "failed", t).tone).toBe("bad");
  });
});

describe("stateChoice", () => {
  it("recognizes the active states in any order", () => {
    expect(stateChoice([])).toBe("all");
    expect(stateChoice(["running", "queued"])).toBe("active");
    expect(stateChoice(["failed"])).toBe("failed");
  });
});
