/** Takes over what a vault's storage has and the database does not know, when a person requested it. Safe to repeat. */
import {
  chunkIndex,
  countPacks,
  databaseNow,
  dropAdoption,
  endAdoption,
  findPointlessJob,
  inTransaction,
  isJobOpen,
} from "@kluis/db";
import { forEachConcurrent, isInPlace, isOfOneObject } from "@kluis/domain";
import type { EngineDeps } from "../../deps.ts";
import { addPoints } from "../../rebuild/rebuild.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import { partsOf } from "./compare.ts";
import { lookUntilRecorded } from "./look.ts";
import { comparePacks, type UnknownPack } from "./packs.ts";
import { unknownManifests } from "./points.ts";

/** Packs whose tables are read at the same time. */
const READS = 4;

/**
 * Adds the points that the database does not know, marks those whose manifests or packs are missing, and adds packs that it does not
 * know to the index: those that no point needs are then collected as any other. The difference is accepted.
 * @throws what a storage that does not answer throws
 */
export async function adoptVault(deps: EngineDeps, vaultId: string, signal: AbortSignal): Promise<void> {
  const truth = await lookUntilRecorded(deps, vaultId, signal);
  if (!isInPlace(truth)) return dropAdoption(deps.db.prisma, vaultId);
  const opened = await deps.vaults.open(vaultId);
  const { vault } = opened;
  const pointIds = unknownPoints(deps, opened, signal);
  const points = await addPoints(deps.db, { vault, vaultId, pointIds, signal });
  const packs = await adoptPacks(deps, opened, signal);
  const { added, skipped } = points;
  const data = { points: added, skipped: skipped.slice(0, NAMED), skippedPoints: skipped.length, ...packs };
  await inTransaction(deps.db, (tx) => endAdoption(tx, { vaultId, data }));
  deps.log.info({ vault: opened.name, ...data }, "vault: taken over");
}

/** Points that one event names. */
const NAMED = 20;

/** Those of unfinished and failed jobs are left out: their jobs add the point, or the reconciler removes the manifest. */
async function* unknownPoints(
  deps: EngineDeps,
  { vault }: OpenedVault,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { prisma } = deps.db;
  const listed = vault.listManifests(signal);
  for await (const pointId of unknownManifests(deps, idsOf(listed))) {
    const jobId = await jobOf(vault, pointId, signal);
    if (
      jobId !== null &&
      ((await isJobOpen(prisma, jobId)) || (await findPointlessJob(prisma, jobId)) !== null)
    )
      continue;
    yield pointId;
  }
}

async function* idsOf(points: AsyncIterable<{ readonly pointId: string }>): AsyncGenerator<string> {
  for await (const { pointId } of points) yield pointId;
}

/** Null: the manifest does not open. Adding it says so. */
async function jobOf(
  vault: OpenedVault["vault"],
  pointId: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return (await vault.getManifest(pointId, signal)).manifest.jobId;
  } catch (error) {
    if (isOfOneObject(error)) return null;
    throw error;
  }
}

async function adoptPacks(
  deps: EngineDeps,
  opened: OpenedVault,
  signal: AbortSignal,
): Promise<{ readonly packs: number; readonly unreadablePacks: number }> {
  const sum = { packs: 0, unreadablePacks: 0 };
  const index = chunkIndex(deps.db, { vaultId: opened.id });
  const add = async ({ pack, kind, bytes }: UnknownPack): Promise<void> => {
    try {
      await opened.vault.indexPack(index, { pack, kind, bytes }, signal);
      sum.packs += 1;
    } catch (error) {
      signal.throwIfAborted();
      if (!isOfOneObject(error)) throw error;
      // Not of this vault, or damaged: it stays, and is still named as unknown.
      sum.unreadablePacks += 1;
    }
  };
  for (const part of partsOf(await countPacks(deps.db.prisma, opened.id))) {
    const since = await databaseNow(deps.db.prisma);
    const onUnknown = (packs: readonly UnknownPack[]): Promise<void> =>
      forEachConcurrent(packs, { limit: READS, signal }, add);
    await comparePacks(deps, { opened, part, since, signal, onUnknown });
  }
  return sum;
}
