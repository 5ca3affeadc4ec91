/** Shared by the tests of the vault: a model of a disk, backups as the engine runs them, and their manifests. */
import { createCipheriv, createHash } from "node:crypto";
import type { BlockSource, Extent, KluisError } from "@kluis/domain";
import {
  BLOCK_BYTES,
  type ChunkIndex,
  createTransferLimits,
  createVault,
  type DamageSet,
  type DiskReader,
  type HealedItem,
  type KeyProvider,
  LocalKey,
  type Manifest,
  MemoryChunkIndex,
  type NodeRef,
  openVault,
  SEGMENT_BYTES,
  type SealedDisk,
  type SegmentDelta,
  type SegmentStats,
  type TransferLimits,
  type Vault,
} from "../src/index.ts";
import type { BlobStore } from "../src/store/port.ts";

export const signal = new AbortController().signal;
export const clock = { now: () => new Date("2026-11-22T12:00:00.000Z") };

/** The key file's key of a name; another name is another key. */
export function testKeys(name = "a"): KeyProvider {
  return new LocalKey(createHash("sha256").update(name).digest(), { kind: "file" });
}

export interface TestVault {
  readonly vault: Vault;
  readonly store: BlobStore;
  readonly index: MemoryChunkIndex;
}

/** Small packs, so that little data fills many. */
export function smallLimits(packBytes = 512 * 1024): TransferLimits {
  return createTransferLimits({
    inFlightBytes: 8 * 1024 * 1024,
    packBytes,
    reads: 4,
    uploads: 2,
  });
}

export async function newVault<S extends BlobStore>(
  store: S,
  packBytes?: number,
): Promise<TestVault & { readonly store: S }> {
  const index = new MemoryChunkIndex();
  const vault = await createVault({
    store,
    keys: testKeys(),
    index,
    limits: smallLimits(packBytes),
    clock,
    signal,
  });
  return { vault, store, index };
}

