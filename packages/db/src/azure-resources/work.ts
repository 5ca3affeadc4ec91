/** Resources that Kluis creates in Azure. A row exists before Azure is called and until Azure confirms the removal. */
import {
  type AzureResourceKind,
  azureResourceKinds,
  snapshotKinds,
  type WantedState,
  wantedStates,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import { listOpenAmong } from "../jobs/work.ts";
import { toJson } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";

export interface PlannedResource {
  readonly kind: AzureResourceKind;
  /** ARM id in lower case. For a grant: the resource that it opens. */
  readonly resourceId: string;
  readonly jobId: string;
  readonly vmId: string | null;
}

export interface AzureResourceRow {
  readonly id: string;
  readonly kind: AzureResourceKind;
  readonly resourceId: string;
  readonly state: string;
  readonly jobId: string | null;
  readonly vmId: string | null;
  readonly pointId: string | null;
  readonly detail: unknown;
  readonly createdAt: Date;
  readonly keepUntil: Date | null;
  readonly wanted: WantedState;
}

/**
 * Adds a resource before Azure is called. Resets the row of a removed resource with the same id, of any grant, and of a disk whose
 * job has ended: Azure has no disk of that name any more when this job creates one.
 */
export async function planResource(tx: Tx, resource: PlannedResource, at: Date): Promise<void> {
  const { kind, resourceId, jobId, vmId } = resource;
  // The reconciler may be deleting the collection, and Azure deletes restore points with it.
  if (kind === "restore-point-collection") await lockInTransaction(tx, locks.collection(resourceId));
  await tx.azureResource.createMany({
    data: { id: newId(), kind, resourceId, jobId, vmId, state: "planned", createdAt: at },
    skipDuplicates: true,
  });
  const isFree = kind === "grant" || (kind === "disk" && (await isOfEndedJob(tx, resource)));
  await tx.azureResource.updateMany({
    where: { kind, resourceId, ...(isFree ? {} : { state: "removed" }) },
    data: {
      state: "planned",
      jobId,
      vmId,
      pointId: null,
      detail: {},
      createdAt: at,
      keepUntil: null,
      openDisk: null,
      openUntil: null,
      ...wantedAgain,
    },
  });
  if (kind === "restore-point-collection") {
    await tx.azureResource.updateMany({ where: { kind, resourceId, wanted: "removed" }, data: wantedAgain });
  }
}

/** A resource that a job needs: nothing tries to remove it. */
const wantedAgain = {
  wanted: "present",
  unwantedAt: null,
  reason: null,
  tries: 0,
  nextTryAt: null,
  lastError: Prisma.DbNull,
  operation: Prisma.DbNull,
  removedAt: null,
} as const;

async function isOfEndedJob(tx: Tx, { kind, resourceId, jobId }: PlannedResource): Promise<boolean> {
  const row = await tx.azureResource.findUnique({
    where: { kind_resourceId: { kind, resourceId } },
    select: { jobId: true },
  });
  if (row === null || row.jobId === jobId) return false;
  return row.jobId === null || !(await listOpenAmong(tx, [row.jobId])).has(row.jobId);
}

export async function markResourceCreated(
  tx: Tx,
  {
    kind,
    resourceId,
    detail,
  }: { kind: AzureResourceKind; resourceId: string; detail?: Readonly<Record<string, unknown>> },
): Promise<void> {
  await tx.azureResource.updateMany({
    where: { kind, resourceId, state: { not: "removed" } },
    data: { state: "created", ...(detail === undefined ? {} : { detail: toJson(detail) }) },
  });
}

/** Marks a resource as removed after Azure confirmed it. Returns false when it was marked before. */
export async function markResourceRemoved(
  tx: Tx,
  { kind, resourceId, at }: { kind: AzureResourceKind; resourceId: string; at: Date },
): Promise<boolean> {
  const { count } = await tx.azureResource.updateMany({
    where: { kind, resourceId, state: { not: "removed" } },
    data: { state: "removed", wanted: "removed", removedAt: at, nextTryAt: null, operation: Prisma.DbNull },
  });
  return count > 0;
}

/** Assigns a snapshot, or the snapshots of all disks, to a recovery point, which keeps them until `keepUntil`. */
export async function keepSnapshot(
  tx: Tx,
  { resourceIds, pointId, keepUntil }: { resourceIds: readonly string[]; pointId: string; keepUntil: Date },
): Promise<void> {
  await tx.azureResource.updateMany({
    where: {
      kind: { in: [...snapshotKinds] },
      resourceId: { in: [...resourceIds] },
      state: { not: "removed" },
    },
    data: { pointId, keepUntil, wanted: "kept" },
  });
}

/** The kept snapshot of a recovery point: one row for a restore point, or a row for each disk. */
export async function listKeptOf(tx: Tx, pointId: string): Promise<AzureResourceRow[]> {
  const rows = await tx.azureResource.findMany({
    where: { pointId, kind: { in: [...snapshotKinds] }, state: "created", wanted: "kept" },
    orderBy: { resourceId: "asc" },
  });
  return rows.map(toRow);
}

/** The rows of these resources that are not confirmed as removed, and whether their job is still open. */
export async function findLivingResources(
  tx: Tx,
  { kind, resourceIds }: { readonly kind: AzureResourceKind; readonly resourceIds: readonly string[] },
): Promise<(AzureResourceRow & { readonly jobOpen: boolean })[]> {
  const rows = await tx.azureResource.findMany({
    where: { kind, resourceId: { in: [...resourceIds] }, state: { not: "removed" } },
  });
  const jobIds = rows.map((row) => row.jobId).filter((id) => id !== null);
  const openIds = await listOpenAmong(tx, jobIds);
  return rows.map((row) => ({ ...toRow(row), jobOpen: row.jobId !== null && openIds.has(row.jobId) }));
}

function toRow(row: {
  id: string;
  kind: string;
  resourceId: string;
  state: string;
  jobId: string | null;
  vmId: string | null;
  pointId: string | null;
  detail: unknown;
  createdAt: Date;
  keepUntil: Date | null;
  wanted: string;
}): AzureResourceRow {
  return {
    id: row.id,
    kind: z.enum(azureResourceKinds).parse(row.kind),
    resourceId: row.resourceId,
    state: row.state,
    jobId: row.jobId,
    vmId: row.vmId,
    pointId: row.pointId,
    detail: row.detail,
    createdAt: row.createdAt,
    keepUntil: row.keepUntil,
    wanted: z.enum(wantedStates).parse(row.wanted),
  };
}
