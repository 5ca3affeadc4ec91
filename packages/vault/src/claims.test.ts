/** A list of changes that claims to be complete: what it omits is found and stored all the same. */
import type { Extent } from "@kluis/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fullBackup, ModelDisk, newVault, noise, readAll, signal } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { BLOCK_BYTES } from "./index.ts";

const BLOCKS = 70;
const DISK_BYTES = BLOCKS * BLOCK_BYTES - 512;

interface Change {
  readonly block: number;
  readonly kind: "data" | "zero";
  readonly seed: number;
  readonly claim: "listed" | "omitted" | "called-zero";
}

const changes: fc.Arbitrary<Change[]> = fc.uniqueArray(
  fc.record({
    block: fc.nat(BLOCKS - 1),
    kind: fc.constantFrom("data" as const, "data" as const, "zero" as const),
    seed: fc.integer({ min: 1, max: 3 }),
    claim: fc.constantFrom("listed" as const, "listed" as const, "omitted" as const, "called-zero" as const),
  }),
  { maxLength: 12, selector: ({ block }) => block },
);

const rangeOf = (block: number): { offset: number; length: number } => ({
  offset: block * BLOCK_BYTES,
  length: Math.min(BLOCK_BYTES, DISK_BYTES - block * BLOCK_BYTES),
});

function change(disk: ModelDisk, list: readonly Change[]): void {
  for (const { block, kind, seed } of list) {
    const { offset, length } = rangeOf(block);
    if (kind === "data") disk.write(offset, noise(length, seed * 1000 + block));
    else disk.clear(offset, length);
  }
}

test("every omitted block is counted, and the result is the disk", async () => {
  await fc.assert(
    fc.asyncProperty(changes, changes, async (before, after) => {
      const { vault } = await newVault(new MemoryStore());
      const disk = new ModelDisk(DISK_BYTES);
      change(disk, before);
      const base = await fullBackup(vault, disk);
      const was = disk.bytes(0, DISK_BYTES);
      change(disk, after);
      const now = disk.bytes(0, DISK_BYTES);

      const claimed: Extent[] = after
        .filter(({ claim }) => claim !== "omitted")
        .map(
          (one) =>
            ({ ...rangeOf(one.block), kind: one.claim === "called-zero" ? "zero" : one.kind }) as const,
        )
        .toSorted((a, b) => a.offset - b.offset);
      const wrong = Array.from({ length: BLOCKS }, (_, block) => block).filter((block) => {
        const { offset, length } = rangeOf(block);
        const bytes = now.subarray(offset, offset + length);
        const extent = claimed.find((one) => one.offset === offset);
        if (extent === undefined) return !bytes.equals(was.subarray(offset, offset + length));
        return extent.kind === "zero" && bytes.some((byte) => byte !== 0);
      });

      const [segmentBase = null] = await vault.segmentNodes(base.root, DISK_BYTES, signal);
      const { node, omitted } = await vault.writeSegment({
        domain: "test",
        diskBytes: DISK_BYTES,
        segment: 0,
        extents: disk.allocated(),
        delta: "digest-comparison",
        claimed,
        base: segmentBase,
        source: disk,
        signal,
      });
      const [first] = wrong;
      expect(omitted).toEqual(
        first === undefined ? null : { blocks: wrong.length, firstOffset: first * BLOCK_BYTES },
      );
      const sealed = await vault.sealDisk({
        diskBytes: DISK_BYTES,
        segments: [node],
        base: base.root,
        signal,
      });
      expect((await readAll(vault.openDisk(sealed.root, DISK_BYTES))).equals(now)).toBe(true);
    }),
    { numRuns: 15 },
  );
});
