import { describe, expect, it } from "vitest";
import { backUp, holds, newVault, noise, noiseDisk, reopen, signal, takePoint } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import type { NodeRef } from "./index.ts";

const MIB = 1024 * 1024;

async function prepared() {
  const made = await newVault(new MemoryStore());
  const disk = noiseDisk(4 * MIB, 2 * MIB);
  const { root } = await takePoint(made.vault, "p1", { disk });
  if (root === null) throw new Error("The disk is empty.");
  disk.write(MIB, noise(100_000, 4));
  return { ...made, disk, root };
}

/** Reads every allocated block, as a backup does that compares digests. */
async function compared(made: Awaited<ReturnType<typeof prepared>>, base: NodeRef | null) {
  const { store, disk, index } = made;
  const vault = await reopen(store);
  const options = { source: disk, extents: disk.allocated(), delta: "digest-comparison" } as const;
  return backUp(vault, { ...options, base, index });
}

describe("a base that is not what it should be", () => {
  it("of another disk leads to a correct point, which shares what is equal", async () => {
    const made = await prepared();
    const other = noiseDisk(4 * MIB, 3 * MIB, 77);
    const { root } = await takePoint(made.vault, "other", { disk: other });
    const backup = await compared(made, root);
    expect(await holds(await reopen(made.store), backup.root, made.disk)).toBe(true);
    expect(backup.unreadable).toEqual([]);
  });

  it("that is missing below its segments leads to a correct point, and every lost node is named", async () => {
    const made = await prepared();
    // The node of the segment itself and all below it.
    const bases = await made.vault.segmentNodes(made.root, made.disk.size, signal);
    expect(bases).toHaveLength(1);
    for (const name of made.store.names("nodes/")) made.store.objects.delete(name);
    const vault = await reopen(made.store);
    const written = await vault.writeSegment({
      domain: "test",
      diskBytes: made.disk.size,
      segment: 0,
      extents: made.disk.allocated(),
      delta: "digest-comparison",
      base: bases[0] ?? null,
      source: made.disk,
      signal,
      index: made.index,
    });
    const sealed = await vault.sealDisk({ diskBytes: made.disk.size, segments: [written.node], signal });
    expect(await holds(await reopen(made.store), sealed.root, made.disk)).toBe(true);
    expect(written.unreadable).toMatchObject([{ code: "VAULT_OBJECT_MISSING" }]);
  });

  it("of another vault is never found, and the caller learns which node", async () => {
    const made = await prepared();
    const foreign = await prepared();
    const vault = await reopen(made.store);
    const bases = vault.segmentNodes(foreign.root, made.disk.size, signal);
    // A disk of one segment: its root is the segment's node, and only its reading shows that it is foreign.
    const [base = null] = await bases;
    const written = await vault.writeSegment({
      domain: "test",
      diskBytes: made.disk.size,
      segment: 0,
      extents: made.disk.allocated(),
      delta: "changed-ranges",
      base,
      source: made.disk,
      signal,
    });
    const sealed = await vault.sealDisk({ diskBytes: made.disk.size, segments: [written.node], signal });
    expect(await holds(await reopen(made.store), sealed.root, made.disk)).toBe(true);
    expect(written.unreadable).toMatchObject([{ code: "VAULT_OBJECT_MISSING" }]);
  });
});
