/** Opens vaults and composes their parts. */
import type { Extent } from "@kluis/domain";
import { createBudget, createTransferLimits } from "./budget.ts";
import { type CollectParts, planCollection, sweep } from "./collect.ts";
import { type CompactOptions, type CompactResult, compactPacks } from "./compact/compact.ts";
import { LiveWalk } from "./compact/live.ts";
import type { VaultCompaction } from "./compact/port.ts";
import { MAX_READ_BYTES } from "./constants.ts";
import { type AffectedOptions, affectedSegments } from "./damage/affected.ts";
import { type HealedItem, noDamage } from "./damage/places.ts";
import { type DamageSearch, searchDamage } from "./damage/ranges.ts";
import type { ReachOptions } from "./damage/reach.ts";
import { storeMoved } from "./damage/store-moved.ts";
import { writeSegment } from "./delta/write-segment.ts";
import { MemoryChunkIndex } from "./index-memory.ts";
import { factsOfSlots, type KeySlots } from "./keys/key-slots.ts";
import { createKeys, type OpenedKeys, openKeys } from "./keys/open-keys.ts";
import type { Manifest } from "./manifest.ts";
import { allSegments, buildDiskMap, findSegment, rootDigestOf } from "./map/disk-map.ts";
import { changedExtents } from "./map/map-diff.ts";
import { formatNodeRef, type NodeRef, placeOf, refOf, splitNodeRef } from "./node-ref.ts";
import { type NodeUse, nodeUse } from "./node-use.ts";
import { PackWriter } from "./pack/writer.ts";
import { Points, type StoredManifest } from "./points.ts";
import { type ChunkParts, ChunkReader } from "./read/chunk-reader.ts";
import { MapDiskReader } from "./read/disk-reader.ts";
import { NodeReader } from "./read/node-reader.ts";
import { PackReader } from "./read/pack-reader.ts";
import { indexPack, type RebuiltIndex, rebuildIndex, type StoredPack } from "./rebuild.ts";
import type { BlobStore } from "./store/port.ts";
import type {
  ChunkIndex,
  ChunkPlace,
  CollectionOptions,
  CollectionPlan,
  DiskReader,
  PointEntry,
  SealDiskOptions,
  SealedDisk,
  SegmentResult,
  SweepOptions,
  SweepResult,
  TransferLimits,
  VerifyOptions,
  VerifyResult,
  VerifySegmentsOptions,
  WriteSegmentOptions,
} from "./types.ts";
import type { CreateVaultOptions, VaultOptions } from "./vault-options.ts";
import { type VerifyParts, verifyPoint, verifySegments } from "./verify.ts";
import type { VaultWorkers } from "./workers/port.ts";

const CHUNK_CACHE_BYTES = 32 * 1024 * 1024;
/** Sealed bytes fetched or opened at once: 16 runs of the largest size. */
const FETCH_BYTES = 16 * MAX_READ_BYTES;
const NODE_CACHE_BYTES = 8 * 1024 * 1024;
const USE_CACHE_BYTES = 1024 * 1024;

