import type { FleetRow } from "@kluis/db";
import type { Actor } from "@kluis/domain";
import type { ActorView, Instant, VmRow } from "./views/index.ts";

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
