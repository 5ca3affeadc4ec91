/** What upkeep asks: which VMs have points, what running jobs hold, which work is open. */
import { type Actor, actorSchema } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "./tx.ts";

/** Active protections with at least one living point. */
export async function listVmsWithPoints(tx: Tx): Promise<string[]> {
  const rows = await tx.recoveryPoint.findMany({
    where: { state: { in: ["available", "damaged"] }, vm: { protection: { state: "active" } } },
    distinct: ["vmId"],
    select: { vmId: true },
  });
  return rows.map(({ vmId }) => vmId);
}

/** Points that a job deletes already. */
export async function listPointsBeingDeleted(tx: Tx, vmId: string): Promise<Set<string>> {
  const rows = await tx.job.findMany({
    where: { vmId, kind: "delete-point", state: { in: ["queued", "running"] }, pointId: { not: null } },
    select: { pointId: true },
  });
  return new Set(rows.flatMap(({ pointId }) => pointId ?? []));
}

/** A point whose deletion began and which no open job deletes, with what its last deletion was asked with. */
export interface StrandedDeletion {
  readonly pointId: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly asked: { readonly actor: Actor; readonly parameters: Readonly<Record<string, unknown>> } | null;
}

export async function listStrandedDeletions(tx: Tx): Promise<StrandedDeletion[]> {
  const points = await tx.recoveryPoint.findMany({
    where: { state: "deleting" },
    orderBy: { id: "asc" },
    select: { id: true, vmId: true, vm: { select: { name: true } } },
  });
  const jobs = await tx.job.findMany({
    where: { kind: "delete-point", pointId: { in: points.map(({ id }) => id) } },
    orderBy: { createdAt: "asc" },
    select: { pointId: true, state: true, actor: true, parameters: true },
  });
  const open = new Set(
    jobs.filter(({ state }) => state === "queued" || state === "running").map(({ pointId }) => pointId),
  );
  const newest = new Map(jobs.map((job) => [job.pointId, job]));
  return points.flatMap(({ id, vmId, vm }) => {
    if (open.has(id)) return [];
    const asked = z
      .object({ actor: actorSchema, parameters: z.record(z.string(), z.unknown()) })
      .safeParse(newest.get(id));
    return [{ pointId: id, vmId, vmName: vm.name, asked: asked.success ? asked.data : null }];
  });
}

/** Node references that open jobs rely on: the roots they compare with and the segments they have finished. */
export async function listHeldNodes(tx: Tx): Promise<string[]> {
  const open = { state: { in: ["queued", "running"] } };
  const disks = await tx.jobDisk.findMany({ where: { job: open }, select: { baseNode: true, root: true } });
  const segments = await tx.jobSegment.findMany({
    where: { disk: { job: open }, node: { not: null } },
    select: { node: true },
  });
  const jobs = await tx.job.findMany({ where: open, select: { memory: true } });
  const remembered = z.object({
    base: z.object({ disks: z.array(z.object({ root: z.string().nullable() })) }).nullish(),
  });
  const bases = jobs.flatMap(({ memory }) => {
    const parsed = remembered.safeParse(memory);
    return parsed.success ? (parsed.data.base?.disks ?? []).map(({ root }) => root) : [];
  });
  const all = [
    ...disks.flatMap(({ baseNode, root }) => [baseNode, root]),
    ...segments.map(({ node }) => node),
    ...bases,
  ];
  return [...new Set(all.filter((node) => node !== null))];
}

/** Packs that were added after `since`, or by a job that is still open: too young to be judged. */
export async function listYoungPacks(tx: Tx, vaultId: string, since: Date): Promise<Set<string>> {
  const oldestOpen = await tx.job.findFirst({
    where: { kind: "backup", state: { in: ["queued", "running"] } },
    orderBy: { createdAt: "asc" },
    select: { createdAt: true },
  });
  const limit = oldestOpen !== null && oldestOpen.createdAt < since ? oldestOpen.createdAt : since;
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, createdAt: { gte: limit }, condemnedAt: null },
    select: { packId: true },
  });
  return new Set(rows.map(({ packId }) => packId));
}

/** VMs whose backup has not ended. */
export async function listVmsInBackup(tx: Tx): Promise<Set<string>> {
  const rows = await tx.job.findMany({
    where: { kind: "backup", state: { in: ["queued", "running"] }, vmId: { not: null } },
    select: { vmId: true },
  });
  return new Set(rows.flatMap(({ vmId }) => vmId ?? []));
}

/** Jobs, of these, that have not ended. */
export async function listOpenAmong(tx: Tx, jobIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.job.findMany({
    where: { id: { in: [...jobIds] }, state: { in: ["queued", "running"] } },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}
