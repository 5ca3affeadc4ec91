/** A vault behind a link with latency and limited bandwidth, and the memory of a large disk. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockSource, Extent } from "@kluis/domain";
import { createFolderStore, createVault, openLocalKeyFile } from "../src/index.ts";
import { processWorkers } from "../src/workers/pool.ts";
import { noiseOf } from "./image.ts";
import { type SlowLink, type StoreCounts, slowStore } from "./stores.ts";
import { backUp, restore } from "./transfer.ts";

const MIB = 1024 * 1024;

export interface LinkRow {
  readonly name: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly dataBytes: number;
  /** Bytes that passed the link. */
  readonly linkBytes: number;
  readonly requests: number;
  /** Most resident memory of the process so far. */
  readonly peakMib: number;
}

export interface LinkPlan {
  readonly diskBytes: number;
  readonly dataBytes: number;
  /** Null: the store is as fast as its folder. */
  readonly link: SlowLink | null;
  /** True: restores too. */
  readonly restores: boolean;
  readonly signal: AbortSignal;
}

/** Random bytes in pieces of 4 MiB, spread over a disk of any size; made when they are read. */
class SpreadSource implements BlockSource {
  readonly size: number;
  readonly extents: readonly Extent[];
  readonly disposable = true;
  private readonly noise = noiseOf("spread", 4 * MIB);

  constructor({ diskBytes, dataBytes }: LinkPlan) {
    this.size = diskBytes;
    const count = Math.floor(dataBytes / (4 * MIB));
    const slots = Math.floor(diskBytes / (4 * MIB));
    this.extents = Array.from({ length: count }, (_, n): Extent => {
      const offset = Math.floor((n * slots) / count) * 4 * MIB;
      return { offset, length: 4 * MIB, kind: "data" };
    });
  }

  /** Every block differs: noise, marked with its place. */
  read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.noise.copy(bytes, 0, 0, length);
    for (let at = 0; at + 8 <= length; at += 65_536) bytes.writeDoubleBE(offset + at, at);
    return Promise.resolve(bytes);
  }
}

/** Backs a disk up to an empty vault, and restores it to a sparse file. */
export async function benchLink(plan: LinkPlan): Promise<LinkRow[]> {
  const { signal, link } = plan;
  const folder = await mkdtemp(join(tmpdir(), "kluis-bench-"));
  try {
    const keys = await openLocalKeyFile(join(folder, "key.json"));
    const { store, counts } = slowStore(createFolderStore(join(folder, "vault")), link);
    const parts = { store, keys, workers: processWorkers(), clock: { now: () => new Date() }, signal };
    const run = { vault: await createVault(parts), parallel: 3, signal };
    const source = new SpreadSource(plan);
    const { extents } = source;
    const full = await measured("full", counts, () =>
      backUp(run, { source, extents, delta: "digest-comparison", base: null }),
    );
    if (!plan.restores) return [full.row];
    const target = { size: source.size, path: join(folder, "restored.raw") };
    const back = await measured("restore", counts, () => restore(run, full.result.disk, target));
    return [full.row, back.row];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured<T extends { readonly dataBytes: number }>(
  name: string,
  counts: StoreCounts,
  work: () => Promise<T>,
): Promise<{ readonly row: LinkRow; readonly result: T }> {
  const [before, cpu, began] = [{ ...counts }, process.cpuUsage(), performance.now()];
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const row = {
    name,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    dataBytes: result.dataBytes,
    linkBytes: counts.bytesIn + counts.bytesOut - before.bytesIn - before.bytesOut,
    requests: counts.requests - before.requests,
    peakMib: process.resourceUsage().maxRSS / 1024,
  };
  return { row, result };
}
