import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Backup, backUp, clock, ModelDisk, noise, signal, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import {
  BLOCK_BYTES,
  createTransferLimits,
  createVault,
  MemoryChunkIndex,
  type NodeRef,
  type SegmentDelta,
  WINDOW_BYTES,
} from "../index.ts";
import { openKeys } from "../keys/open-keys.ts";
import { splitNodeRef } from "../node-ref.ts";
import { NodeReader } from "../read/node-reader.ts";
import { PackReader } from "../read/pack-reader.ts";
import { type ListedPack, PackTally } from "./pack-list.ts";

const WINDOWS = 70;

type Step =
  | { readonly write: number; readonly blocks: number; readonly seed: number }
  | { readonly clear: number; readonly windows: number }
  | { readonly backUp: SegmentDelta };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      write: fc.nat(WINDOWS * 16 - 1),
      blocks: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ clear: fc.nat(WINDOWS - 1), windows: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      backUp: fc.constantFrom("changed-ranges" as const, "digest-comparison" as const),
    }),
  },
);

async function newWorld() {
  const [store, index] = [new MemoryStore(), new MemoryChunkIndex()];
  const limits = createTransferLimits({ packBytes: 128 * 1024 });
  const vault = await createVault({ store, keys: testKeys(), index, limits, clock, signal });
  const { keys } = await openKeys({ store, keys: testKeys(), signal });
  return { vault, nodes: new NodeReader(new PackReader(store, keys, 1024 * 1024), keys) };
}

/** The list of a segment's packs as stored, and as a walk over the whole segment adds it up. */
async function lists(
  nodes: NodeReader,
  root: NodeRef,
): Promise<{ stored: ListedPack[]; walked: ListedPack[] }> {
  const top = await nodes.inner(splitNodeRef(root), signal);
  const walked = new PackTally();
  for (const group of top.children) {
    if (group === null) continue;
    walked.node(group, 1);
    for (const leaf of (await nodes.inner(group, signal)).children) {
      if (leaf === null) continue;
      walked.node(leaf, 1);
      walked.leaf(await nodes.leaf(leaf, signal), 1);
    }
  }
  if (top.list === null) throw new Error("A segment has no pack list.");
  return { stored: await nodes.packList(top.list, signal), walked: walked.entries() };
}

/** Runs a history; returns the stored and the walked list of each of its points. */
async function history(steps: readonly Step[]) {
  const { vault, nodes } = await newWorld();
  const disk = new ModelDisk(WINDOWS * WINDOW_BYTES);
  disk.write(3 * WINDOW_BYTES, noise(2 * WINDOW_BYTES, 9));
  let base: NodeRef | null = null;
  const found: Awaited<ReturnType<typeof lists>>[] = [];
  for (const next of steps) {
    if ("write" in next) disk.write(next.write * BLOCK_BYTES, noise(next.blocks * BLOCK_BYTES, next.seed));
    else if ("clear" in next) disk.clear(next.clear * WINDOW_BYTES, next.windows * WINDOW_BYTES);
    else {
      const changes = disk.takeChanges();
      const delta = base === null ? "digest-comparison" : next.backUp;
      const extents = delta === "changed-ranges" ? changes : disk.allocated();
      const { root }: Backup = await backUp(vault, { source: disk, extents, delta, base });
      base = root;
      if (root !== null) found.push(await lists(nodes, root));
    }
  }
  return found;
}

describe("the pack list of a segment", () => {
  it("has exactly the packs and the live bytes of its map, after any history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        for (const { stored, walked } of await history([...steps, { backUp: "digest-comparison" }]))
          expect(stored).toEqual(walked);
      }),
      { numRuns: 12 },
    );
  });
});