/** An open vault. Safe for any number of concurrent calls, in any number of processes. */
export interface Vault extends VaultCompaction {
  readonly id: string;
  readonly keyId: string;
  readonly createdAt: string;
  writeSegment(options: WriteSegmentOptions): Promise<SegmentResult>;
  /** The segment's subtree below a disk's root: the base of its next delta. Null when it is all zeros or beyond the root's span. */
  segmentNode(root: NodeRef, segment: number, signal: AbortSignal): Promise<NodeRef | null>;
  /** All segments of a disk at once: `ceil(diskBytes / SEGMENT_BYTES)` entries. Reads only the nodes above segments. */
  segmentNodes(root: NodeRef | null, diskBytes: number, signal: AbortSignal): Promise<(NodeRef | null)[]>;
  sealDisk(options: SealDiskOptions): Promise<SealedDisk>;
  /**
   * Creates the recovery point. Repeating it with the same content succeeds.
   * @returns `digest`: SHA-256 in hex
   * @throws KluisError VAULT_OBJECT_EXISTS for other content under the id
   */
  putManifest(manifest: Manifest, signal: AbortSignal): Promise<{ readonly digest: string }>;
  /** @throws KluisError VAULT_OBJECT_MISSING when there is no such point */
  getManifest(pointId: string, signal: AbortSignal): Promise<StoredManifest>;
  listManifests(signal: AbortSignal): AsyncIterable<PointEntry>;
  /** True when it existed. A collection frees its bytes later. */
  deleteManifest(pointId: string, signal: AbortSignal): Promise<boolean>;
  openDisk(root: NodeRef | null, diskBytes: number): DiskReader;
  /** The ranges of a disk that differ from another map of this vault; reads only nodes that differ. Ascending, merged. */
  changedExtents(
    maps: { readonly before: NodeRef | null; readonly after: NodeRef | null; readonly diskBytes: number },
    signal: AbortSignal,
  ): AsyncIterable<Extent>;
  verifyPoint(pointId: string, options: VerifyOptions): Promise<VerifyResult>;
  /** As `verifyPoint`, for a part of one disk whose root the caller has compared with the manifest. */
  verifySegments(options: VerifySegmentsOptions): Promise<VerifyResult>;
  /** The root digest of a disk with this chunk map, as its manifest must have it. */
  rootDigest(root: NodeRef | null, diskBytes: number): string;
  /** The segments below a root that hold damage which is known: the next backup must write them, also when nothing changed there. */
  affectedSegments(root: NodeRef, options: AffectedOptions): Promise<number[]>;
  /** Finds the damage that maps need. */
  reachDamage(options: ReachOptions): DamageSearch;
  /** What a node of level 2 or above names, read from the store: never from a cache. */
  nodeUse(ref: NodeRef, signal: AbortSignal): Promise<NodeUse>;
  planCollection(options: CollectionOptions): Promise<CollectionPlan>;
  sweep(options: SweepOptions): Promise<SweepResult>;
  /** Adds every chunk of every pack in the store to the index; names the packs that do not open. */
  rebuildIndex(index: ChunkIndex, signal: AbortSignal): Promise<RebuiltIndex>;
  /** Adds the chunks of one pack in the store to the index. @throws KluisError VAULT_DATA_DAMAGED, VAULT_OBJECT_MISSING */
  indexPack(index: ChunkIndex, pack: StoredPack, signal: AbortSignal): Promise<void>;
  /** The key slots as they were when the vault was opened. */
  keySlots(): KeySlots;
}

/** Creates a vault in an empty store and opens it. Safe to repeat after a crash. @throws KluisError VAULT_ALREADY_EXISTS */
export async function createVault(options: CreateVaultOptions): Promise<Vault> {
  const { store, keys, clock, keyring, signal } = options;
  const made = keyring === undefined ? {} : { keyring };
  await createKeys(store, keys, { vault: { createdAt: clock.now(), ...made }, signal });
  return openVault(options);
}

/** @throws KluisError VAULT_NOT_INITIALISED, VAULT_VERSION_UNSUPPORTED, VAULT_KEY_WRONG or VAULT_DATA_DAMAGED */
export async function openVault(options: VaultOptions & { readonly signal: AbortSignal }): Promise<Vault> {
  return new OpenVault(await openKeys(options), options);
}

class OpenVault implements Vault {
  readonly id: string;
  readonly createdAt: string;
  private readonly opened: OpenedKeys;
  private readonly store: BlobStore;
  private readonly index: ChunkIndex;
  private readonly limits: TransferLimits;
  private readonly nodes: NodeReader;
  private readonly chunks: ChunkReader;
  private readonly workers: VaultWorkers | undefined;
  private readonly fetches = createBudget(FETCH_BYTES);
  private readonly points: Points;

