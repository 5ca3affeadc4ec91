/**
 * Compares the manifests that the storage lists with what is accounted. The list decides what must be kept: the database may be older
 * than the vault, and a writer may come back late.
 *
 * A manifest that does not open, or whose point was deleted, is kept out and named. It stops nothing.
 */
import {
  addAccount,
  databaseNow,
  findPointlessJob,
  forgetKeptOut,
  inTransaction,
  isDatabaseLost,
  isJobOpen,
  keepOut,
  knownError,
  knownOfListed,
  type ListedPoint,
  listForeignPoints,
  listKeptOut,
  removeAccount,
  rootsOfPoint,
  type VaultScope,
  vaultScope,
  wantOrphanRemoved,
} from "@kluis/db";
import { errorInfo, KluisError } from "@kluis/domain";
import type { EngineDeps } from "../../deps.ts";
import { manifestOrphan } from "../../jobs/backup/clean-up.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import { isAboutObject, NODE_RETRY_MS, rootOf } from "./account.ts";

/** Manifests that one query looks up. */
const AT_ONCE = 500;
/** Manifests that are kept out and named. */
const NAMED = 1_000;

interface Parts {
  readonly deps: Pick<EngineDeps, "db" | "log">;
  readonly opened: OpenedVault;
  readonly scope: VaultScope;
  readonly signal: AbortSignal;
}

export interface KeptOut {
  readonly pointId: string;
  readonly state: string;
  readonly problem: unknown;
}

/** Accounts manifests that no row of this database names, and returns those that are kept out. */
export async function accountListed(
  deps: Pick<EngineDeps, "db" | "log">,
  opened: OpenedVault,
  signal: AbortSignal,
): Promise<readonly KeptOut[]> {
  const parts: Parts = { deps, opened, scope: await vaultScope(deps.db.prisma, opened.id), signal };
  const { prisma } = deps.db;
  const gone = new Set((await listKeptOut(prisma, parts.scope, NAMED)).map(({ pointId }) => pointId));
  const foreign = new Set(await listForeignPoints(prisma, parts.scope));
  for await (const pointIds of portions(opened.vault.listManifests(signal))) {
    for (const pointId of pointIds) {
      gone.delete(pointId);
      foreign.delete(pointId);
    }
    for (const point of await knownOfListed(deps.db.prisma, parts.scope, pointIds))
      await lookAt(parts, point);
  }
  // Nothing but their manifest said that they are needed.
  for (const pointId of foreign)
    await inTransaction(deps.db, (tx) => removeAccount(tx, parts.scope, { pointId, parse: rootOf }));
  if (gone.size > 0) await forgetKeptOut(deps.db.prisma, parts.scope, [...gone]);
  return listKeptOut(deps.db.prisma, parts.scope, NAMED);
}

async function lookAt(parts: Parts, point: ListedPoint): Promise<void> {
  const { deps, signal } = parts;
  const { pointId, state, pointState, isDue } = point;
  const isCounted =
    state === "accounted" || state === "waiting" || state === "foreign" || state === "leaving";
  // Its deletion has begun, and nothing stops it.
  if (isCounted || !isDue || pointState === "deleting") return;
  try {
    if (pointState === "deleted") await lookAtReplayed(parts, pointId);
    else if (pointState === null) await lookAtUnknown(parts, pointId);
    else await accountKnown(parts, pointId);
  } catch (error) {
    signal.throwIfAborted();
    if (isDatabaseLost(error) || !isAboutObject(error)) throw error;
    const problem = errorInfo(knownError(error));
    await keepOut(deps.db.prisma, parts.scope, {
      pointId,
      state: "unreadable",
      problem,
      retryMs: NODE_RETRY_MS,
    });
  }
}

/** A list may be older than the deletion, so the manifest is looked for. */
async function lookAtReplayed({ deps, opened, scope, signal }: Parts, pointId: string): Promise<void> {
  if ((await opened.store.head(`points/${pointId}`, signal)) === null) return;
  const problem = errorInfo(
    new KluisError("VAULT_OBJECT_EXISTS", {
      message: `The manifest of the deleted recovery point ${pointId} is in the vault again.`,
      action: "Find out who wrote it. Nothing of it is kept: delete the object.",
      params: { object: `points/${pointId}` },
    }),
  );
  await keepOut(deps.db.prisma, scope, { pointId, state: "replayed", problem, retryMs: NODE_RETRY_MS });
}

/** Its row says what it needs, whether or not the manifest opens. */
async function accountKnown({ deps, scope }: Parts, pointId: string): Promise<void> {
  const roots = (await rootsOfPoint(deps.db.prisma, pointId)).map(rootOf);
  await inTransaction(deps.db, (tx) => addAccount(tx, scope, { pointId, roots }));
}

async function lookAtUnknown({ deps, opened, scope, signal }: Parts, pointId: string): Promise<void> {
  const { id: vaultId, vault } = opened;
  const { manifest } = await vault.getManifest(pointId, signal);
  const job = await findPointlessJob(deps.db.prisma, manifest.jobId);
  if (job !== null) {
    const isNew = await inTransaction(deps.db, async (tx) =>
      wantOrphanRemoved(tx, { ...manifestOrphan(job, { pointId, vaultId }), at: await databaseNow(tx) }),
    );
    if (isNew)
      deps.log.warn({ pointId, jobId: job.id }, "vault: found a manifest of a job that made no point");
    return;
  }
  // Its job holds its packs, and adds the point next.
  if (await isJobOpen(deps.db.prisma, manifest.jobId)) return;
  const roots = manifest.disks.flatMap(({ root }) => (root === null ? [] : [rootOf(root)]));
  const isNew = await inTransaction(deps.db, (tx) =>
    addAccount(tx, scope, { pointId, roots, state: "foreign" }),
  );
  if (isNew) deps.log.warn({ pointId }, "vault: accounted a point that this database does not know");
}

async function* portions(
  entries: AsyncIterable<{ readonly pointId: string }>,
): AsyncGenerator<readonly string[]> {
  let portion: string[] = [];
  for await (const { pointId } of entries) {
    portion.push(pointId);
    if (portion.length < AT_ONCE) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
