/** The recovery points of a vault, read from their manifests. */
import { mapConcurrent } from "@kluis/domain/core";
import { type Manifest, newestOf, type Vault } from "@kluis/vault";
import { type Failure, failureOf, LocalError, UsageError } from "../failure.ts";

export interface ReadPoint {
  readonly pointId: string;
  readonly manifest: Manifest;
  readonly digest: string;
}

/** A manifest that does not open; one bad object hides no other point. */
export interface UnreadPoint {
  readonly pointId: string;
  readonly failure: Failure;
}

export interface Listing {
  /** Newest first. */
  readonly points: readonly ReadPoint[];
  readonly unread: readonly UnreadPoint[];
}

/** Manifests that are read at the same time. */
const READS = 8;

/** Reads every manifest. Damage is listed; failures of the store (network, rights) are thrown. */
export async function listPoints(vault: Vault, signal: AbortSignal): Promise<Listing> {
  const read = async ({ pointId }: { pointId: string }): Promise<ReadPoint | UnreadPoint> => {
    try {
      return { pointId, ...(await vault.getManifest(pointId, signal)) };
    } catch (error) {
      const failure = failureOf(error);
      if (!badManifest.has(failure.code)) throw error;
      return { pointId, failure };
    }
  };
  const points: ReadPoint[] = [];
  const unread: UnreadPoint[] = [];
  for await (const one of mapConcurrent(vault.listManifests(signal), { limit: READS, signal }, read)) {
    if ("failure" in one) unread.push(one);
    else points.push(one);
  }
  return { points: points.toSorted(newestFirst), unread };
}

const badManifest: ReadonlySet<string> = new Set([
  "VAULT_DATA_DAMAGED",
  "VAULT_VERSION_UNSUPPORTED",
  "VAULT_OBJECT_MISSING",
]);

function newestFirst(one: ReadPoint, other: ReadPoint): number {
  const [a, b] = [one, other].map(({ manifest }) => Date.parse(manifest.times.takenAt));
  return (b ?? 0) - (a ?? 0) || (one.pointId < other.pointId ? -1 : 1);
}

/** The points of one machine. */
export async function pointsOf(vault: Vault, name: string, signal: AbortSignal): Promise<ReadPoint[]> {
  const { points } = await listPoints(vault, signal);
  return points.filter(({ manifest }) => manifest.vm.name === name);
}

/**
 * Finds the point that a text means: an id, a unique beginning of one, or NAME@latest.
 * @throws LocalError POINT_NOT_FOUND, UsageError for a beginning of several ids
 */
export async function findPoint(vault: Vault, text: string, signal: AbortSignal): Promise<ReadPoint> {
  const name = /^(.+)@latest$/.exec(text)?.[1];
  if (name !== undefined) {
    const found = newestOf(await pointsOf(vault, name, signal));
    if (found === null) throw notFound(`The vault has no recovery point of ${name}.`);
    return found;
  }
  const ids = (await Array.fromAsync(vault.listManifests(signal))).map(({ pointId }) => pointId);
  const matches = ids.includes(text) ? [text] : ids.filter((id) => id.startsWith(text));
  if (matches.length > 1)
    throw new UsageError(`${matches.length} recovery points start with ${text}.`, "Give more of the id.");
  const [pointId] = matches;
  if (pointId === undefined) throw notFound(`The vault has no recovery point ${text}.`);
  return { pointId, ...(await vault.getManifest(pointId, signal)) };
}

function notFound(message: string): LocalError {
  return new LocalError("POINT_NOT_FOUND", { message, action: "kluis vault ls lists the recovery points." });
}

/** The disk of a key. Without a key: the only disk. @throws LocalError DISK_NOT_FOUND, UsageError */
export function diskOf({ pointId, manifest }: ReadPoint, key: string | undefined): Manifest["disks"][number] {
  const keys = manifest.disks.map((disk) => disk.key).join(", ");
  const [only, ...others] = manifest.disks;
  if (key === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new UsageError("The recovery point has several disks.", `Use --disk with one of ${keys}.`);
  }
  const found = manifest.disks.find((disk) => disk.key === key);
  if (found !== undefined) return found;
  throw new LocalError("DISK_NOT_FOUND", {
    message: `The recovery point ${pointId} has no disk ${key}.`,
    action: `It has ${keys}.`,
  });
}