  constructor(opened: OpenedKeys, { store, index, limits, cacheBytes, workers }: VaultOptions) {
    this.opened = opened;
    this.id = opened.descriptor.vaultId;
    this.createdAt = opened.descriptor.createdAt;
    this.store = store;
    this.index = index ?? new MemoryChunkIndex();
    this.limits = limits ?? createTransferLimits();
    const packs = new PackReader(store, opened.keys, cacheBytes?.nodes ?? NODE_CACHE_BYTES);
    this.nodes = new NodeReader(packs, opened.keys);
    this.workers = workers;
    this.chunks = new ChunkReader(this.chunkParts(packs), cacheBytes?.chunks ?? CHUNK_CACHE_BYTES);
    this.points = new Points(store, opened.keys, this.id);
  }

  get keyId(): string {
    return this.opened.slots.options.provider.recipient.keyId;
  }

  writeSegment(options: WriteSegmentOptions) {
    return writeSegment(this.writeParts(options), options);
  }

  async segmentNode(root: NodeRef, segment: number, signal: AbortSignal): Promise<NodeRef | null> {
    return refOf(await findSegment(splitNodeRef(root), segment, { nodes: this.nodes, signal }));
  }

  async segmentNodes(
    root: NodeRef | null,
    diskBytes: number,
    signal: AbortSignal,
  ): Promise<(NodeRef | null)[]> {
    const found = await allSegments(placeOf(root), diskBytes, { nodes: this.nodes, signal });
    return found.map(refOf);
  }

  async sealDisk({ diskBytes, segments, base, avoid, signal }: SealDiskOptions): Promise<SealedDisk> {
    const { keys } = this.opened;
    const writer = new PackWriter({ ...this.writeParts({}), signal });
    const before = placeOf(base);
    const places = segments.map(placeOf);
    const healed: HealedItem[] = [];
    const known = { avoid: avoid ?? noDamage, onHealed: (item: HealedItem) => healed.push(item) };
    const target = { keys, writer, before, nodes: this.nodes, ...known, signal };
    const root = await buildDiskMap(places, diskBytes, target);
    await writer.finish();
    await storeMoved(healed, { store: this.store, keys, signal });
    return {
      root: refOf(root),
      rootDigest: rootDigestOf(keys, root, diskBytes),
      storedBytes: writer.storedBytes,
      healed,
    };
  }

  putManifest(manifest: Manifest, signal: AbortSignal) {
    return this.points.put(manifest, signal);
  }

  getManifest(pointId: string, signal: AbortSignal) {
    return this.points.get(pointId, signal);
  }

  listManifests(signal: AbortSignal): AsyncIterable<PointEntry> {
    return this.points.list(signal);
  }

  deleteManifest(pointId: string, signal: AbortSignal): Promise<boolean> {
    return this.points.delete(pointId, signal);
  }

  openDisk(root: NodeRef | null, diskBytes: number): DiskReader {
    return new MapDiskReader(placeOf(root), diskBytes, { nodes: this.nodes, chunks: this.chunks });
  }

  changedExtents(
    { before, after, diskBytes }: Parameters<Vault["changedExtents"]>[0],
    signal: AbortSignal,
  ): AsyncIterable<Extent> {
    const pair = { before: placeOf(before), after: placeOf(after) };
    return changedExtents(pair, { diskBytes, nodes: this.nodes, signal });
  }

  verifyPoint(pointId: string, options: VerifyOptions) {
    return verifyPoint(this.verifyParts(), pointId, options);
  }

  verifySegments(options: VerifySegmentsOptions) {
    return verifySegments(this.verifyParts(), options);
  }

  rootDigest(root: NodeRef | null, diskBytes: number): string {
    return rootDigestOf(this.opened.keys, placeOf(root), diskBytes);
  }

