import {
  type FleetRow,
  type JobDetail,
  type JobViewRow,
  type PointViewRow,
  storedErrorSchema,
} from "@kluis/db";
import type { Actor } from "@kluis/domain";
import type {
  ActorView,
  ErrorView,
  Instant,
  JobDiskView,
  JobRow,
  JobStepView,
  PointRow,
  VmRow,
} from "./views/index.ts";

/** Turns what the database holds into what procedures answer. Pure. */

export function iso(date: Date): Instant;
export function iso(date: Date | null): Instant | null;
export function iso(date: Date | null): Instant | null {
  return date === null ? null : date.toISOString();
}

export function actorView(actor: Actor): ActorView {
  return actor.kind === "engine"
    ? { kind: "engine", name: actor.name, personId: null, via: null }
    : { kind: "person", name: actor.name, personId: actor.personId, via: actor.via };
}

/** Warnings are stored as errors or as plain sentences. */
export function warningView(value: unknown): ErrorView {
  const parsed = storedErrorSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return {
    code: "WARNING",
    reason: null,
    message: typeof value === "string" ? value : JSON.stringify(value),
    action: null,
    params: {},
  };
}

export function vmRow(row: FleetRow): VmRow {
  return {
    id: row.id,
    name: row.name,
    resourceId: row.resourceId,
    subscription: { id: row.subscriptionId, name: row.subscriptionName ?? row.subscriptionId },
    resourceGroup: row.resourceGroup,
    location: row.location,
    osType: row.osType,
    size: row.size,
    powerState: row.powerState,
    agentState: row.agentState,
    tags: row.tags,
    diskCount: row.diskCount,
    diskBytes: row.diskBytes,
    status: row.status,
    policy: row.policyId === null ? null : { id: row.policyId, name: row.policyName ?? row.policyId },
    protectedSince: iso(row.protectedSince),
    lastPoint:
      row.pointId === null || row.pointTakenAt === null || row.pointConsistency === null
        ? null
        : { id: row.pointId, takenAt: iso(row.pointTakenAt), consistency: row.pointConsistency },
    pointCount: row.pointCount,
    activeJob:
      row.activeJobId === null || row.activeJobState === null
        ? null
        : {
            id: row.activeJobId,
            kind: row.activeJobKind ?? "backup",
            state: row.activeJobState,
            stage: row.activeJobStage ?? "",
          },
    deletedAt: iso(row.deletedAt),
  };
}

/** Why a VM's status is what it is. */
export function statusReason(row: FleetRow): string {
  switch (row.status) {
    case "deleted":
      return "It is no longer in Azure; its recovery points stay until they expire.";
    case "unprotected":
      return "It is under no policy: nothing is backed up.";
    case "stopped":
      return "Its protection was stopped; its recovery points are kept.";
    case "failing":
      return `Its last backup failed${row.lastError === null ? "." : `: ${row.lastError.message}`}`;
    case "at-risk":
      return "It has no recovery point as young as its policy promises.";
    case "waiting":
      return "It is protected; its first recovery point is still to come.";
    case "protected":
      return "Its newest recovery point is as young as its policy promises.";
  }
  row.status satisfies never;
  return "";
}

function policyOf(row: {
  readonly policyId: string | null;
  readonly policyName: string | null;
  readonly policyVersion: number | null;
}): JobRow["policy"] {
  if (row.policyId === null) return null;
  return { id: row.policyId, name: row.policyName ?? row.policyId, version: row.policyVersion ?? 0 };
}

export function jobRow(row: JobViewRow): JobRow {
  const { plannedBytes, readBytes, changedBytes, movedBytes, storedBytes, logicalBytes } = row;
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    stage: row.stage,
    vm: row.vmId === null ? null : { id: row.vmId, name: row.vmName ?? row.vmId },
    pointId: row.pointId,
    policy: policyOf(row),
    trigger: row.trigger,
    actor: actorView(row.actor),
    createdAt: iso(row.createdAt),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    dueAt: iso(row.dueAt),
    deadlineAt: iso(row.deadlineAt),
    cancelAskedAt: iso(row.cancelAskedAt),
    attempt: row.attempt,
    warnings: row.warnings.length,
    error: row.error,
    progress: {
      plannedBytes,
      doneBytes: Math.min(readBytes, plannedBytes),
      readBytes,
      changedBytes,
      movedBytes,
      storedBytes,
      logicalBytes,
    },
  };
}

export function stepView(step: JobDetail["steps"][number]): JobStepView {
  return { ...step, startedAt: iso(step.startedAt), endedAt: iso(step.endedAt) };
}

export function jobDiskView(disk: JobDetail["disks"][number], now: Date): JobDiskView {
  const { diskKey, segmentsDone, segmentsTotal, startedAt, endedAt, ...figures } = disk;
  const seconds = startedAt === null ? 0 : ((endedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  return {
    ...figures,
    key: diskKey,
    segments: { done: segmentsDone, total: segmentsTotal },
    bytesPerSecond: seconds <= 0 ? null : Math.round(disk.readBytes / seconds),
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
  };
}

export function pointRow(row: PointViewRow): PointRow {
  return {
    id: row.id,
    vm: { id: row.vmId, name: row.vmName },
    state: row.state,
    takenAt: iso(row.takenAt),
    trigger: row.trigger,
    consistency: row.consistencyReached,
    consistencyWanted: row.consistencyWanted,
    consistencyReason: row.consistencyReason,
    policy: policyOf(row),
    diskCount: row.diskCount,
    logicalBytes: row.logicalBytes,
    changedBytes: row.changedBytes,
    movedBytes: row.movedBytes,
    storedBytes: row.storedBytes,
    tiers: row.tiers,
    expiresAt: iso(row.expiresAt),
    pinnedAt: iso(row.pinnedAt),
    instantRestoreUntil: iso(row.instantRestoreUntil),
    lastVerified:
      row.lastVerifiedAt === null
        ? null
        : { at: iso(row.lastVerifiedAt), mode: row.lastVerifyMode ?? "quick", ok: row.lastVerifyOk ?? false },
    deletedAt: iso(row.deletedAt),
  };
}
