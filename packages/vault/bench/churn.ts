/** How many bytes a change of a disk moves and stores, by the kind of change. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockSource, Extent } from "@kluis/domain";
import { createFolderStore, createVault, openLocalKeyFile } from "../src/index.ts";
import { processWorkers } from "../src/workers/pool.ts";
import { noiseOf, Random } from "./image.ts";
import { backUp, type Measured } from "./transfer.ts";

const KIB = 1024;
const MIB = KIB * KIB;

export interface ChurnRow {
  readonly name: string;
  readonly changedBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
  readonly metadataBytes: number;
}

interface Write {
  readonly offset: number;
  readonly length: number;
}

/** A disk of random bytes in memory, with later writes. */
class NoiseDisk implements BlockSource {
  readonly size: number;
  private readonly bytes: Buffer;

  constructor(size: number, bytes = noiseOf("churn", size)) {
    this.size = size;
    this.bytes = bytes;
  }

  after(writes: readonly Write[], seed: string): NoiseDisk {
    const bytes = Buffer.from(this.bytes);
    for (const [n, { offset, length }] of writes.entries())
      noiseOf(`${seed} ${n}`, length).copy(bytes, offset);
    return new NoiseDisk(this.size, bytes);
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.bytes.subarray(offset, offset + length));
  }
}

/** A full backup, then one backup of each kind of change from the same base, by changed ranges. */
export async function benchChurn(diskMib: number, signal: AbortSignal): Promise<ChurnRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "kluis-bench-"));
  try {
    const keys = await openLocalKeyFile(join(folder, "key.json"));
    const store = createFolderStore(join(folder, "vault"));
    const parts = { store, keys, workers: processWorkers(), clock: { now: () => new Date() }, signal };
    const run = { vault: await createVault(parts), parallel: 2, signal };
    const disk = new NoiseDisk(diskMib * MIB);
    const whole: Extent[] = [{ offset: 0, length: disk.size, kind: "data" }];
    const full = await backUp(run, { source: disk, extents: whole, delta: "digest-comparison", base: null });
    const rows = [rowOf("full", disk.size, full)];
    for (const [name, writes] of Object.entries(changes(disk.size))) {
      const extents = writes.map((write): Extent => ({ ...write, kind: "data" }));
      const source = disk.after(writes, name);
      const next = await backUp(run, { source, extents, delta: "changed-ranges", base: full.disk.root });
      const changed = writes.reduce((sum, { length }) => sum + length, 0);
      rows.push(rowOf(name, changed, next));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf(name: string, changedBytes: number, { stats }: Measured): ChurnRow {
  const sum = (key: "movedBytes" | "storedBytes" | "metadataBytes"): number =>
    stats.reduce((total, one) => total + one[key], 0);
  const stored = { storedBytes: sum("storedBytes"), metadataBytes: sum("metadataBytes") };
  return { name, changedBytes, movedBytes: sum("movedBytes"), ...stored };
}

/** 2 % of the disk in each: one range, or writes that do not touch each other's blocks. */
function changes(size: number): Record<string, Write[]> {
  const bytes = Math.floor(size / 50);
  return {
    sequential: [{ offset: 64 * KIB * 3, length: Math.floor(bytes / (64 * KIB)) * 64 * KIB }],
    "random 64 KiB, aligned": scattered(size, { bytes, length: 64 * KIB, step: 64 * KIB }),
    "random 64 KiB, unaligned": scattered(size, { bytes, length: 64 * KIB, step: 4 * KIB }),
    "random 16 KiB": scattered(size, { bytes, length: 16 * KIB, step: 16 * KIB }),
  };
}

function scattered(
  size: number,
  { bytes, length, step }: { readonly bytes: number; readonly length: number; readonly step: number },
): Write[] {
  const random = new Random(`${length}/${step}`);
  const slot = 192 * KIB;
  const slots = new Set<number>();
  while (slots.size < bytes / length) slots.add(random.below(Math.floor(size / slot)));
  return [...slots]
    .toSorted((a, b) => a - b)
    .map((at) => ({ offset: at * slot + random.below((slot - length) / step) * step, length }));
}
