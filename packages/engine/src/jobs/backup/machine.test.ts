import { describe, expect, it } from "vitest";
import { endingOf } from "../../job/ending.ts";
import { backupMachine } from "./machine.ts";

const error = { code: "AZURE_FORBIDDEN", reason: null, message: "No.", action: null, params: {} } as const;
const running = { error: null, cancelAskedAt: null, stage: "recovery-point" } as const;
const canceled = { ...running, cancelAskedAt: new Date(0) };
const sealedAt = "2026-01-01T00:00:00.000Z";

describe("a backup", () => {
  it("continues while it has no error", () => {
    expect(endingOf(running, backupMachine, {})).toBeNull();
  });

  it("can be canceled until its manifest is durable", () => {
    expect(endingOf(canceled, backupMachine, {})).toBe("cancelled");
    expect(endingOf(canceled, backupMachine, { sealedAt })).toBe("cancelled");
    expect(endingOf(canceled, backupMachine, { sealedAt, manifestDigest: "d" })).toBeNull();
  });

  it("ends as failed when it has an error and was canceled, so that the reason is not lost", () => {
    expect(endingOf({ ...canceled, error }, backupMachine, {})).toBe("failed");
  });

  it("only continues once the manifest is durable", () => {
    expect(endingOf({ ...canceled, error }, backupMachine, { sealedAt })).toBe("failed");
    expect(endingOf({ ...canceled, error }, backupMachine, { sealedAt, manifestDigest: "d" })).toBeNull();
  });

  it("ends all the same when it was given up because it could not go forward", () => {
    const memory = { sealedAt, manifestDigest: "d" };
    expect(endingOf({ ...running, error, stage: "cleaning-up" }, backupMachine, memory)).toBe("failed");
  });
});