  private verifyParts(): VerifyParts {
    const { store, points } = this;
    const { keys } = this.opened;
    const packs = this.freshPacks(NODE_CACHE_BYTES);
    return {
      store,
      keys,
      points,
      nodes: new NodeReader(packs, keys),
      chunks: new ChunkReader(this.chunkParts(packs), 0),
    };
  }

  affectedSegments(root: NodeRef, options: AffectedOptions): Promise<number[]> {
    return affectedSegments(splitNodeRef(root), this.nodes, options);
  }

  reachDamage(options: ReachOptions): DamageSearch {
    // Nodes in memory may be older than the damage, or than its repair.
    return searchDamage(this.freshNodes(NODE_CACHE_BYTES), options);
  }

  nodeUse(ref: NodeRef, signal: AbortSignal): Promise<NodeUse> {
    return nodeUse(this.freshNodes(USE_CACHE_BYTES), splitNodeRef(ref), signal);
  }

  liveItems(packs: ReadonlySet<string>) {
    const walk = new LiveWalk(this.freshNodes(NODE_CACHE_BYTES), packs);
    return {
      below: async (ref: NodeRef, signal: AbortSignal) =>
        (await walk.below(splitNodeRef(ref), signal)).map(formatNodeRef),
      items: () => walk.items(),
    };
  }

  async movedPlaces(items: readonly ChunkPlace[], signal: AbortSignal) {
    const { moved } = this.freshPacks(USE_CACHE_BYTES);
    const found: ChunkPlace[][] = [];
    for (const item of items) found.push(await Array.fromAsync(moved.reachable(item, signal, false)));
    return found;
  }

  movedItems(pack: string, signal: AbortSignal): Promise<ReadonlyMap<number, readonly ChunkPlace[]>> {
    return this.freshPacks(USE_CACHE_BYTES).moved.items(pack, signal);
  }

  movedTargets(pack: string, signal: AbortSignal) {
    return this.freshPacks(USE_CACHE_BYTES).moved.targets(pack, signal);
  }

  compact(options: CompactOptions): Promise<CompactResult> {
    const { store, limits } = this;
    return compactPacks(
      { store, limits, keys: this.opened.keys, packs: this.freshPacks(USE_CACHE_BYTES) },
      options,
    );
  }

  planCollection(options: CollectionOptions) {
    return planCollection(this.collectParts(), options);
  }

  sweep(options: SweepOptions) {
    return sweep(this.collectParts(), options);
  }

  rebuildIndex(index: ChunkIndex, signal: AbortSignal) {
    return rebuildIndex({ store: this.store, packs: this.nodes.packs, index, signal });
  }

  async indexPack(index: ChunkIndex, { bytes, ...pack }: StoredPack, signal: AbortSignal): Promise<void> {
    await indexPack({ packs: this.nodes.packs, index, signal }, pack, bytes);
  }

  keySlots(): KeySlots {
    return factsOfSlots(this.opened.slots, this.opened.completed);
  }

  /**
   * Reads the store, with a separate cache. An earlier read must neither hide damage nor a repair, and what other readers have is not
   * displaced.
   */
  private freshPacks(cacheBytes: number): PackReader {
    return new PackReader(this.store, this.opened.keys, cacheBytes);
  }

  private freshNodes(cacheBytes: number): NodeReader {
    return new NodeReader(this.freshPacks(cacheBytes), this.opened.keys);
  }

  private chunkParts(packs: PackReader): ChunkParts {
    return { packs, keys: this.opened.keys, fetches: this.fetches, workers: this.workers };
  }

  private collectParts(): CollectParts {
    const { store, points, index } = this;
    const { keys } = this.opened;
    return { store, keys, points, index, nodes: this.freshNodes(USE_CACHE_BYTES) };
  }

  private writeParts({ index, limits }: Pick<WriteSegmentOptions, "index" | "limits">) {
    const { store, nodes, workers } = this;
    return {
      store,
      nodes,
      workers,
      keys: this.opened.keys,
      index: index ?? this.index,
      limits: limits ?? this.limits,
    };
  }
}
