import { parseNodeRef } from "@kluis/vault";
import { describe, expect, it } from "vitest";
import { chooseDelta, type DeltaQuestion } from "./delta.ts";
import type { SnapshotDisk } from "./memory.ts";

const root = parseNodeRef(`2:${"ab".repeat(24)}:${"cd".repeat(16)}:0:100`);
const snapshot: SnapshotDisk = {
  id: "/now",
  name: "now",
  slot: "os",
  sourceDiskId: "/disk",
  sourceUniqueId: "u1",
  familyId: "f1",
  completionPercent: 100,
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
  it("moves everything at the first backup", () => {
    expect(chooseDelta({ ...question, base: null })).toMatchObject({ method: "full", reason: null });
  });

  it("takes changed ranges when the kept snapshot is of this disk and chain", () => {
    expect(chooseDelta(question)).toEqual({
      method: "changed-ranges",
      reason: null,
      base: root,
      baseSnapshot: kept,
    });
  });

  it("takes changed ranges also when the disk was all zeros before", () => {
    expect(chooseDelta(withBase({ root: null }))).toMatchObject({ method: "changed-ranges", base: null });
  });

  it("compares digests when no snapshot was kept, which needs no reason", () => {
    expect(chooseDelta(withBase({ snapshot: null }))).toMatchObject({
      method: "digest-comparison",
      base: root,
      reason: null,
    });
  });

  it.each([
    ["resized", withBase({ bytes: 512 })],
    ["another disk", withBase({ snapshot: { ...kept, sourceUniqueId: "u2" } })],
    ["deleted", withBase({ lost: "The kept snapshot was deleted." })],
    [
      "does not say",
      { ...withBase({ snapshot: { ...kept, familyId: "" } }), snapshot: { ...snapshot, familyId: "" } },
    ],
    [
      "does not say",
      {
        ...withBase({ snapshot: { ...kept, sourceUniqueId: "" } }),
        snapshot: { ...snapshot, sourceUniqueId: "" },
      },
    ],
    ["another chain", withBase({ snapshot: { ...kept, familyId: "f2" } })],
  ])("falls back to digests with a reason when the base is wrong: %s", (reason, asked) => {
    const choice = chooseDelta(asked);
    expect(choice.method).toBe("digest-comparison");
    expect(choice.reason).toContain(reason);
  });

  it("starts anew when the disk itself was replaced", () => {
    expect(chooseDelta(withBase({ uniqueId: "u2" }))).toMatchObject({ method: "full", base: null });
  });
});
