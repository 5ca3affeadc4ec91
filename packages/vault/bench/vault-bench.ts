/** Measures the vault alone: full backup, next backup by both delta methods, and restore. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Extent, forEachConcurrent, mapConcurrent } from "@kluis/domain";
import {
  BufferPool,
  createFolderStore,
  createVault,
  MAX_READ_BYTES,
  MemoryChunkIndex,
  type NodeRef,
  openLocalKeyFile,
  SEGMENT_BYTES,
  type SealedDisk,
  type SegmentDelta,
  type SegmentResult,
  type SegmentStats,
  type Vault,
} from "../src/index.ts";
import { type ImagePair, type ImageSource, openImage } from "./image.ts";

const RESTORE_WRITES = 4;

export interface VaultBenchOptions {
  /** The disk, the same disk later, and the changed ranges, from `makeImages`. */
  readonly images: ImagePair;
  /** Parent folder of the vault and the restored disk; the system's temporary folder when absent. Both are removed. */
  readonly workFolder?: string;
  /** Segments written at the same time; default 2. */
  readonly parallel?: number;
  readonly signal: AbortSignal;
}

export type BenchName = "full" | "next-changed-ranges" | "next-digest-comparison" | "restore";

export interface BenchRow {
  readonly name: BenchName;
  readonly seconds: number;
  /** User and system time of the process, all threads. */
  readonly cpuSeconds: number;
  /** Bytes of the disk's data that the step reads, compares or restores. */
  readonly dataBytes: number;
  readonly readBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
  readonly metadataBytes: number;
  readonly rssMib: number;
}

interface Run {
  readonly vault: Vault;
  readonly parallel: number;
  readonly signal: AbortSignal;
}

interface BackupRun {
  readonly source: ImageSource;
  readonly extents: readonly Extent[];
  readonly delta: SegmentDelta;
  readonly base: NodeRef | null;
}

/**
 * Runs one round on a folder vault, from files: full backup, the next backup by both delta methods from the same first point,
 * and restore to a sparse file. The caller repeats rounds and computes medians.
 */
export async function benchVault(options: VaultBenchOptions): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(options.workFolder ?? tmpdir(), "kluis-bench-"));
  try {
    return await rounds(folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function rounds(
  folder: string,
  { images, parallel = 2, signal }: VaultBenchOptions,
): Promise<BenchRow[]> {
  const keys = await openLocalKeyFile(join(folder, "key.json"));
  const store = createFolderStore(join(folder, "vault"));
  const vault = await createVault({ store, keys, clock: { now: () => new Date() }, signal });
  const run = { vault, parallel, signal };
  await using image = await openImage(images.image);
  await using next = await openImage(images.next);
  const { row: fullRow, result: full } = await timed("full", () =>
    backUp(run, { source: image, extents: image.extents, delta: "digest-comparison", base: null }),
  );
  const base = full.disk.root;
  const ranges = await timed("next-changed-ranges", () =>
    backUp(run, { source: next, extents: images.changedRanges, delta: "changed-ranges", base }),
  );
  const digests = await timed("next-digest-comparison", () =>
    backUp(run, { source: next, extents: next.extents, delta: "digest-comparison", base }),
  );
  const restored = await timed("restore", () =>
    restore(run, full.disk, { size: image.size, path: join(folder, "restored.raw") }),
  );
  return [fullRow, ranges.row, digests.row, restored.row];
}

interface Measured {
  readonly stats: readonly SegmentStats[];
  readonly dataBytes: number;
}

async function timed<T extends Measured>(
  name: BenchName,
  work: () => Promise<T>,
): Promise<{ row: BenchRow; result: T }> {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const sum = (key: "readBytes" | "movedBytes" | "storedBytes" | "metadataBytes") =>
    result.stats.reduce((total, stats) => total + stats[key], 0);
  const row: BenchRow = {
    name,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    dataBytes: result.dataBytes,
    readBytes: sum("readBytes"),
    movedBytes: sum("movedBytes"),
    storedBytes: sum("storedBytes"),
    metadataBytes: sum("metadataBytes"),
    rssMib: process.memoryUsage().rss / 1024 / 1024,
  };
  return { row, result };
}

async function backUp(
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
  // A separate index: the two delta methods must not find each other's chunks.
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

async function restore(
  { vault, signal }: Run,
  disk: SealedDisk,
  target: { size: number; path: string },
): Promise<Measured> {
  const reader = vault.openDisk(disk.root, target.size);
  await using file = await open(target.path, "w");
  await file.truncate(target.size);
  const buffers = new BufferPool(MAX_READ_BYTES, RESTORE_WRITES);
  let dataBytes = 0;
  await forEachConcurrent(
    pieces(reader.extents(signal)),
    { limit: RESTORE_WRITES, signal },
    async ({ offset, length }) => {
      const buffer = buffers.take();
      await reader.readInto(buffer.subarray(0, length), offset, signal);
      await file.write(buffer, 0, length, offset);
      buffers.give(buffer);
      dataBytes += length;
    },
  );
  await file.sync();
  return { dataBytes, stats: [] };
}

async function* pieces(extents: AsyncIterable<Extent>): AsyncGenerator<{ offset: number; length: number }> {
  for await (const { offset, length } of extents) {
    for (let at = 0; at < length; at += MAX_READ_BYTES) {
      yield { offset: offset + at, length: Math.min(MAX_READ_BYTES, length - at) };
    }
  }
}
