/** Adds the recovery point and ends the job in one transaction. */
import {
  createPoint,
  endJob,
  enqueue,
  keepSnapshot,
  listJobDisks,
  type NewPoint,
  previousPointTime,
  reachNewPoint,
  type Tx,
  type WorkDisk,
} from "@kluis/db";
import { deadlineMet, notice, readDiskFacts } from "@kluis/domain";
import { leaveToReconciler } from "../../../job/leave-to-reconciler.ts";
import { recall } from "../../../job/recall.ts";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import { sealedDisk } from "../../../job/sealed-disk.ts";
import { sourceIds } from "../../../job/snapshot-source.ts";
import { noteFed } from "../../../job/starving.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultOf } from "../../../job/vault-of.ts";
import type { OpenedVault } from "../../../runtime/vaults.ts";
import { accountSoon } from "../../../upkeep/collect/task.ts";
import { judgeNewPoint } from "../../../upkeep/judge.ts";
import { noteDowngrades } from "../capture/downgrades.ts";
import { allocatedBytesOf } from "../catalog-facts.ts";
import { type BackupMemory, type MemoryDisk, withoutUserData } from "../memory.ts";

type Context = StepContext<BackupMemory>;

export async function recoveryPoint(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job, memory } = context;
  const disks = await listJobDisks(deps.db.prisma, job.id);
  const point = toPoint(context, disks, await vaultOf(context));
  const previous = await previousPointTime(deps.db.prisma, point.vmId, point.takenAt);
  const gapSeconds =
    previous === null ? null : Math.round((point.takenAt.getTime() - previous.getTime()) / 1000);
  const state = job.warnings.length > 0 ? "warning" : "succeeded";
  return {
    kind: "done",
    notice: notice("point-created", { pointId: point.id, consistency: point.consistencyReached }),
    detail: {
      pointId: point.id,
      movedBytes: sumOf(disks, "movedBytes"),
      logicalBytes: disks.reduce((sum, disk) => sum + disk.diskBytes, 0),
    },
    memory: withoutUserData(memory),
    save: async (tx, at) => {
      await createPoint(tx, { ...point, gapSeconds });
      await judgeNewPoint(tx, point.vmId);
      await keepIfWanted(tx, context, point);
      await accountSoon(tx, point.vaultId);
      await enqueue(tx, "vault.copies", {});
      await leaveToReconciler(tx, { job, reason: "copied", at });
      await endJob(tx, job.id, { state, stage: "done", at: point.createdAt });
      await noteDowngrades(tx, point.vmId);
      await noteFed(tx, point.vmId);
      await reachNewPoint(tx, { vaultId: point.vaultId, jobStartedAt: job.startedAt ?? job.createdAt });
    },
    events: [
      {
        kind: "point.created",
        target: {
          type: "point",
          id: point.id,
          name: `${recall(memory, "vm").name} ${point.takenAt.toISOString()}`,
        },
        data: {
          manifestDigest: point.manifestDigest,
          consistency: point.consistencyReached,
          roots: disks.map(({ diskKey, rootDigest }) => ({ disk: diskKey, rootDigest })),
        },
      },
      { kind: "job.succeeded", data: { state, pointId: point.id, ...deadlineData(point) } },
    ],
    pointId: point.id,
  };
}

/** What the ledger keeps about the deadline; nothing for a backup without one. */
function deadlineData(point: Pick<NewPoint, "deadlineAt" | "deadlineMet">): object {
  const { deadlineAt, deadlineMet: met } = point;
  return deadlineAt === null ? {} : { deadlineAt: deadlineAt.toISOString(), deadlineMet: met };
}

const DAY_MS = 86_400_000;

/** Until when the policy keeps the snapshot for instant restore; null: it is removed. */
function keepUntilOf({ job, memory }: Context): Date | null {
  if (memory.keepUntil !== undefined) return new Date(memory.keepUntil);
  const days = memory.snapshotRemovedAt === undefined ? requirePolicy(job).document.instantRestoreDays : 0;
  const takenMs = new Date(recall(memory, "snapshot").facts.createdAt).getTime();
  return days > 0 ? new Date(takenMs + days * DAY_MS) : null;
}