/** Pseudorandom bytes; the same seed gives the same bytes. */
export function noise(length: number, seed: number): Buffer {
  const key = createHash("sha256").update(String(seed)).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A disk of any size in memory: only written blocks use memory. */
export class ModelDisk implements BlockSource {
  readonly size: number;
  private blocks: Map<number, Buffer>;
  /** Ranges written since the last `takeChanges`. */
  private changes: { offset: number; length: number; kind: "data" | "zero" }[] = [];
  reads = 0;

  constructor(size: number, blocks: ReadonlyMap<number, Buffer> = new Map()) {
    this.size = size;
    this.blocks = new Map(blocks);
  }

  write(offset: number, bytes: Uint8Array): void {
    const data = Buffer.from(bytes).subarray(0, Math.max(0, this.size - offset));
    this.put(offset, data);
    if (data.length > 0) this.changes.push({ offset, length: data.length, kind: "data" });
  }

  /** Deallocates: the range reads as zeros. */
  clear(offset: number, length: number): void {
    const bytes = Math.min(length, this.size - offset);
    if (bytes <= 0) return;
    for (let at = offset; at < offset + bytes; ) {
      const block = Math.floor(at / BLOCK_BYTES);
      const end = Math.min(offset + bytes, (block + 1) * BLOCK_BYTES);
      if (at === block * BLOCK_BYTES && end === at + BLOCK_BYTES) this.blocks.delete(block);
      else if (this.blocks.has(block)) this.put(at, Buffer.alloc(end - at));
      at = end;
    }
    this.changes.push({ offset, length: bytes, kind: "zero" });
  }

  async read(offset: number, length: number): Promise<Buffer> {
    this.reads += 1;
    if (offset + length > this.size) throw new RangeError("read beyond the end");
    return this.bytes(offset, length);
  }

  bytes(offset: number, length: number): Buffer {
    const out = Buffer.alloc(length);
    for (let at = offset; at < offset + length; ) {
      const block = Math.floor(at / BLOCK_BYTES);
      const end = Math.min(offset + length, (block + 1) * BLOCK_BYTES);
      this.blocks.get(block)?.copy(out, at - offset, at - block * BLOCK_BYTES, end - block * BLOCK_BYTES);
      at = end;
    }
    return out;
  }

  /** A frozen copy, like a snapshot. */
  snapshot(): ModelDisk {
    return new ModelDisk(this.size, new Map([...this.blocks].map(([i, block]) => [i, Buffer.from(block)])));
  }

  /** Allocated ranges at block granularity, ascending. */
  allocated(): Extent[] {
    const at = [...this.blocks.keys()].sort((a, b) => a - b);
    return at.map((block) => {
      const offset = block * BLOCK_BYTES;
      return { offset, length: Math.min(BLOCK_BYTES, this.size - offset), kind: "data" };
    });
  }

  /** The changes since the last call as sorted extents without overlap; later changes win. */
  takeChanges(): Extent[] {
    const cuts = [...new Set(this.changes.flatMap(({ offset, length }) => [offset, offset + length]))].sort(
      (a, b) => a - b,
    );
    const extents: Extent[] = [];
    for (const [i, offset] of cuts.entries()) {
      const end = cuts[i + 1];
      if (end === undefined) break;
      const last = this.changes.findLast(
        (change) => change.offset <= offset && end <= change.offset + change.length,
      );
      if (last !== undefined) extents.push({ offset, length: end - offset, kind: last.kind });
    }
    this.changes = [];
    return extents;
  }

  blockIndexes(): number[] {
    return [...this.blocks.keys()];
  }

  private put(offset: number, data: Buffer): void {
    for (let at = 0; at < data.length; ) {
      const block = Math.floor((offset + at) / BLOCK_BYTES);
      const start = offset + at - block * BLOCK_BYTES;
      const count = Math.min(BLOCK_BYTES - start, data.length - at);
      const bytes = this.blocks.get(block) ?? Buffer.alloc(BLOCK_BYTES);
      data.copy(bytes, start, at, at + count);
      this.blocks.set(block, bytes);
      at += count;
    }
  }
}

/** A disk that starts with pseudorandom bytes. */
export function noiseDisk(size: number, dataBytes: number, seed = 1): ModelDisk {
  const disk = new ModelDisk(size);
  disk.write(0, noise(dataBytes, seed));
  return disk;
}

export interface Backup extends SealedDisk {
  readonly stats: readonly SegmentStats[];
  /** Damaged nodes of bases that were not known as damaged. */
  readonly unreadable: readonly KluisError[];
}

export interface BackupOptions {
  readonly source: BlockSource;
  readonly extents: readonly Extent[];
  readonly delta: SegmentDelta;
  readonly base: NodeRef | null;
  /** Default: `test`. */
  readonly domain?: string;
  readonly limits?: TransferLimits;
  readonly index?: ChunkIndex;
  readonly avoid?: DamageSet;
}

/** Backs up a whole disk segment by segment, as the engine does. */
export async function backUp(vault: Vault, options: BackupOptions): Promise<Backup> {
  const { source, extents, delta, domain = "test", base, limits, index, avoid } = options;
  const diskBytes = source.size;
  const bases = await vault.segmentNodes(base, diskBytes, signal);
  const segments: (NodeRef | null)[] = [];
  const stats: SegmentStats[] = [];
  const healed: HealedItem[] = [];
  const unreadable: KluisError[] = [];
  const known = avoid === undefined ? {} : { avoid };
  for (let segment = 0; segment * SEGMENT_BYTES < diskBytes; segment++) {
    const from = segment * SEGMENT_BYTES;
    const mine = extents.filter(
      ({ offset, length }) => offset < from + SEGMENT_BYTES && offset + length > from,
    );
    const before = bases[segment] ?? null;
    const shared = { ...(limits === undefined ? {} : { limits }), ...(index === undefined ? {} : { index }) };
    const result = await vault.writeSegment({
      domain,
      diskBytes,
      segment,
      extents: mine,
      delta,
      base: before,
      source,
      signal,
      ...shared,
      ...known,
    });
    segments.push(result.node);
    stats.push(result.stats);
    healed.push(...result.healed);
    unreadable.push(...result.unreadable);
  }
  const sealed = await vault.sealDisk({ diskBytes, segments, base, signal, ...known });
  return { ...sealed, healed: [...healed, ...sealed.healed], unreadable, stats };
}

/** Backs up all allocated ranges by digest comparison. */
export function fullBackup(vault: Vault, disk: ModelDisk, base: NodeRef | null = null): Promise<Backup> {
  return backUp(vault, { source: disk, extents: disk.allocated(), delta: "digest-comparison", base });
}

/** Backs up the changes since the last `takeChanges` by changed ranges. */
export function changedBackup(vault: Vault, disk: ModelDisk, base: NodeRef | null): Promise<Backup> {
  return backUp(vault, { source: disk, extents: disk.takeChanges(), delta: "changed-ranges", base });
}

/** Creates a recovery point of a finished backup. */
export async function putPoint(
  vault: Vault,
  pointId: string,
  { disk, backup }: { readonly disk: ModelDisk; readonly backup: SealedDisk },
): Promise<void> {
  await vault.putManifest(manifestOf(vault, pointId, { ...backup, diskBytes: disk.size }), signal);
}

/** Backs up the disk by digest comparison and creates a recovery point. */
export async function takePoint(
  vault: Vault,
  pointId: string,
  { disk, base = null }: { readonly disk: ModelDisk; readonly base?: NodeRef | null },
): Promise<Backup> {
  const backup = await fullBackup(vault, disk, base);
  await putPoint(vault, pointId, { disk, backup });
  return backup;
}

/** Opens the vault as another process does: without caches. */
export function reopen(store: BlobStore): Promise<Vault> {
  return openVault({ store, keys: testKeys(), signal });
}

/** True when the vault returns the disk's present content, byte for byte. */
export async function holds(vault: Vault, root: NodeRef | null, disk: ModelDisk): Promise<boolean> {
  return (await readAll(vault.openDisk(root, disk.size))).equals(disk.bytes(0, disk.size));
}

export async function readAll(reader: DiskReader): Promise<Buffer> {
  return Buffer.from(await reader.read(0, reader.size, signal));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A manifest of one disk. */
export function manifestOf(
  vault: Vault,
  pointId: string,
  disk: { diskBytes: number } & Omit<SealedDisk, "healed">,
): Manifest {
  const time = "2026-11-22T12:00:00.000Z";
  const { diskBytes, root, rootDigest, storedBytes } = disk;
  return {
    manifestVersion: 1,
    pointId,
    vaultId: vault.id,
    jobId: `job-${pointId}`,
    vm: {
      resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-1",
      name: "vm-1",
      vmId: null,
      location: "westeurope",
      os: "linux",
      tags: { team: "blue" },
      configuration: { hardwareProfile: { vmSize: "Standard_B2s" } },
    },
    previous: null,
    disks: [
      {
        key: "os",
        name: "vm-1-os",
        resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/vm-1-os",
        uniqueId: "u-1",
        diskBytes,
        sku: "Premium_LRS",
        root,
        rootDigest,
        domain: "test",
        delta: "full",
        deltaReason: null,
        stats: {
          logicalBytes: diskBytes,
          readBytes: 0,
          changedBytes: 0,
          movedBytes: 0,
          storedBytes,
          zeroBytes: 0,
        },
        configuration: {},
      },
    ],
    excludedDisks: [],
    times: {
      takenAt: time,
      snapshotStartedAt: time,
      snapshotEndedAt: time,
      transferStartedAt: time,
      transferEndedAt: time,
    },
    consistency: { wanted: "file", reached: "file", reason: null },
    policy: null,
    trigger: "manual",
    actor: { type: "person", name: "test" },
    occurrenceDueAt: null,
    engineVersion: "0.1.0",
  };
}
