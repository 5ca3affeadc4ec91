/** Fills an empty catalog from the manifests of a vault. Can be killed and repeated: it does not change rows that are there. */
import {
  addRebuiltPoint,
  chunkIndex,
  type Db,
  digestOfPoint,
  followEnvironmentVault,
  inTransaction,
  lockVaults,
  openDatabase,
  readCatalogUse,
  recordDamage,
  upsertRebuiltPolicy,
  upsertRebuiltVm,
} from "@kluis/db";
import { migrate } from "@kluis/db/migrate";
import { type Clock, findingOf, isKluisError, KluisError } from "@kluis/domain";
import { type BlobStore, pointName, type Vault } from "@kluis/vault";
import { pointRows, type StoredPoint } from "./point-rows.ts";

export interface RebuildOptions {
  readonly vault: Vault;
  readonly store: BlobStore;
  /** Name of the vault in the catalog. */
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after each point of the vault. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface RebuildResult {
  readonly vaultId: string;
  /** Points that this run added, and those that were there. */
  readonly added: number;
  readonly present: number;
  /** Packs in the rebuilt index. */
  readonly packs: number;
  readonly chunks: number;
  /** Packs that do not open. They are recorded as damage when they are. */
  readonly unreadPacks: number;
  readonly skipped: readonly SkippedPoint[];
}

export interface SkippedPoint {
  readonly pointId: string;
  readonly code: string;
  readonly message: string;
}

/** Migrates the database of `url` and fills it. @throws KluisError CONFLICT for a catalog in use; DATABASE_UNREACHABLE; VAULT_* */
export async function rebuildFromUrl(url: string, options: RebuildOptions): Promise<RebuildResult> {
  await migrate(url, options.signal);
  const db = await openDatabase({ url, signal: options.signal });
  try {
    return await rebuildCatalog(db, options);
  } finally {
    await db.close();
  }
}

export async function rebuildCatalog(db: Db, options: RebuildOptions): Promise<RebuildResult> {
  const { vault, signal, onProgress } = options;
  const vaultId = await vaultRow(db, options);
  const pointIds = idsOf(vault.listManifests(signal));
  const points = await addPoints(db, { vault, vaultId, pointIds, signal, onProgress });
  const index = await vault.rebuildIndex(chunkIndex(db, { vaultId }), signal);
  const { packs, chunks, unread, unreadCount } = index;
  const findings = unread.flatMap((error) => findingOf(error) ?? []);
  await inTransaction(db, (tx) => recordDamage(tx, { vaultId, foundBy: "comparison", findings }));
  return { vaultId, ...points, packs, chunks, unreadPacks: unreadCount };
}

export interface PointsToAdd {
  readonly vault: Vault;
  /** Id of its row. */
  readonly vaultId: string;
  readonly pointIds: AsyncIterable<string>;
  readonly signal: AbortSignal;
  readonly onProgress?: RebuildOptions["onProgress"] | undefined;
}

/** Adds the points of these manifests to the catalog, the oldest first. One that cannot be read is skipped, and named. */
export async function addPoints(
  db: Db,
  given: PointsToAdd,
): Promise<Pick<RebuildResult, "added" | "present" | "skipped">> {
  const skipped: SkippedPoint[] = [];
  const order = await readOrder(given, skipped);
  const counts = { added: 0, present: 0 };
  for (const [at, { pointId }] of order.entries()) {
    given.signal.throwIfAborted();
    try {
      counts[await addPoint(db, given, pointId)] += 1;
    } catch (error) {
      skipped.push(skippedAs(pointId, error));
    }
    given.onProgress?.({ done: at + 1, total: order.length });
  }
  return { ...counts, skipped };
}

async function* idsOf(points: AsyncIterable<{ readonly pointId: string }>): AsyncGenerator<string> {
  for await (const { pointId } of points) yield pointId;
}

/** The row of the vault. @throws KluisError CONFLICT when the catalog is in use */
async function vaultRow(db: Db, { vault, store, name, clock }: RebuildOptions): Promise<string> {
  const { place } = store;
  const none = { account: null, container: null, folder: null };
  const columns =
    place.kind === "folder"
      ? { ...none, folder: place.folder }
      : { ...none, account: place.account, container: place.container };
  return inTransaction(db, async (tx) => {
    await lockVaults(tx);
    const use = await readCatalogUse(tx, vault.id);
    if (use.jobs + use.protections + use.otherPoints > 0) throw inUse();
    const facts = { identity: vault.id, keyId: vault.keyId, name, kind: place.kind };
    const createdAt = new Date(vault.createdAt);
    return (await followEnvironmentVault(tx, { ...facts, ...columns, createdAt }, clock)).id;
  });
}

interface Ordered {
  readonly pointId: string;
  readonly takenAt: number;
}

/** The points in the order in which they were taken: each row then knows the one before it. Keeps no manifest in memory. */
async function readOrder(
  { vault, pointIds, signal }: PointsToAdd,
  skipped: SkippedPoint[],
): Promise<readonly Ordered[]> {
  const found: Ordered[] = [];
  for await (const pointId of pointIds) {
    try {
      const { manifest } = await vault.getManifest(pointId, signal);
      found.push({ pointId, takenAt: Date.parse(manifest.times.takenAt) });
    } catch (error) {
      skipped.push(skippedAs(pointId, error));
    }
  }
  return found.toSorted((a, b) => a.takenAt - b.takenAt || (a.pointId < b.pointId ? -1 : 1));
}

async function addPoint(
  db: Db,
  { vault, vaultId, signal }: PointsToAdd,
  pointId: string,
): Promise<"added" | "present"> {
  const stored = await vault.getManifest(pointId, signal);
  const { vm, policy, point } = pointRows(stored, { id: vaultId, keyId: vault.keyId });
  return inTransaction(db, async (tx) => {
    await lockVaults(tx);
    const known = await digestOfPoint(tx, pointId);
    if (known !== null) return presentAs(known, stored);
    const vmId = await upsertRebuiltVm(tx, vm);
    if (policy !== null) await upsertRebuiltPolicy(tx, policy);
    await addRebuiltPoint(tx, { ...point, vmId });
    return "added";
  });
}

function presentAs(known: string, { manifest, digest }: StoredPoint): "present" {
  if (known === digest) return "present";
  throw new KluisError("VAULT_DATA_DAMAGED", {
    message: `The manifest points/${manifest.pointId} is not the one that the catalog knows.`,
    action: "Check whether another vault or an older copy is at this address.",
    params: { object: pointName(manifest.pointId), problem: "its digest differs from the catalog's" },
  });
}

/** Damage and foreign manifests concern one point. @throws every other error: a lost database or network concerns all */
function skippedAs(pointId: string, error: unknown): SkippedPoint {
  if (!isKluisError(error) || !ofOnePoint.has(error.code)) throw error;
  return { pointId, code: error.code, message: error.message };
}

const ofOnePoint: ReadonlySet<string> = new Set([
  "VAULT_DATA_DAMAGED",
  "VAULT_OBJECT_MISSING",
  "VAULT_VERSION_UNSUPPORTED",
  "VAULT_KEY_WRONG",
]);

function inUse(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "catalog-in-use",
    message:
      "The database of Kluis is in use: it has jobs, protected virtual machines, or points of another vault.",
    action: "Rebuild into an empty database.",
  });
}
