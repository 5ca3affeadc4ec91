import type { Manifest } from "./manifest.ts";
import type { NodeRef } from "./node-ref.ts";
import type { BlobStore } from "./store/port.ts";

/** A range of a disk, in bytes. `zero`: the range reads as zeros and need not be read. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly kind: "data" | "zero";
}

/** Where a disk's bytes come from. `read` is called concurrently, with lengths up to 4 MiB, always inside `size`. */
export interface BlockSource {
  readonly size: number;
  /** True when nobody else uses the arrays that `read` returns: the vault then frees their memory as soon as they are sealed. */
  readonly disposable?: boolean;
  /** Returns exactly `length` bytes. The vault does not change the array, nor keep it after the segment is done. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
}

export type DeltaMethod = "changed-ranges" | "digest-comparison";

/** Place of a sealed chunk: pack id (32 hex characters), offset and sealed length in bytes. */
export interface ChunkPlace {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

export interface IndexEntry {
  /** Chunk id, 48 hex characters. */
  readonly id: string;
  /** Offset and sealed length in the pack, plain length, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly plainLength: number;
}

export interface PackInfo {
  /** 32 hex characters. */
  readonly pack: string;
  readonly bytes: number;
}

/** The deduplication index: chunk id → place. It only saves work; reading never needs it, and it can be rebuilt from the packs. */
export interface ChunkIndex {
  /** Known places by chunk id. Must leave out chunks in condemned packs. */
  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, ChunkPlace>>;
  /** Adds a durable pack and its chunks. An id that is known already keeps its place unless that lies in a condemned pack. Adding twice is adding once. */
  add(pack: PackInfo, entries: readonly IndexEntry[]): Promise<void>;
  /** Forgets these packs and every chunk that lies in them (called before a pack is deleted). */
  removePacks(packs: readonly string[]): Promise<void>;
}

/** A data key in wrapped form, as it stands in the vault. */
export interface WrappedKey {
  readonly keyId: string;
  readonly algorithm: string;
  /** Base64. */
  readonly data: string;
}

/** Holder of a key-encryption key: a local key file, or Azure Key Vault. */
export interface KeyProvider {
  /** Identifies the key without revealing it. */
  keyId(): Promise<string>;
  wrap(dataKey: Uint8Array): Promise<WrappedKey>;
  /** Throws VAULT_KEY_WRONG when the data key was wrapped by another key. */
  unwrap(wrapped: WrappedKey): Promise<Uint8Array>;
}

export interface SegmentStats {
  /** Bytes of the segment that lie inside the disk. */
  readonly logicalBytes: number;
  readonly readBytes: number;
  /** Bytes of blocks whose content differs from the base (all non-zero blocks when there is none). */
  readonly changedBytes: number;
  /** Plain bytes of newly sealed chunks. */
  readonly movedBytes: number;
  /** Bytes put into the vault, metadata included. */
  readonly storedBytes: number;
  /** Of `storedBytes`, what is not sealed chunk content: nodes, tables, headers. */
  readonly metadataBytes: number;
  /** Bytes of blocks that were read and found to be zero, or told to be zero by an extent. */
  readonly zeroBytes: number;
  readonly chunksNew: number;
  readonly chunksReused: number;
}

export type SegmentProgress = Pick<
  SegmentStats,
  "readBytes" | "changedBytes" | "movedBytes" | "storedBytes" | "zeroBytes"
>;

export interface WriteSegmentOptions {
  readonly diskBytes: number;
  /** Index of the segment: it covers [segment × SEGMENT_BYTES, min(diskBytes, (segment + 1) × SEGMENT_BYTES)). */
  readonly segment: number;
  /** Ascending, not overlapping; what lies outside the segment is ignored. */
  readonly extents: AsyncIterable<Extent> | Iterable<Extent>;
  /**
   * `changed-ranges`: extents are what changed since `base`; blocks outside them are taken over from the base.
   * `digest-comparison`: extents are the allocated ranges; blocks outside them are zero, blocks inside are read and compared with the base.
   */
  readonly delta: DeltaMethod;
  /** The same segment in the previous recovery point, or null. */
  readonly base: NodeRef | null;
  readonly source: BlockSource;
  readonly signal: AbortSignal;
  /** Index to use for this segment instead of the vault's own, for example one that records the job with each pack. */
  readonly index?: ChunkIndex;
  /** Shared by all segments that are written at the same time in a process; the vault's own when absent. */
  readonly limits?: TransferLimits;
  /** Called with running totals, at most once per batch (about 4 MiB). */
  readonly onProgress?: (progress: SegmentProgress) => void;
}

/** Counts bytes or slots that are in use; `acquire` waits until there is room. More than the whole is granted when nothing else is in use. */
export interface Budget {
  acquire(amount: number, signal: AbortSignal): Promise<void>;
  release(amount: number): void;
}

/** Bounds of memory and concurrency. Memory ≤ inFlightBytes × 2 + packBytes × (segments being written + uploads). */
export interface TransferLimits {
  /** Plain bytes that are being read, compared or sealed. */
  readonly inFlight: Budget;
  /** Reads from sources that run at once. */
  readonly reads: Budget;
  /** Packs that are being uploaded at once. */
  readonly uploads: Budget;
  /** Packs are cut when they reach this size. */
  readonly packBytes: number;
  /** zstd level. */
  readonly compressionLevel: number;
}

export interface SegmentResult {
  /** Root of the segment's part of the chunk map; null when the segment is all zeros. Durable when returned. */
  readonly node: NodeRef | null;
  readonly stats: SegmentStats;
}

export interface SealDiskOptions {
  readonly diskBytes: number;
  /** One entry per segment, `ceil(diskBytes / SEGMENT_BYTES)` of them. */
  readonly segments: readonly (NodeRef | null)[];
  /** Root of the previous point: equal inner nodes are shared with it. */
  readonly base?: NodeRef | null;
  readonly signal: AbortSignal;
}

export interface SealedDisk {
  /** Null when the whole disk is zeros. */
  readonly root: NodeRef | null;
  /** 48 hex characters: the content of the disk. */
  readonly rootDigest: string;
  readonly storedBytes: number;
}

/** Random access to a disk as a recovery point holds it. Every byte returned has been authenticated and digested. */
export interface DiskReader {
  readonly size: number;
  /** Any range inside the disk. Memory: about `length` more than the caches. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Ranges that are not zero, ascending, merged; reads nodes only. */
  extents(signal: AbortSignal): AsyncIterable<Extent>;
}

export interface VerifyOptions {
  /** `quick`: the maps are read and authenticated, the packs exist and are long enough. `full`: every byte is decrypted and digested too. */
  readonly mode: "quick" | "full";
  readonly signal: AbortSignal;
  /** How far the check has come along the disks: bytes of disk passed, of the disks' sizes. */
  readonly onProgress?: (progress: { readonly bytesChecked: number; readonly bytesTotal: number }) => void;
}

export interface VerifyProblem {
  /** Name of the object in the store. */
  readonly object: string;
  readonly code: string;
  readonly message: string;
  /** Disk and offset that cannot be read because of it; null when the manifest itself is damaged. */
  readonly disk: string | null;
  readonly offset: number | null;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly blocksChecked: number;
  readonly bytesChecked: number;
  readonly nodesChecked: number;
  /** At most 1,000; `ok` is false when there is any. */
  readonly problems: readonly VerifyProblem[];
}

export interface CollectionOptions {
  /** Node references that unfinished transfers hold: their bases and their finished segments. */
  readonly keep: readonly NodeRef[];
  readonly signal: AbortSignal;
}

export interface PackUse {
  readonly pack: string;
  readonly bytes: number;
  readonly liveBytes: number;
}

export interface CollectionPlan {
  /** Every pack in the store with its live bytes. */
  readonly packs: readonly PackUse[];
  /** Packs that nothing reaches. Record when they were condemned; sweep them after the grace period. */
  readonly condemned: readonly string[];
  readonly condemnedBytes: number;
  readonly liveBytes: number;
  readonly points: number;
}

export interface SweepOptions extends CollectionOptions {
  /** Packs that were condemned longer ago than the grace period. */
  readonly condemned: readonly string[];
}

export interface SweepResult {
  readonly deleted: readonly string[];
  readonly freedBytes: number;
  /** Condemned packs that a point reaches again: clear their condemnation. */
  readonly reprieved: readonly string[];
}

export interface VaultOptions {
  readonly store: BlobStore;
  readonly keys: KeyProvider;
  /** Defaults to an empty index in memory. */
  readonly index?: ChunkIndex;
  readonly limits?: TransferLimits;
  /** Cache sizes of readers in bytes; default 32 MiB of plain chunks and 8 MiB of nodes for all disks of the vault. */
  readonly cacheBytes?: { readonly chunks?: number; readonly nodes?: number };
}

export interface PointEntry {
  readonly pointId: string;
  /** Size of the sealed manifest. */
  readonly bytes: number;
}

/** An open vault. Safe for any number of concurrent calls, in any number of processes. */
export interface Vault {
  readonly id: string;
  readonly keyId: string;
  readonly createdAt: string;
  writeSegment(options: WriteSegmentOptions): Promise<SegmentResult>;
  /** The segment's subtree below a disk's root: the base of its next delta. Null when it is all zeros or beyond the root's span. */
  segmentNode(root: NodeRef, segment: number, signal: AbortSignal): Promise<NodeRef | null>;
  /** All segments of a disk at once; `ceil(diskBytes / SEGMENT_BYTES)` entries. Reads only the nodes above segments. */
  segmentNodes(root: NodeRef | null, diskBytes: number, signal: AbortSignal): Promise<(NodeRef | null)[]>;
  sealDisk(options: SealDiskOptions): Promise<SealedDisk>;
  /** Makes the recovery point. The same content again is success; other content under the id is VAULT_OBJECT_EXISTS. `digest`: SHA-256 in hex. */
  putManifest(manifest: Manifest, signal: AbortSignal): Promise<{ readonly digest: string }>;
  /** VAULT_OBJECT_MISSING when there is no such point. */
  getManifest(
    pointId: string,
    signal: AbortSignal,
  ): Promise<{ readonly manifest: Manifest; readonly digest: string }>;
  listManifests(signal: AbortSignal): AsyncIterable<PointEntry>;
  /** True when it existed. The bytes stay until they are collected. */
  deleteManifest(pointId: string, signal: AbortSignal): Promise<boolean>;
  openDisk(root: NodeRef | null, diskBytes: number): DiskReader;
  verifyPoint(pointId: string, options: VerifyOptions): Promise<VerifyResult>;
  planCollection(options: CollectionOptions): Promise<CollectionPlan>;
  sweep(options: SweepOptions): Promise<SweepResult>;
  /** Adds every chunk of every pack in the store to the index. Returns how many. */
  rebuildIndex(
    index: ChunkIndex,
    signal: AbortSignal,
  ): Promise<{ readonly packs: number; readonly chunks: number }>;
  /** Wraps the data key with another key-encryption key; data is not touched. Afterwards the vault opens with `keys` only. */
  rewrap(keys: KeyProvider, signal: AbortSignal): Promise<void>;
}
