/** What Kluis creates in Azure, written down before it is created and until Azure confirms that it is gone. */
import { z } from "zod";
import { newId } from "../ids.ts";
import { asJson } from "../jobs/work.ts";
import type { Tx } from "../tx.ts";

export const azureResourceKinds = ["restore-point-collection", "restore-point", "grant", "disk"] as const;
export type AzureResourceKind = (typeof azureResourceKinds)[number];

export interface PlannedResource {
  readonly kind: AzureResourceKind;
  /** ARM id, lower-case. For a grant: the resource whose bytes may be read or written. */
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
}

/** Writes a resource down before Azure is asked to make it. A resource of the same name that was removed starts anew. */
export async function planResource(tx: Tx, resource: PlannedResource, at: Date): Promise<void> {
  const { kind, resourceId, jobId, vmId } = resource;
  await tx.azureResource.createMany({
    data: { id: newId(), kind, resourceId, jobId, vmId, state: "planned", createdAt: at },
    skipDuplicates: true,
  });
  await tx.azureResource.updateMany({
    where: { kind, resourceId, OR: [{ state: "removed" }, { kind: "grant" }] },
    data: {
      state: "planned",
      jobId,
      vmId,
      pointId: null,
      detail: {},
      createdAt: at,
      keepUntil: null,
      removedAt: null,
    },
  });
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
    data: { state: "created", ...(detail === undefined ? {} : { detail: asJson(detail) }) },
  });
}

/** Azure confirmed that it is gone. False when that was known already. */
export async function markResourceRemoved(
  tx: Tx,
  { kind, resourceId, at }: { kind: AzureResourceKind; resourceId: string; at: Date },
): Promise<boolean> {
  const { count } = await tx.azureResource.updateMany({
    where: { kind, resourceId, state: { not: "removed" } },
    data: { state: "removed", removedAt: at },
  });
  return count > 0;
}

/**
 * Writes down that the sweeper is about to remove a resource: Azure may take longer than one look, and does not list it any more
 * once it is gone. `note` is kept under `detail.sweep`. A resource that nobody had written down is from then on.
 */
export async function noteSweep(
  tx: Tx,
  resource: {
    readonly kind: AzureResourceKind;
    /** ARM id, lower-case. */
    readonly resourceId: string;
    readonly createdAt: Date;
    readonly note: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { kind, resourceId, createdAt, note } = resource;
  const detail = asJson({ sweep: note });
  await tx.azureResource.upsert({
    where: { kind_resourceId: { kind, resourceId } },
    create: { id: newId(), kind, resourceId, state: "created", createdAt, detail },
    update: { state: "created", pointId: null, keepUntil: null, removedAt: null, detail },
  });
}

/** The snapshot outlives its job: it belongs to a recovery point now, until `keepUntil`. */
export async function keepSnapshot(
  tx: Tx,
  { resourceId, pointId, keepUntil }: { resourceId: string; pointId: string; keepUntil: Date },
): Promise<void> {
  await tx.azureResource.updateMany({
    where: { kind: "restore-point", resourceId, state: { not: "removed" } },
    data: { pointId, keepUntil },
  });
}

/** What a job has in Azure, or may have: everything that it planned and that is not confirmed gone. */
export async function listJobResources(tx: Tx, jobId: string): Promise<AzureResourceRow[]> {
  const rows = await tx.azureResource.findMany({
    where: { jobId, state: { not: "removed" } },
    orderBy: { createdAt: "asc" },
  });
  return rows.map(toRow);
}

/** The snapshot that is kept of a recovery point, or null. */
export async function findKeptSnapshot(tx: Tx, pointId: string): Promise<AzureResourceRow | null> {
  const row = await tx.azureResource.findFirst({
    where: { pointId, kind: "restore-point", state: "created" },
  });
  return row === null ? null : toRow(row);
}

/** All snapshots that are kept for instant restore, newest first within a VM. */
export async function listKeptSnapshots(tx: Tx): Promise<AzureResourceRow[]> {
  const rows = await tx.azureResource.findMany({
    where: { kind: "restore-point", state: "created", pointId: { not: null } },
    orderBy: [{ vmId: "asc" }, { createdAt: "desc" }],
  });
  return rows.map(toRow);
}

/** Everything of a kind that is not confirmed gone, with whether the job that made it is still open. */
export async function listLivingResources(
  tx: Tx,
  kinds: readonly AzureResourceKind[],
): Promise<(AzureResourceRow & { readonly jobOpen: boolean })[]> {
  const rows = await tx.azureResource.findMany({
    where: { kind: { in: [...kinds] }, state: { not: "removed" } },
  });
  const jobIds = rows.map((row) => row.jobId).filter((id) => id !== null);
  const open = await tx.job.findMany({
    where: { id: { in: jobIds }, state: { in: ["queued", "running"] } },
    select: { id: true },
  });
  const openIds = new Set(open.map((job) => job.id));
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
  };
}
