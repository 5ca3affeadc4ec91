/** Compaction of one vault in the database. */
import {
  beginRemoval,
  chunkIndex,
  countLeaving,
  countNodesOf,
  type Db,
  dropLeaving,
  endRemoval,
  hasRefusal,
  inTransaction,
  keepLeaving,
  linkFound,
  listBrokenTables,
  listLeavingPacks,
  listMovedPacks,
  listMoveSources,
  listNodes,
  listRemovingPacks,
  listSparsePacks,
  listStayingPacks,
  listUnlinked,
  markLeaving,
  moveAgain,
  moveDamagedAgain,
  recordCompaction,
  vaultScope,
} from "@kluis/db";
import { databasePort } from "../collect/database.ts";
import type { CompactPort } from "./port.ts";
import type { TablePort } from "./tables.ts";

export async function compactPort(db: Db, vaultId: string): Promise<CompactPort> {
  const { prisma } = db;
  const scope = await vaultScope(prisma, vaultId);
  return {
    ...(await databasePort(db, vaultId)),
    hasRefusal: () => hasRefusal(prisma, scope),
    sparse: (options) => listSparsePacks(prisma, scope, options),
    broken: (options) => listBrokenTables(prisma, scope, options),
    countNodes: () => countNodesOf(prisma, scope),
    countLeaving: (keepUntil) => countLeaving(prisma, scope, keepUntil),
    leave: (packs) => markLeaving(prisma, scope, packs),
    leaving: (options) => listLeavingPacks(prisma, scope, options),
    dropLeaving: () => dropLeaving(prisma, scope),
    keep: (packs) => keepLeaving(prisma, scope, packs),
    sources: (packs) => listMoveSources(prisma, scope, packs),
    nodes: (page) => listNodes(prisma, scope, page),
    index: (vmId) => chunkIndex(db, { vaultId, vmId }),
    record: (done) => inTransaction(db, (tx) => recordCompaction(tx, scope, done)),
    moved: (options) => listMovedPacks(prisma, scope, options),
    moveDamagedAgain: () => moveDamagedAgain(prisma, scope),
    moveAgain: (packs) => moveAgain(prisma, scope, packs),
    staying: (packs) => listStayingPacks(prisma, scope, packs),
    beginRemoval: (packs) => beginRemoval(prisma, scope, packs),
    removing: (limit) => listRemovingPacks(prisma, scope, limit),
    endRemoval: (packs) => endRemoval(prisma, scope, packs),
  };
}

export async function tablePort(db: Db, vaultId: string): Promise<TablePort> {
  const scope = await vaultScope(db.prisma, vaultId);
  return {
    unlinked: (listed) => listUnlinked(db.prisma, scope, listed),
    link: (found) => inTransaction(db, (tx) => linkFound(tx, scope, found)),
  };
}
