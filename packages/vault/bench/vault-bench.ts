/** Measures the vault alone: full backup, next backup by both delta methods, restore and verification. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BLOCK_BYTES } from "../src/constants.ts";
import {
  createFolderStore,
  createVault,
  openLocalKeyFile,
  SEGMENT_BYTES,
  type SealedDisk,
} from "../src/index.ts";
import { processWorkers } from "../src/workers/pool.ts";
import { type ImagePair, openImage } from "./image.ts";
import { type StoreCounts, slowStore } from "./stores.ts";
import { backUp, type Measured, type Run, restore } from "./transfer.ts";

export interface VaultBenchOptions {
  /** The disk, the same disk later, and the changed ranges, from `makeImages`. */
  readonly images: ImagePair;
  /** Parent folder of the vault and the restored disk; the system's temporary folder when absent. Both are removed. */
  readonly workFolder?: string;
  /** Segments written at the same time; default 3. */
  readonly parallel?: number;
  readonly signal: AbortSignal;
}

export type BenchName = "full" | "next-changed-ranges" | "next-digest-comparison" | "restore" | "verify";

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
  /** To the store. */
  readonly requests: number;
}

/**
 * Runs one round on a folder vault, from files: full backup, the next backup by both delta methods from the same first point,
 * restore to a sparse file and verification. The caller repeats rounds and computes medians.
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
  { images, parallel = 3, signal }: VaultBenchOptions,
): Promise<BenchRow[]> {
  const keys = await openLocalKeyFile(join(folder, "key.json"));
  const { store, counts } = slowStore(createFolderStore(join(folder, "vault")), null);
  const vault = await createVault({
    store,
    keys,
    workers: processWorkers(),
    clock: { now: () => new Date() },
    signal,
  });
  const run = { vault, parallel, signal };
  await using image = await openImage(images.image);
  await using next = await openImage(images.next);
  const { row: fullRow, result: full } = await timed("full", counts, () =>
    backUp(run, { source: image, extents: image.extents, delta: "digest-comparison", base: null }),
  );
  const base = full.disk.root;
  const ranges = await timed("next-changed-ranges", counts, () =>
    backUp(run, { source: next, extents: images.changedRanges, delta: "changed-ranges", base }),
  );
  const digests = await timed("next-digest-comparison", counts, () =>
    backUp(run, { source: next, extents: next.extents, delta: "digest-comparison", base }),
  );
  const restored = await timed("restore", counts, () =>
    restore(run, full.disk, { size: image.size, path: join(folder, "restored.raw") }),
  );
  const verified = await timed("verify", counts, () => verifyDisk(run, full.disk, image.size));
  return [fullRow, ranges.row, digests.row, restored.row, verified.row];
}

/** Every byte of the disk. @throws Error when one is damaged */
async function verifyDisk(
  { vault, signal }: Run,
  { root }: SealedDisk,
  diskBytes: number,
): Promise<Measured> {
  if (root === null) return { stats: [], dataBytes: 0 };
  const disk = { key: "os", diskBytes, root };
  const count = Math.ceil(diskBytes / SEGMENT_BYTES);
  const result = await vault.verifySegments({ disk, first: 0, count, mode: "full", signal });
  if (!result.ok) throw new Error("The vault of the bench is damaged.");
  return { stats: [], dataBytes: result.blocksChecked * BLOCK_BYTES };
}

async function timed<T extends Measured>(
  name: BenchName,
  counts: StoreCounts,
  work: () => Promise<T>,
): Promise<{ row: BenchRow; result: T }> {
  const before = counts.requests;
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
    requests: counts.requests - before,
  };
  return { row, result };
}
