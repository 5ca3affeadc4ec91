/** Adds second copies of recovery points. */
import { type DeltaMethod, engineActor } from "@kluis/domain";
import { newId } from "../ids.ts";
import type { TransferStats } from "../jobs/transfer.ts";
import { toJson } from "../json.ts";
import { awaitAccount } from "../packs/account-points.ts";
import type { Tx } from "../tx.ts";

export interface NewCopy {
  readonly id: string;
  readonly copyOf: string;
  readonly vaultId: string;
  readonly jobId: string;
  readonly manifestDigest: string;
  readonly keyId: string;
  readonly transferStartedAt: Date;
  readonly transferEndedAt: Date;
  readonly createdAt: Date;
  readonly disks: readonly {
    readonly diskKey: string;
    readonly root: string | null;
    readonly rootDigest: string;
    readonly deltaMethod: DeltaMethod;
    readonly stats: TransferStats;
  }[];
}

/** Adds a copy with the facts of its point. The caller ends the job in the same transaction. */
export async function createCopy(tx: Tx, copy: NewCopy): Promise<void> {
  const { disks, copyOf, ...made } = copy;
  const sum = (key: keyof TransferStats): number => disks.reduce((total, { stats }) => total + stats[key], 0);
  await tx.$executeRaw`
    INSERT INTO "RecoveryPoint" (id, "copyOf", "vaultId", "jobId", "manifestDigest", "keyId", "transferStartedAt", "transferEndedAt",
      "createdAt", state, trigger, actor, tiers, "readBytes", "changedBytes", "movedBytes", "storedBytes", "chunksNew", "chunksReused",
      "vmId", "policyVersionId", "vmFacts", "occurrenceDueAt", "takenAt", "snapshotStartedAt", "snapshotEndedAt", "snapshotRemovedAt",
      "consistencyWanted", "consistencyReached", "consistencyReason", "consistencyNotice", "azureConsistency", "capturedBy",
      "capturedNotice", "logicalBytes", "allocatedBytes")
    SELECT ${made.id}::uuid, r.id, ${made.vaultId}::uuid, ${made.jobId}::uuid, ${made.manifestDigest}, ${made.keyId},
      ${made.transferStartedAt}, ${made.transferEndedAt}, ${made.createdAt}, 'available', 'schedule',
      ${JSON.stringify(toJson(engineActor))}::jsonb, '{}', ${sum("readBytes")}::bigint, ${sum("changedBytes")}::bigint,
      ${sum("movedBytes")}::bigint, ${sum("storedBytes")}::bigint, ${sum("chunksNew")}::int, ${sum("chunksReused")}::int,
      r."vmId", r."policyVersionId", r."vmFacts", r."occurrenceDueAt", r."takenAt", r."snapshotStartedAt", r."snapshotEndedAt",
      coalesce(r."snapshotRemovedAt", ${made.createdAt}),
      r."consistencyWanted", r."consistencyReached", r."consistencyReason", r."consistencyNotice", r."azureConsistency", r."capturedBy",
      r."capturedNotice", r."logicalBytes", r."allocatedBytes"
    FROM "RecoveryPoint" r WHERE r.id = ${copyOf}::uuid`;
  for (const { diskKey, root, rootDigest, deltaMethod, stats } of disks)
    await tx.$executeRaw`
      INSERT INTO "RecoveryPointDisk" (id, "pointId", root, "rootDigest", "deltaMethod", "readBytes", "changedBytes", "movedBytes",
        "storedBytes", "diskKey", name, "resourceId", "diskUniqueId", sku, "diskBytes", facts, "allocatedBytes")
      SELECT ${newId()}::uuid, ${made.id}::uuid, ${root}, ${rootDigest}, ${deltaMethod}, ${stats.readBytes}::bigint,
        ${stats.changedBytes}::bigint, ${stats.movedBytes}::bigint, ${stats.storedBytes}::bigint, d."diskKey", d.name, d."resourceId",
        d."diskUniqueId", d.sku, d."diskBytes", d.facts, d."allocatedBytes"
      FROM "RecoveryPointDisk" d WHERE d."pointId" = ${copyOf}::uuid AND d."diskKey" = ${diskKey}`;
  const roots = disks.flatMap(({ root }) => root ?? []);
  await awaitAccount(tx, { vaultId: copy.vaultId, pointId: copy.id, roots });
}
