/** Backups and restores of the benchmark, as the engine and the command line run them. */
import { open } from "node:fs/promises";
import { type BlockSource, type Extent, mapConcurrent } from "@kluis/domain";
import {
  BufferPool,
  MAX_READ_BYTES,
  MemoryChunkIndex,
  type NodeRef,
  type ReadBatch,
  readBatches,
  SEGMENT_BYTES,
  type SealedDisk,
  type SegmentDelta,
  type SegmentResult,
  type SegmentStats,
  type Vault,
} from "../src/index.ts";

/** Pieces that are restored at the same time. */
const PIECES = 8;

export interface Run {
  readonly vault: Vault;
  /** Segments written at the same time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
}

export interface BackupRun {
  readonly source: BlockSource;
  readonly extents: readonly Extent[];
  readonly delta: SegmentDelta;
  readonly base: NodeRef | null;
}

export interface Measured {
  readonly stats: readonly SegmentStats[];
  readonly dataBytes: number;
}

/** Writes a disk without an earlier index: two backups must not find each other's chunks. */
export async function backUp(
  { vault, parallel, signal }: Run,
  { source, extents, delta, base }: BackupRun,
): Promise<Measured & { readonly disk: SealedDisk }> {
  const diskBytes = source.size;
  const bases = await vault.segmentNodes(base, diskBytes, signal);
  const bySegment = bases.map((): Extent[] => []);
  for (const extent of extents) {
    const last = Math.floor((extent.offset + extent.length - 1) / SEGMENT_BYTES);
    for (let n = Math.floor(extent.offset / SEGMENT_BYTES); n <= last; n++) bySegment[n]?.push(extent);
  }
  const index = new MemoryChunkIndex();
  const write = async (segment: number): Promise<SegmentResult> => {
    const mine = bySegment[segment] ?? [];
    return vault.writeSegment({
      domain: "bench",
      diskBytes,
      segment,
      extents: mine,
      delta,
      base: bases[segment] ?? null,
      source,
      signal,
      index,
    });
  };
  const results = await Array.fromAsync(mapConcurrent(bases.keys(), { limit: parallel, signal }, write));
  const segments = results.map(({ node }) => node);
  const disk = await vault.sealDisk({ diskBytes, segments, base, signal });
  const dataBytes = extents.reduce((sum, { length }) => sum + length, 0);
  return { disk, stats: results.map(({ stats }) => stats), dataBytes };
}

/** Restores to a sparse file; without a path, only reads. */
export async function restore(
  { vault, signal }: Run,
  disk: SealedDisk,
  target: { readonly size: number; readonly path: string | null },
): Promise<Measured> {
  const reader = vault.openDisk(disk.root, target.size);
  const file = target.path === null ? null : await open(target.path, "w");
  try {
    await file?.truncate(target.size);
    const buffers = new BufferPool(MAX_READ_BYTES, PIECES);
    let dataBytes = 0;
    const read = async ({ ranges, bytes }: ReadBatch) => {
      const buffer = buffers.take();
      await reader.readRanges(buffer.subarray(0, bytes), ranges, signal);
      return { buffer, ranges };
    };
    const limits = { limit: PIECES, signal };
    for await (const { buffer, ranges } of mapConcurrent(readBatches(reader.extents(signal)), limits, read)) {
      let at = 0;
      for (const { offset, length } of ranges) {
        await file?.write(buffer, at, length, offset);
        at += length;
      }
      buffers.give(buffer);
      dataBytes += at;
    }
    await file?.sync();
    return { dataBytes, stats: [] };
  } finally {
    await file?.close();
  }
}
