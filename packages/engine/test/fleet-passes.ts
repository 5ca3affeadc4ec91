/** What the recurring passes ask the database that fleet.int.test.ts does not run whole: those that also need Azure or a vault. */
import {
  addAccount,
  addFoundAccount,
  beginDeletion,
  claimRemovals,
  condemnPacks,
  confirmRemoval,
  countUnseenVms,
  type Db,
  databaseNow,
  findLivingResources,
  findMovedVm,
  findPointlessJob,
  heldNodes,
  inTransaction,
  isCollectionUnwanted,
  isJobOpen,
  knownOfListed,
  listDeletedPoints,
  listDeletingPacks,
  listExpiredSnapshots,
  listIdlePacks,
  listKeptOut,
  listNewPoints,
  listOpenAmong,
  listPredecessors,
  listRaisedRemovals,
  listStuckRemovals,
  listSweepablePacks,
  listUnneededNodes,
  listUnseenVms,
  listUnwalkedNodes,
  newestAnchor,
  nextRemovalAt,
  noteVmProblem,
  readDoubt,
  readHead,
  readUnreadableRemovals,
  reapDeadEngines,
  recordRemovalTry,
  reprievePacks,
  teamsOfVm,
  upsertVm,
  type VaultScope,
  vaultScope,
  wantEmptyCollectionRemoved,
  wantKeptRemoved,
  wantLeftRemoved,
  wantOrphanRemoved,
} from "@kluis/db";
import { limits, systemClock } from "@kluis/domain";

/** Gives a fleet, whose resources are all removed, some that Azure still has: 200 each of left, kept and to be removed. */
export async function leaveInAzure({ pool }: Db): Promise<void> {
  const leave = (from: number, set: string): Promise<unknown> =>
    pool.query(`UPDATE "AzureResource" SET state = 'created', "removedAt" = NULL, ${set}
      WHERE id IN (SELECT id FROM "AzureResource" WHERE kind = 'restore-point' ORDER BY id OFFSET ${from} LIMIT 200)`);
  await leave(0, `wanted = 'present'`);
  await leave(200, `wanted = 'kept', "keepUntil" = kluis_now() - interval '1 hour'`);
  await leave(400, `wanted = 'removed', "unwantedAt" = kluis_now(), "nextTryAt" = kluis_now()`);
  await pool.query(`INSERT INTO "AzureResource" (id, "vmId", kind, "resourceId", state)
    SELECT gen_random_uuid(), "vmId", 'restore-point-collection', split_part("resourceId", '/restorepoints/', 1), 'created'
    FROM "AzureResource" WHERE kind = 'restore-point' GROUP BY 2, 4`);
  await pool.query(`UPDATE "VaultPack" SET "condemnedAt" = kluis_now() - interval '30 days'
    WHERE "packId" IN (SELECT "packId" FROM "VaultPack" ORDER BY 1 LIMIT 100)`);
  await pool.query(`UPDATE "VaultPack" SET "createdAt" = "createdAt" - interval '30 days'
    WHERE "packId" NOT IN (SELECT "packId" FROM "VaultPack" ORDER BY 1 DESC LIMIT 100)`);
  await pool.query("ANALYZE");
}

/** The discovery of a subscription: a VM that it knows, and those that Azure's lists lacked. */
export async function discoverOne(db: Db): Promise<void> {
  const { prisma } = db;
  const row = await prisma.virtualMachine.findFirstOrThrow({ orderBy: { id: "asc" } });
  const { subscriptionId, resourceId, azureVmId, name, resourceGroup, location, size } = row;
  const facts = { subscriptionId, resourceId, azureVmId, name, resourceGroup, location, size } as const;
  const states = { osType: "linux", powerState: "running", agentState: "ready" } as const;
  const vm = { ...facts, ...states, tags: {}, disks: [] };
  await findMovedVm(prisma, { ...vm, resourceId: `${resourceId}-moved` });
  await inTransaction(db, async (tx) => {
    await listPredecessors(tx, vm);
    await upsertVm(tx, vm, systemClock);
    await teamsOfVm(tx, row.id);
    await noteVmProblem(tx, { resourceId }, { problem: null, at: new Date() });
  });
  const unseen = { subscriptionId, since: await databaseNow(prisma) };
  await countUnseenVms(prisma, unseen);
  await listUnseenVms(prisma, { ...unseen, skip: 0, limit: 100 });
}

