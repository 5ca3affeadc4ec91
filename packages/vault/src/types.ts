/** The data that the vault exchanges with its callers; vault.ts has the interface of the vault itself. */
import type { BlockSource, DamageFinding, DeltaMethod, Extent, KluisError } from "@kluis/domain";
import type { DamageSet, HealedItem } from "./damage/places.ts";
import type { NodeRef } from "./node-ref.ts";
import type { PackRef } from "./pack/kind.ts";
import type { ByteRange, TargetFile } from "./read/target-file.ts";

/**
 * How a segment finds what changed.
 * - `changed-ranges`: extents are the ranges that changed since `base`; blocks outside them are taken from the base.
 * - `digest-comparison`: extents are the allocated ranges; blocks inside are read and compared with the base, others are zero.
 */
export type SegmentDelta = Exclude<DeltaMethod, "full">;

/** Place of a sealed chunk: pack id (32 hex characters), offset and sealed length in bytes. */
export interface ChunkPlace {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
  /**
   * True when another VM stored the chunk and this one has not used it yet. It counts as new in the figures that are shown, because
   * they must not reveal what disks of others hold.
   */
  readonly elsewhere?: boolean;
}

export interface IndexEntry {
  /** Chunk id, 48 hex characters. */
  readonly id: string;
  /** Offset and sealed length in the pack, plain length, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly plainLength: number;
}

export interface PackInfo extends PackRef {
  readonly bytes: number;
}

/** The deduplication index: chunk id → place. It only saves work: reading never needs it, and the packs can rebuild it. */
export interface ChunkIndex {
  /** Known places by chunk id. Must leave out chunks in condemned packs. */
  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, ChunkPlace>>;
  /** Adds a durable pack and its chunks. A known id keeps its place unless that is in a condemned pack. Idempotent. */
  add(pack: PackInfo, entries: readonly IndexEntry[]): Promise<void>;
  /** Notes that the segment uses these chunks, which `lookup` returned as `elsewhere`. Their next hit counts as reused. */
  use?(ids: readonly string[]): Promise<void>;
  /** Those of these packs whose items have other places: new leaves name those. */
  moved?(packs: readonly string[]): Promise<ReadonlySet<string>>;
  /** Forgets these packs and every chunk in them. Called before a pack is deleted. */
  removePacks(packs: readonly string[]): Promise<void>;
}

export interface SegmentStats {
  /** Bytes of the segment inside the disk. */
  readonly logicalBytes: number;
  readonly readBytes: number;
  /** Bytes of blocks whose content differs from the base (all non-zero blocks when there is none). */
  readonly changedBytes: number;
  /** Plain bytes of newly sealed chunks. */
  readonly movedBytes: number;
  /** Bytes put into the vault, metadata included. */
  readonly storedBytes: number;
  /** The part of `storedBytes` that is not sealed chunk content: nodes, tables, headers. */
  readonly metadataBytes: number;
  /** Bytes of zero blocks, read or reported by an extent. */
  readonly zeroBytes: number;
  readonly chunksNew: number;
  readonly chunksReused: number;
}

/**
 * The figures as if the VM alone used the vault: chunks that another VM stored first count as new. Sizes of nodes and tables depend
 * on the packs that they name, so `storedBytes` has only content.
 */
export type ShownStats = Pick<SegmentStats, "movedBytes" | "storedBytes" | "chunksNew" | "chunksReused">;

/** `movedBytes` and `storedBytes` are those that are shown. */
export type SegmentProgress = Pick<
  SegmentStats,
  "readBytes" | "changedBytes" | "movedBytes" | "storedBytes" | "zeroBytes"
>;

export interface WriteSegmentOptions {
  readonly diskBytes: number;
  /** Index of the segment: it covers [segment × SEGMENT_BYTES, min(diskBytes, (segment + 1) × SEGMENT_BYTES)). */
  readonly segment: number;
  /** Ascending, not overlapping; parts outside the segment are ignored. */
  readonly extents: AsyncIterable<Extent> | Iterable<Extent>;
  readonly delta: SegmentDelta;
  /** Domain of deduplication, 1 to 1,024 characters: the index finds only chunks of writers with the same text. */
  readonly domain: string;
  /**
   * A list of changes since the base that claims to be complete, as `extents` of `changed-ranges`. With `digest-comparison` the
   * result says what it omits. All allocated blocks must be in `extents`.
   */
  readonly claimed?: Iterable<Extent>;
  /** The same segment in the previous recovery point, or null. */
  readonly base: NodeRef | null;
  readonly source: BlockSource;
  readonly signal: AbortSignal;
  /**
   * Damage that is known: content of the base at these places is stored again, and read from the source also where nothing changed.
   * The index must leave these places out too.
   */
  readonly avoid?: DamageSet;
  /** Index for this segment in place of the vault's, for example one that records the job with each pack. */
  readonly index?: ChunkIndex;
  /** Shared by all segments that a process writes at once; the vault's limits when absent. */
  readonly limits?: TransferLimits;
  /** Called with running totals, at most once per batch (about 4 MiB). */
  readonly onProgress?: (progress: SegmentProgress) => void;
}

/** Counts bytes or slots in use; `acquire` waits for room. Grants more than the total when nothing else is in use. */
export interface Budget {
  acquire(amount: number, signal: AbortSignal): Promise<void>;
  release(amount: number): void;
}

/** Limits bytes per second; `take` waits until they may pass. */
export interface Rate {
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

/** Bounds of memory and concurrency. Memory ≤ inFlightBytes × 2 + packBytes × (segments being written + uploads). */
export interface TransferLimits {
  /** Plain bytes being read, compared or sealed. */
  readonly inFlight: Budget;
  /** Concurrent reads of 4 MiB from sources; of small ones, up to four times as many. */
  readonly reads: Budget;
  /** Concurrent uploads of packs. */
  readonly uploads: Budget;
  /** Bytes of packs per second; no limit when absent. */
  readonly rate?: Rate;
  /** A pack is closed when it reaches this size. */
  readonly packBytes: number;
  /** zstd level. */
  readonly compressionLevel: number;
}

export interface SegmentResult {
  /** Root of the segment's part of the chunk map; null when the segment is all zeros. Durable when returned. */
  readonly node: NodeRef | null;
  /** What happened. */
  readonly stats: SegmentStats;
  /** The part of it that may be shown. */
  readonly shown: ShownStats;
  /** Null without `claimed`, and when that list is complete. */
  readonly omitted: OmittedBlocks | null;
  /** Damaged items that were stored again: moved tables lead to them. */
  readonly healed: readonly HealedItem[];
  /** Nodes of the base that were not known as damaged: what they describe was read from the source. */
  readonly unreadable: readonly KluisError[];
}

/** Blocks that changed although a list of changes does not have them. */
export interface OmittedBlocks {
  readonly blocks: number;
  /** Of the first of them, in bytes from the start of the disk. */
  readonly firstOffset: number;
}

export interface SealDiskOptions {
  readonly diskBytes: number;
  /** One entry per segment, `ceil(diskBytes / SEGMENT_BYTES)` of them. */
  readonly segments: readonly (NodeRef | null)[];
  /** Root of the previous point: equal inner nodes are shared with it. */
  readonly base?: NodeRef | null;
  /** Damage that is known: the base's nodes at these places are not shared. */
  readonly avoid?: DamageSet;
  readonly signal: AbortSignal;
}

export interface SealedDisk {
  /** Null when the whole disk is zeros. */
  readonly root: NodeRef | null;
  /** 48 hex characters: a commitment to the content of the disk. */
  readonly rootDigest: string;
  readonly storedBytes: number;
  /** Damaged nodes that were stored again: moved tables lead to them. */
  readonly healed: readonly HealedItem[];
}

/** Random access to a disk of a recovery point. Every returned byte was authenticated and digested. */
export interface DiskReader {
  readonly size: number;
  /** Any range inside the disk. Memory: about `length` beyond the caches. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Fills `target` from `offset`, zeros included. For whole disks: use a few targets again and again, in shared memory where
   * the consumer accepts it. After an error the target's content is undefined.
   */
  readInto(target: Uint8Array, offset: number, signal: AbortSignal): Promise<void>;
  /**
   * Fills `target` with ranges that `extents` returned, or whole blocks of them, one after the other: many small ones cost as little
   * as one large. At most {@link MAX_READ_BYTES} together.
   */
  readRanges(target: Uint8Array, ranges: readonly ByteRange[], signal: AbortSignal): Promise<void>;
  /** Like `readRanges`, to their places in a file. Bytes outside the ranges stay. */
  writeRanges(file: TargetFile, ranges: readonly ByteRange[], signal: AbortSignal): Promise<void>;
  /**
   * Ranges that are not zero, ascending, merged; reads nodes only.
   * @param onDamaged gets what a damaged node spans, and the walk continues; without it, damage ends the walk
   */
  extents(signal: AbortSignal, onDamaged?: OnDamagedRange): AsyncIterable<Extent>;
}

/** Gets a range of a disk of which nothing can be read, and why. */
export type OnDamagedRange = (range: ByteRange, error: KluisError) => void;

export interface VerifyOptions {
  /**
   * `quick`: reads and authenticates the maps; packs exist and are long enough. `full`: also decrypts and digests every byte, and reads
   * the table of every pack.
   */
  readonly mode: "quick" | "full";
  /** Which segments to check; default: all. The nodes above them are read, and the root digests compared, in any case. */
  readonly wants?: (disk: string, segment: number) => boolean;
  readonly signal: AbortSignal;
  /** Progress along the disks: checked bytes, and the sum of the disks' sizes. */
  readonly onProgress?: (progress: { readonly bytesChecked: number; readonly bytesTotal: number }) => void;
}

/** A part of one disk. */
export interface VerifySegmentsOptions extends Pick<VerifyOptions, "mode" | "signal"> {
  readonly disk: { readonly key: string; readonly diskBytes: number; readonly root: NodeRef };
  readonly first: number;
  readonly count: number;
}

export interface VerifyProblem {
  /** `table`: the content can be read, and only a rebuild of the index needs what is damaged. */
  readonly kind: "content" | "table";
  /** Name of the object in the store. */
  readonly object: string;
  readonly code: string;
  readonly message: string;
  /** Disk and offset that cannot be read because of it; null when the manifest itself is damaged. */
  readonly disk: string | null;
  readonly offset: number | null;
  /** The damage as it is recorded; null for an object that is not recorded with it. */
  readonly finding: DamageFinding | null;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly blocksChecked: number;
  readonly bytesChecked: number;
  readonly nodesChecked: number;
  /** Packs whose table was read; none in a quick verification. */
  readonly tablesChecked: number;
  /** All problems; `ok` is false when there is any. */
  readonly problemCount: number;
  /** The first ones, at most 1,000. */
  readonly problems: readonly VerifyProblem[];
  /** How many of them are problems of tables. */
  readonly tableProblems: number;
  /** The damage of all of them, each place once; at most 10,000 places of each kind. */
  readonly findings: {
    readonly content: readonly DamageFinding[];
    readonly tables: readonly DamageFinding[];
  };
  /** Names of packs whose table opened and has the items that maps name; at most 20,000. */
  readonly goodTables: readonly string[];
}

export interface CollectionOptions {
  /**
   * Node references that unfinished transfers hold: their bases and their finished segments. Read whole before the manifests: a
   * transfer that ends meanwhile has its manifest then.
   */
  readonly keep: Iterable<NodeRef> | AsyncIterable<NodeRef>;
  /** Objects below `points/` that are not points: someone looked at them and gave up what they may need. */
  readonly ignore?: readonly string[];
  readonly signal: AbortSignal;
}

export interface CollectionPlan {
  /** Packs in the store, and their bytes. */
  readonly packs: number;
  readonly bytes: number;
  /** At most these bytes of them are needed: versions of a segment that share chunks count them each. */
  readonly liveBytes: number;
  /**
   * Unreachable packs, at most a million. The caller sweeps them after a grace period in which no transfer can still use them. None
   * while a point is unresolved.
   */
  readonly condemned: readonly string[];
  readonly condemnedBytes: number;
  readonly points: number;
  /** Points, and held nodes (null), that cannot be read: what they need is unknown. At most 1,000. */
  readonly unresolved: readonly UnresolvedPoint[];
}

export interface UnresolvedPoint {
  readonly pointId: string | null;
  /** The object that cannot be read. */
  readonly object: string | null;
  readonly message: string;
}

export interface SweepOptions extends CollectionOptions {
  /** Packs that were condemned longer ago than the grace period. */
  readonly condemned: readonly string[];
}

export interface SweepResult {
  readonly deleted: readonly string[];
  readonly freedBytes: number;
  /** Condemned packs that a point reaches again: the caller clears their condemnation. */
  readonly reprieved: readonly string[];
}

export interface PointEntry {
  readonly pointId: string;
  /** Size of the sealed manifest. */
  readonly bytes: number;
}
