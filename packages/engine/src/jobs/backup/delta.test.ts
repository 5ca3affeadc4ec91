import { notice } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { describe, expect, it } from "vitest";
import type { SnapshotDisk } from "../../job/snapshot-source.ts";
import { chooseDelta, type DeltaQuestion } from "./delta.ts";

const root = parseNodeRef(`2:${"ab".repeat(24)}:${"cd".repeat(16)}:0:100`);
const snapshot: SnapshotDisk = {
  id: "/now",
  name: "now",
  slot: "os",
  sourceDiskId: "/disk",
  sourceUniqueId: "u1",
  familyId: "f1",
  completionPercent: 100,
  sizeBytes: null,
  sizeGb: null,
};
const kept: SnapshotDisk = { ...snapshot, id: "/kept", name: "kept" };
const question: DeltaQuestion = {
  uniqueId: "u1",
  bytes: 1024,
  snapshot,
  base: { key: "os", uniqueId: "u1", bytes: 1024, root, snapshot: kept, lost: null },
};
const withBase = (change: Partial<NonNullable<DeltaQuestion["base"]>>): DeltaQuestion => ({
  ...question,
  base: { key: "os", uniqueId: "u1", bytes: 1024, root, snapshot: kept, lost: null, ...change },
});

describe("chooseDelta", () => {
  it("reads and moves everything at the first backup", () => {
    expect(chooseDelta({ ...question, base: null })).toMatchObject({ method: "full", notice: null });
  });

  it("uses changed ranges when the kept snapshot is of this disk and chain", () => {
    expect(chooseDelta(question)).toEqual({
      method: "changed-ranges",
      notice: null,
      base: root,
      baseSnapshot: kept,
    });
  });

  it("uses changed ranges also when the disk was all zeros before", () => {
    expect(chooseDelta(withBase({ root: null }))).toMatchObject({ method: "changed-ranges", base: null });
  });

  it("compares digests without a notice when the policy keeps no snapshot", () => {
    expect(chooseDelta(withBase({ snapshot: null }))).toMatchObject({
      method: "digest-comparison",
      base: root,
      notice: null,
    });
  });

  it.each([
    ["delta-disk-resized", withBase({ bytes: 512 })],
    ["delta-snapshot-other-disk", withBase({ snapshot: { ...kept, sourceUniqueId: "u2" } })],
    ["delta-snapshot-missing", withBase({ lost: notice("delta-snapshot-missing", {}) })],
    ["delta-snapshot-missing", withBase({ snapshot: null, lost: notice("delta-snapshot-missing", {}) })],
    [
      "delta-snapshot-origin-unknown",
      { ...withBase({ snapshot: { ...kept, familyId: "" } }), snapshot: { ...snapshot, familyId: "" } },
    ],
    [
      "delta-snapshot-origin-unknown",
      {
        ...withBase({ snapshot: { ...kept, sourceUniqueId: "" } }),
        snapshot: { ...snapshot, sourceUniqueId: "" },
      },
    ],
    ["delta-snapshot-other-chain", withBase({ snapshot: { ...kept, familyId: "f2" } })],
  ] as const)("compares digests with a notice when the base cannot be used: %s", (code, asked) => {
    const choice = chooseDelta(asked);
    expect(choice.method).toBe("digest-comparison");
    expect(choice.notice).toMatchObject({ code });
  });

  it("reads everything when the disk was replaced", () => {
    expect(chooseDelta(withBase({ uniqueId: "u2" }))).toMatchObject({
      method: "full",
      base: null,
      notice: { code: "delta-disk-replaced" },
    });
  });
});