async function keepIfWanted(tx: Tx, { memory }: Context, point: KeptPoint): Promise<void> {
  const { id: pointId, instantRestoreUntil: keepUntil } = point;
  if (keepUntil === null) return;
  const resourceIds = sourceIds(recall(memory, "snapshot").facts);
  await keepSnapshot(tx, { resourceIds, pointId, keepUntil });
}

type KeptPoint = Pick<NewPoint, "id" | "instantRestoreUntil">;

type Sum = "readBytes" | "changedBytes" | "movedBytes" | "storedBytes" | "chunksNew" | "chunksReused";

function sumOf(disks: readonly WorkDisk[], key: Sum): number {
  return disks.reduce((sum, disk) => sum + disk.stats[key], 0);
}

function toPoint(
  context: Context,
  disks: readonly WorkDisk[],
  { id: vaultId, vault }: OpenedVault,
): Omit<NewPoint, "gapSeconds"> {
  const { deps, job, memory } = context;
  const vm = recall(memory, "vm");
  const { facts, endedAt, reached, reason, notice: lower } = recall(memory, "snapshot");
  const createdAt = deps.clock.now();
  const optional = (time: string | undefined): Date | null => (time === undefined ? null : new Date(time));
  return {
    id: recall(memory, "pointId"),
    vmId: requireVm(job).id,
    vaultId,
    jobId: job.id,
    policyVersionId: job.policy?.versionId ?? null,
    trigger: job.trigger,
    actor: job.actor,
    vmFacts: {
      resourceId: vm.id,
      azureVmId: vm.azureVmId,
      name: vm.name,
      subscriptionId: vm.subscriptionId,
      resourceGroup: vm.resourceGroup,
      location: vm.location,
      osType: vm.os,
      tags: vm.tags,
      ...(vm.size === undefined ? {} : { size: vm.size }),
      ...(vm.traits === undefined ? {} : { traits: vm.traits }),
    },
    occurrenceDueAt: job.dueAt,
    takenAt: new Date(facts.createdAt),
    snapshotStartedAt: new Date(recall(memory, "snapshotStartedAt")),
    snapshotEndedAt: new Date(endedAt),
    snapshotRemovedAt: optional(memory.snapshotRemovedAt),
    instantRestoreUntil: keepUntilOf(context),
    transferStartedAt: new Date(recall(memory, "transferStartedAt")),
    transferEndedAt: new Date(recall(memory, "transferEndedAt")),
    createdAt,
    consistencyWanted: recall(memory, "consistency").wanted,
    consistencyReached: reached,
    consistencyReason: reason,
    consistencyNotice: lower,
    azureConsistency: facts.consistency,
    capturedBy: facts.kind,
    capturedNotice: recall(memory, "consistency").captured,
    deadlineAt: job.deadlineAt,
    deadlineMet: deadlineMet(job.deadlineAt, createdAt),
    retries: job.attempt,
    chunksNew: sumOf(disks, "chunksNew"),
    chunksReused: sumOf(disks, "chunksReused"),
    manifestDigest: recall(memory, "manifestDigest"),
    keyId: vault.keyId,
    disks: disks.map((disk) => toPointDisk(disk, recall(memory, "disks"))),
  };
}

function toPointDisk(disk: WorkDisk, found: readonly MemoryDisk[]): NewPoint["disks"][number] {
  const { deltaMethod, rootDigest, stats } = sealedDisk(disk);
  const { chunksNew: _new, chunksReused: _reused, ...bytes } = stats;
  const { diskKey, name, resourceId, diskUniqueId, sku, diskBytes, root, deltaReason, deltaNotice } = disk;
  const described = found.find(({ key }) => key === diskKey)?.configuration;
  const place = { diskKey, name, resourceId, diskUniqueId, sku, diskBytes };
  const delta = { deltaMethod, deltaReason, deltaNotice };
  return {
    ...place,
    facts: readDiskFacts(described),
    ...delta,
    root,
    rootDigest,
    allocatedBytes: allocatedBytesOf(disk),
    ...bytes,
  };
}
