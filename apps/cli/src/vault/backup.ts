/** Backs up disk images to a vault, without a catalog: the vault itself tells what the previous point was. */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { type Extent, mapConcurrent } from "@kluis/domain/core";
import {
  emptyStats,
  MANIFEST_VERSION,
  type Manifest,
  type ManifestDisk,
  type NodeRef,
  newestOf,
  nextPointId,
  SEGMENT_BYTES,
  type SegmentResult,
  type SegmentStats,
  type Vault,
} from "@kluis/vault";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../failure.ts";
import type { ImageFile } from "./image.ts";
import type { ReadPoint } from "./points.ts";

/** One domain of deduplication for all images: a program that backs up files holds the key, and can read the whole vault. */
const DOMAIN = "images";

export interface BackupRequest {
  readonly vault: Vault;
  /** The disks of the point: the first is the OS disk, the others have LUN 0, 1, … */
  readonly images: readonly ImageFile[];
  /** What `ls` shows, and the next backup looks for. */
  readonly name: string;
  readonly os: Manifest["vm"]["os"];
  /** The points of this name. */
  readonly before: readonly ReadPoint[];
  /** The point to compare with; null: each image is read whole and stored again. */
  readonly base: ReadPoint | null;
  /** What changed in the only image since `base`. Null: all allocated blocks are compared with it. */
  readonly changed: readonly Extent[] | null;
  /** Segments that are written at the same time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface BackupResult {
  readonly pointId: string;
  readonly manifestDigest: string;
  readonly previous: string | null;
  readonly disks: readonly (ManifestDisk & { readonly chunksNew: number })[];
}

/** @throws LocalError CONFLICT when an image was written to meanwhile, KluisError VAULT_* */
export async function backUp(request: BackupRequest): Promise<BackupResult> {
  const { vault, images, signal } = request;
  const startedAt = new Date();
  const plans = await Promise.all(images.map((image, at) => planDisk(request, { image, at })));
  const total = plans.reduce((sum, { extents }) => sum + bytesIn(extents), 0);
  const progress = new Totals(total, request.onProgress);
  const disks: (ManifestDisk & { readonly chunksNew: number })[] = [];
  for (const plan of plans) disks.push(await writeDisk(request, { plan, progress }));
  for (const image of images) await image.mustBeUnchanged();
  const pointId = nextPointId(request.before, startedAt);
  const previous = newestOf(request.before);
  const manifest = manifestOf(request, { pointId, previous, disks, startedAt, endedAt: new Date() });
  const { digest } = await vault.putManifest(manifest, signal);
  return { pointId, manifestDigest: digest, previous: previous?.pointId ?? null, disks };
}

interface DiskPlan {
  readonly image: ImageFile;
  readonly key: string;
  readonly extents: readonly Extent[];
  readonly base: NodeRef | null;
  readonly delta: ManifestDisk["delta"];
}

async function planDisk(
  { base, changed, signal }: BackupRequest,
  { image, at }: { readonly image: ImageFile; readonly at: number },
): Promise<DiskPlan> {
  const before = base?.manifest.disks.find(({ name }) => name === image.name) ?? null;
  const key = at === 0 ? "os" : String(at - 1);
  if (changed !== null) {
    if (before?.diskBytes !== image.size)
      throw new UsageError(
        `The previous point has no disk ${image.name} of this size.`,
        "Back up without --changed once.",
      );
    return { image, key, extents: changed, base: before.root, delta: "changed-ranges" };
  }
  const extents = await image.extents(signal);
  return { image, key, extents, base: before?.root ?? null, delta: before ? "digest-comparison" : "full" };
}

async function writeDisk(
  request: BackupRequest,
  { plan, progress }: { readonly plan: DiskPlan; readonly progress: Totals },
): Promise<ManifestDisk & { readonly chunksNew: number }> {
  const { vault, signal } = request;
  const { image, extents, base, delta } = plan;
  const diskBytes = image.size;
  const bases = await vault.segmentNodes(base, diskBytes, signal);
  const bySegment = splitBySegment(extents, bases.length);
  const write = async (segment: number): Promise<Pick<SegmentResult, "node" | "stats">> => {
    const mine = bySegment.get(segment) ?? [];
    // Nothing changed, or nothing is there: no block needs a look.
    if (mine.length === 0)
      return { node: delta === "changed-ranges" ? (bases[segment] ?? null) : null, stats: emptyStats(0) };
    const result = await vault.writeSegment({
      diskBytes,
      segment,
      extents: mine,
      delta: delta === "changed-ranges" ? "changed-ranges" : "digest-comparison",
      domain: DOMAIN,
      base: bases[segment] ?? null,
      source: image,
      signal,
      onProgress: (stats) => progress.at(image.file, segment, stats.readBytes + stats.zeroBytes),
    });
    progress.at(image.file, segment, bytesIn(mine));
    return result;
  };
  const results = await Array.fromAsync(
    mapConcurrent(bases.keys(), { limit: request.parallel, signal }, write),
  );
  const sealed = await vault.sealDisk({
    diskBytes,
    segments: results.map(({ node }) => node),
    base,
    signal,
  });
  const stats = results.map((result) => result.stats);
  return { ...diskOf(plan, stats), root: sealed.root, rootDigest: sealed.rootDigest };
}

type Unsealed = Omit<ManifestDisk, "root" | "rootDigest"> & { readonly chunksNew: number };

function diskOf({ image, key, delta }: DiskPlan, stats: readonly SegmentStats[]): Unsealed {
  const sum = (of: keyof SegmentStats): number => stats.reduce((total, one) => total + one[of], 0);
  return {
    key,
    name: image.name,
    resourceId: `file://${hostname()}${image.file}`,
    uniqueId: "",
    diskBytes: image.size,
    sku: "",
    domain: DOMAIN,
    delta,
    deltaReason: null,
    stats: {
      logicalBytes: image.size,
      readBytes: sum("readBytes"),
      changedBytes: sum("changedBytes"),
      movedBytes: sum("movedBytes"),
      storedBytes: sum("storedBytes"),
      zeroBytes: sum("zeroBytes"),
    },
    configuration: {},
    chunksNew: sum("chunksNew"),
  };
}

function manifestOf(
  { vault, name, os, images }: BackupRequest,
  found: {
    readonly pointId: string;
    readonly previous: ReadPoint | null;
    readonly disks: readonly (ManifestDisk & { readonly chunksNew: number })[];
    readonly startedAt: Date;
    readonly endedAt: Date;
  },
): Manifest {
  const started = found.startedAt.toISOString();
  const newestChange = Math.max(...images.map(({ modifiedAt }) => modifiedAt.getTime()));
  return {
    manifestVersion: MANIFEST_VERSION,
    pointId: found.pointId,
    vaultId: vault.id,
    jobId: randomUUID(),
    vm: {
      resourceId: `file://${hostname()}/${name}`,
      name,
      vmId: null,
      location: hostname(),
      os,
      tags: {},
      configuration: {},
    },
    previous:
      found.previous === null
        ? null
        : { pointId: found.previous.pointId, manifestDigest: found.previous.digest },
    disks: found.disks.map(({ chunksNew: _new, ...disk }) => disk),
    excludedDisks: [],
    times: {
      takenAt: started,
      snapshotStartedAt: new Date(Math.min(newestChange, found.startedAt.getTime())).toISOString(),
      snapshotEndedAt: started,
      transferStartedAt: started,
      transferEndedAt: found.endedAt.toISOString(),
    },
    consistency: { wanted: "crash", reached: "crash", reason: null },
    policy: null,
    trigger: "manual",
    actor: { kind: "engine", name: `kluis vault of ${userInfo().username} on ${hostname()}` },
    occurrenceDueAt: null,
    engineVersion: packageJson.version,
  };
}

function splitBySegment(extents: readonly Extent[], count: number): ReadonlyMap<number, readonly Extent[]> {
  const parts = new Map<number, Extent[]>();
  for (const { offset, length, kind } of extents) {
    for (let n = Math.floor(offset / SEGMENT_BYTES); n < count && n * SEGMENT_BYTES < offset + length; n++) {
      const from = Math.max(offset, n * SEGMENT_BYTES);
      const to = Math.min(offset + length, (n + 1) * SEGMENT_BYTES);
      const mine = parts.get(n) ?? [];
      if (mine.length === 0) parts.set(n, mine);
      mine.push({ offset: from, length: to - from, kind });
    }
  }
  return parts;
}

function bytesIn(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}

/** Adds up the progress of concurrent segments. */
class Totals {
  private readonly total: number;
  private readonly show: BackupRequest["onProgress"];
  private readonly parts = new Map<string, number>();
  private done = 0;

  constructor(total: number, show: BackupRequest["onProgress"]) {
    this.total = total;
    this.show = show;
  }

  at(image: string, segment: number, bytes: number): void {
    const part = `${segment}:${image}`;
    this.done += bytes - (this.parts.get(part) ?? 0);
    this.parts.set(part, bytes);
    this.show({ done: Math.min(this.done, this.total), total: this.total });
  }
}
