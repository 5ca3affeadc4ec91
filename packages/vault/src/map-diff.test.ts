/** What differs between two maps of one vault, and a copy to another vault with other keys that is made from it. */
import { describe, expect, it } from "vitest";
import {
  backUp,
  fullBackup,
  holds,
  type ModelDisk,
  newVault,
  noise,
  noiseDisk,
  signal,
  type TestVault,
} from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { BLOCK_BYTES, type NodeRef, SEGMENT_BYTES } from "./index.ts";

const MIB = 1024 * 1024;

type Maps = Parameters<TestVault["vault"]["changedExtents"]>[0];

function changed({ vault }: TestVault, maps: Maps) {
  return Array.fromAsync(vault.changedExtents(maps, signal));
}

describe("what differs between two maps", () => {
  it("is every block with other content and no other, zeros included, in order and merged", async () => {
    const made = await newVault(new MemoryStore());
    const disk = noiseDisk(SEGMENT_BYTES + 8 * MIB + 1_000, 6 * MIB);
    disk.write(SEGMENT_BYTES + MIB, noise(MIB, 5));
    const first = await fullBackup(made.vault, disk);
    disk.write(2 * MIB, noise(2 * BLOCK_BYTES, 9));
    disk.clear(4 * MIB, MIB);
    disk.write(5 * MIB, Buffer.from(disk.bytes(5 * MIB, BLOCK_BYTES)));
    disk.write(SEGMENT_BYTES + 8 * MIB, noise(1_000, 3));
    const second = await fullBackup(made.vault, disk, first.root);
    expect(await changed(made, { before: first.root, after: second.root, diskBytes: disk.size })).toEqual([
      { offset: 2 * MIB, length: 2 * BLOCK_BYTES, kind: "data" },
      { offset: 4 * MIB, length: MIB, kind: "zero" },
      { offset: SEGMENT_BYTES + 8 * MIB, length: 1_000, kind: "data" },
    ]);
    expect(await changed(made, { before: second.root, after: second.root, diskBytes: disk.size })).toEqual(
      [],
    );
    const whole = await changed(made, { before: null, after: second.root, diskBytes: disk.size });
    expect(whole.every(({ kind }) => kind === "data")).toBe(true);
    expect(whole).toEqual(await Array.fromAsync(made.vault.openDisk(second.root, disk.size).extents(signal)));
    expect(
      (await changed(made, { before: second.root, after: null, diskBytes: disk.size })).map(
        ({ kind }) => kind,
      ),
    ).toEqual(whole.map(() => "zero"));
  });

  it("covers a disk that grew by segments", async () => {
    const made = await newVault(new MemoryStore());
    const small = noiseDisk(MIB, MIB);
    const large = noiseDisk(2 * SEGMENT_BYTES, MIB);
    large.write(SEGMENT_BYTES, noise(BLOCK_BYTES, 2));
    const before = await fullBackup(made.vault, small);
    const after = await fullBackup(made.vault, large, before.root);
    expect(await changed(made, { before: before.root, after: after.root, diskBytes: large.size })).toEqual([
      { offset: SEGMENT_BYTES, length: BLOCK_BYTES, kind: "data" },
    ]);
  });
});

it("a copy in a vault with other keys moves only what differs, and holds the same disk", async () => {
  const [from, to] = [await newVault(new MemoryStore()), await newVault(new MemoryStore())];
  const copy = async (disk: ModelDisk, roots: readonly (NodeRef | null)[], base: NodeRef | null) => {
    const [before = null, after = null] = roots;
    const extents = await changed(from, { before: before, after: after, diskBytes: disk.size });
    const source = from.vault.openDisk(after, disk.size);
    const delta = before === null ? "digest-comparison" : "changed-ranges";
    return backUp(to.vault, { source, extents, delta, base });
  };
  const disk = noiseDisk(16 * MIB, 8 * MIB);
  const first = await fullBackup(from.vault, disk);
  const firstCopy = await copy(disk, [null, first.root], null);
  expect(await holds(to.vault, firstCopy.root, disk)).toBe(true);
  disk.write(3 * MIB, noise(BLOCK_BYTES, 4));
  disk.clear(MIB, BLOCK_BYTES);
  const second = await fullBackup(from.vault, disk, first.root);
  const secondCopy = await copy(disk, [first.root, second.root], firstCopy.root);
  expect(await holds(to.vault, secondCopy.root, disk)).toBe(true);
  expect(secondCopy.stats.map(({ readBytes, movedBytes }) => [readBytes, movedBytes])).toEqual([
    [BLOCK_BYTES, BLOCK_BYTES],
  ]);
  expect(secondCopy.rootDigest).not.toBe(second.rootDigest);
});