/** The sweep of one page of Azure's list, and of the rows that ended jobs left. Returns the rows that it wants removed. */
export async function sweepOne(db: Db): Promise<number> {
  const { prisma } = db;
  const at = await databaseNow(prisma);
  const listed = await prisma.azureResource.findMany({
    where: { kind: "restore-point" },
    orderBy: { resourceId: "asc" },
    take: 100,
  });
  const resourceIds = listed.map(({ resourceId }) => resourceId);
  await findLivingResources(prisma, { kind: "restore-point", resourceIds });
  await listOpenAmong(
    prisma,
    listed.flatMap(({ jobId }) => jobId ?? []),
  );
  const orphan = { kind: "restore-point", jobId: null, reason: "orphan", at } as const;
  await inTransaction(db, (tx) =>
    wantOrphanRemoved(tx, { ...orphan, resourceId: "/nobody/restorepoints/1" }),
  );
  return inTransaction(db, (tx) => wantLeftRemoved(tx, { before: at, at, limit: 1_000 }));
}

/** The end of kept snapshots. Returns how many. */
export async function endKept({ prisma }: Db): Promise<number> {
  const now = await databaseNow(prisma);
  const expired = await listExpiredSnapshots(prisma, { now, after: null, limit: 200 });
  return wantKeptRemoved(
    prisma,
    expired.map(({ id }) => id),
    now,
  );
}

/** One page of the reconciler: one removal confirmed, one refused, and what it asks at the end. Returns the claims. */
export async function reconcileOne(db: Db): Promise<number> {
  const { prisma } = db;
  const at = await databaseNow(prisma);
  const engineId = "00000000-0000-4000-8000-000000000000";
  const claimed = await claimRemovals(prisma, { limit: 4, claimMs: limits.removalClaimMs, engineId });
  const claims = claimed.flatMap((one) => ("claim" in one ? one.claim : []));
  const [gone, refused] = claims;
  if (gone === undefined || refused === undefined) return claims.length;
  await inTransaction(db, async (tx) => {
    await confirmRemoval(tx, gone, at);
    await wantEmptyCollectionRemoved(tx, gone.resourceId, at);
    await recordRemovalTry(tx, refused, { tries: 1, nextTryAt: at, error: null, operation: null });
  });
  await isCollectionUnwanted(prisma, gone);
  await readUnreadableRemovals(prisma);
  await listStuckRemovals(prisma, 100);
  await listRaisedRemovals(prisma);
  await nextRemovalAt(prisma);
  await reapDeadEngines(db, at);
  return claims.length;
}

/** Accounts points of a vault, and what they reach. */
async function accountSome(db: Db, scope: VaultScope): Promise<void> {
  const { prisma } = db;
  const [point] = await listNewPoints(prisma, scope, 100);
  const pointId = point?.pointId ?? "";
  await addAccount(prisma, scope, { pointId, roots: [] });
  await addFoundAccount(prisma, scope, { pointId, roots: [], state: "accounted" });
  await listDeletedPoints(prisma, scope, 100);
  await listUnwalkedNodes(prisma, scope, 64);
  await listUnneededNodes(prisma, scope, 64);
  await listKeptOut(prisma, scope, 1_000);
}

/** What a collection asks about its vault. Returns the condemned packs and the held nodes that it found. */
export async function collectOne(db: Db): Promise<{ readonly condemned: number; readonly held: number }> {
  const { prisma } = db;
  const { id: vaultId } = await prisma.vault.findFirstOrThrow({ where: { identity: "fleet" } });
  const scope = await vaultScope(prisma, vaultId);
  const before = new Date(Date.now() - 3 * 86_400_000);
  const points = await prisma.recoveryPoint.findMany({
    orderBy: { id: "asc" },
    take: 500,
    select: { id: true, jobId: true },
  });
  await knownOfListed(
    prisma,
    scope,
    points.map(({ id }) => id),
  );
  await findPointlessJob(prisma, points[0]?.jobId ?? "");
  await isJobOpen(prisma, points[0]?.jobId ?? "");
  await accountSome(db, scope);
  const packs = await listSweepablePacks(prisma, scope, { before, limit: 20_000 });
  const some = packs.slice(0, 10).map(({ number }) => number);
  await reprievePacks(prisma, scope, some);
  await readDoubt(prisma, scope);
  await listIdlePacks(prisma, scope, { before, keepUntil: null, limit: 20_000 });
  await condemnPacks(prisma, scope, { packs: some, before: new Date() });
  await beginDeletion(prisma, scope, { packs: some, before, keepUntil: null });
  await listDeletingPacks(prisma, scope, 500);
  let held = 0;
  for await (const _node of heldNodes(prisma, vaultId)) held += 1;
  return { condemned: packs.length, held };
}

/** What the anchor reads before it signs. */
export async function anchorOne({ prisma }: Db): Promise<void> {
  await readHead(prisma);
  await newestAnchor(prisma);
}
