import type { Clock } from "@kluis/domain";
import { createTransferLimits } from "./budget.ts";
import { type CollectParts, planCollection, sweep } from "./collect.ts";
import { writeSegment } from "./delta/write-segment.ts";
import { MemoryChunkIndex } from "./index-memory.ts";
import { createKeys, type OpenedKeys, openKeys, rewrapKeys } from "./keys/descriptor.ts";
import type { Manifest } from "./manifest.ts";
import { allSegments, buildDiskMap, findSegment, rootLevel } from "./map/disk-map.ts";
import { formatNodeRef, type NodeRef, splitNodeRef } from "./node-ref.ts";
import { PackWriter } from "./pack/writer.ts";
import { Points } from "./points.ts";
import { ChunkReader } from "./read/chunk-reader.ts";
import { MapDiskReader } from "./read/disk-reader.ts";
import { NodeReader } from "./read/node-reader.ts";
import { PackReader } from "./read/pack-reader.ts";
import { rebuildIndex } from "./rebuild.ts";
import type { BlobStore } from "./store/port.ts";
import type {
  ChunkIndex,
  CollectionOptions,
  DiskReader,
  KeyProvider,
  PointEntry,
  SealDiskOptions,
  SealedDisk,
  SweepOptions,
  TransferLimits,
  Vault,
  VaultOptions,
  VerifyOptions,
  WriteSegmentOptions,
} from "./types.ts";
import { verifyPoint } from "./verify.ts";

const CHUNK_CACHE_BYTES = 32 * 1024 * 1024;
const NODE_CACHE_BYTES = 8 * 1024 * 1024;

export interface CreateVaultOptions extends VaultOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Makes a new vault in an empty store and opens it; VAULT_ALREADY_EXISTS when there is one. Safe to run again after a crash. */
export async function createVault(options: CreateVaultOptions): Promise<Vault> {
  const { store, keys, clock, signal } = options;
  await createKeys(store, keys, { vault: { createdAt: clock.now() }, signal });
  return openVault(options);
}

/** Opens a vault. VAULT_NOT_INITIALISED, VAULT_VERSION_UNSUPPORTED and VAULT_KEY_WRONG say why it cannot. */
export async function openVault(options: VaultOptions & { readonly signal: AbortSignal }): Promise<Vault> {
  return new OpenVault(await openKeys(options.store, options.keys, options.signal), options);
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
  private readonly points: Points;

  constructor(opened: OpenedKeys, { store, index, limits, cacheBytes }: VaultOptions) {
    this.opened = opened;
    this.id = opened.descriptor.vaultId;
    this.createdAt = opened.descriptor.createdAt;
    this.store = store;
    this.index = index ?? new MemoryChunkIndex();
    this.limits = limits ?? createTransferLimits();
    const packs = new PackReader(store, opened.keys, cacheBytes?.nodes ?? NODE_CACHE_BYTES);
    this.nodes = new NodeReader(packs, opened.keys);
    this.chunks = new ChunkReader(packs, opened.keys, cacheBytes?.chunks ?? CHUNK_CACHE_BYTES);
    this.points = new Points(store, opened.keys, this.id);
  }

  get keyId(): string {
    return this.opened.keyId;
  }

  writeSegment(options: WriteSegmentOptions) {
    return writeSegment(this.writeParts(options), options);
  }

  async segmentNode(root: NodeRef, segment: number, signal: AbortSignal): Promise<NodeRef | null> {
    const found = await findSegment(splitNodeRef(root), segment, { nodes: this.nodes, signal });
    return found === null ? null : formatNodeRef(found);
  }

  async segmentNodes(
    root: NodeRef | null,
    diskBytes: number,
    signal: AbortSignal,
  ): Promise<(NodeRef | null)[]> {
    const place = root === null ? null : splitNodeRef(root);
    const found = await allSegments(place, diskBytes, { nodes: this.nodes, signal });
    return found.map((node) => (node === null ? null : formatNodeRef(node)));
  }

  async sealDisk({ diskBytes, segments, base, signal }: SealDiskOptions): Promise<SealedDisk> {
    const { keys } = this.opened;
    const writer = new PackWriter({ ...this.writeParts({}), signal });
    const before = base === undefined || base === null ? null : splitNodeRef(base);
    const places = segments.map((ref) => (ref === null ? null : splitNodeRef(ref)));
    const root = await buildDiskMap(places, diskBytes, { keys, writer, before, nodes: this.nodes, signal });
    await writer.finish();
    const top = root === null ? null : Buffer.from(root.digest, "hex");
    return {
      root: root === null ? null : formatNodeRef(root),
      rootDigest: keys.rootDigest(diskBytes, rootLevel(diskBytes), top),
      storedBytes: writer.storedBytes,
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
    const place = root === null ? null : splitNodeRef(root);
    return new MapDiskReader(place, diskBytes, { nodes: this.nodes, chunks: this.chunks });
  }

  verifyPoint(pointId: string, options: VerifyOptions) {
    const { store, points } = this;
    const { keys } = this.opened;
    // Own caches: a check must see what the store holds now, not what was read before.
    const packs = new PackReader(store, keys, NODE_CACHE_BYTES);
    const parts = {
      store,
      keys,
      points,
      nodes: new NodeReader(packs, keys),
      chunks: new ChunkReader(packs, keys, 0),
    };
    return verifyPoint(parts, pointId, options);
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

  rewrap(keys: KeyProvider, signal: AbortSignal): Promise<void> {
    return rewrapKeys(this.store, this.opened, { provider: keys, signal });
  }

  private collectParts(): CollectParts {
    return { store: this.store, points: this.points, nodes: this.nodes, index: this.index };
  }

  private writeParts({ index, limits }: Pick<WriteSegmentOptions, "index" | "limits">) {
    const { store, nodes } = this;
    return {
      store,
      nodes,
      keys: this.opened.keys,
      index: index ?? this.index,
      limits: limits ?? this.limits,
    };
  }
}
