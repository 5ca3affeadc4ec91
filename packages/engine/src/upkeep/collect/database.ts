/** Accounting and collection of one vault in the database: each change is one transaction. */
import {
  addAccount,
  addFoundAccount,
  beginDeletion,
  condemnPacks,
  countDropped,
  countedOf,
  countWalked,
  type Db,
  databaseNow,
  findPointlessJob,
  forgetKeptOut,
  forgetPacks,
  heldNodes,
  inTransaction,
  isJobOpen,
  isUuid,
  keepOut,
  knownOfListed,
  listDeletedPoints,
  listDeletingPacks,
  listForeignPoints,
  listIdlePacks,
  listKeptOut,
  listNewPoints,
  listSweepablePacks,
  listUnneededNodes,
  listUnwalkedNodes,
  readDoubt,
  recordDamage,
  removeAccount,
  reprievePacks,
  rootsOfPoint,
  setNodeProblem,
  setRefusal,
  vaultScope,
  wantOrphanRemoved,
} from "@kluis/db";
import { manifestOrphan } from "../../job/manifest-orphan.ts";
import { rootOf } from "./account.ts";
import type { AccountPort, CollectPort, ListedPort } from "./port.ts";

export async function databasePort(db: Db, vaultId: string): Promise<AccountPort & CollectPort & ListedPort> {
  const { prisma } = db;
  const scope = await vaultScope(prisma, vaultId);
  return {
    newPoints: (limit) => listNewPoints(prisma, scope, limit),
    deletedPoints: (limit) => listDeletedPoints(prisma, scope, limit),
    addAccount: (point) => inTransaction(db, (tx) => addAccount(tx, scope, point)),
    removeAccount: (pointId) =>
      inTransaction(db, (tx) => removeAccount(tx, scope, { pointId, parse: rootOf })),
    unwalked: (limit) => listUnwalkedNodes(prisma, scope, limit),
    unneeded: (limit) => listUnneededNodes(prisma, scope, limit),
    countWalked: (uses) => inTransaction(db, (tx) => countWalked(tx, scope, uses)),
    countDropped: (uses) => inTransaction(db, (tx) => countDropped(tx, scope, uses)),
    setNodeProblem: (failed) => setNodeProblem(prisma, scope, failed),
    now: () => databaseNow(prisma),
    doubt: () => readDoubt(prisma, scope),
    heldNodes: () => heldNodes(prisma, vaultId),
    countedOf: (nodes) => countedOf(prisma, scope, nodes),
    idle: (options) => listIdlePacks(prisma, scope, options),
    condemn: (options) => inTransaction(db, (tx) => condemnPacks(tx, scope, options)),
    reprieve: (packs) => reprievePacks(prisma, scope, packs),
    sweepable: (options) => listSweepablePacks(prisma, scope, options),
    beginDeletion: (options) => inTransaction(db, (tx) => beginDeletion(tx, scope, options)),
    deleting: (limit) => listDeletingPacks(prisma, scope, limit),
    forget: (packs) => inTransaction(db, (tx) => forgetPacks(tx, scope, packs)),
    refused: (pack) => setRefusal(prisma, pack),
    addFound: (point) => inTransaction(db, (tx) => addFoundAccount(tx, scope, point)),
    keptOut: (limit) => listKeptOut(prisma, scope, limit),
    foreign: () => listForeignPoints(prisma, scope),
    known: (pointIds) => knownOfListed(prisma, scope, pointIds),
    rootsOf: (pointId) => rootsOfPoint(prisma, pointId),
    keepOut: (point) => keepOut(prisma, scope, point),
    forgetKeptOut: (pointIds) => forgetKeptOut(prisma, scope, pointIds),
    isJobOpen: (jobId) => isJobOpen(prisma, jobId),
    async damaged(findings, pointId) {
      await inTransaction(db, (tx) =>
        recordDamage(tx, {
          vaultId,
          foundBy: "collection",
          findings,
          // A manifest of another database can have any name.
          pointId: pointId !== null && isUuid(pointId) ? pointId : null,
        }),
      );
    },
    async removeOrphan({ pointId, jobId }) {
      const job = await findPointlessJob(prisma, jobId);
      if (job === null) return false;
      await inTransaction(db, async (tx) =>
        wantOrphanRemoved(tx, { ...manifestOrphan(job, { pointId, vaultId }), at: await databaseNow(tx) }),
      );
      return true;
    },
  };
}
