import { describe, expect, it } from "vitest";
import { backupMachine } from "../jobs/backup/machine.ts";
import { endingOf } from "./advance.ts";

const error = { code: "AZURE_FORBIDDEN", reason: null, message: "No.", action: null, params: {} } as const;
const fine = { error: null, cancelAskedAt: null };
const cancelled = { error: null, cancelAskedAt: new Date(0) };
const sealedAt = "2026-01-01T00:00:00.000Z";

describe("how a backup ends", () => {
  it("goes on while nothing is wrong", () => {
    expect(endingOf(fine, backupMachine, {})).toBeNull();
  });

  it("stops when it is cancelled, until its disks are sealed", () => {
    expect(endingOf(cancelled, backupMachine, {})).toBe("cancelled");
    expect(endingOf(cancelled, backupMachine, { sealedAt })).toBeNull();
  });

  it("fails before it is cancelled, so that the reason is not lost", () => {
    expect(endingOf({ ...cancelled, error }, backupMachine, {})).toBe("failed");
  });

  it("moves only forward once the manifest is durable", () => {
    expect(endingOf({ ...cancelled, error }, backupMachine, { sealedAt })).toBe("failed");
    expect(endingOf({ ...cancelled, error }, backupMachine, { sealedAt, manifestDigest: "d" })).toBeNull();
  });
});
