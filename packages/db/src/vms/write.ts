import { type Clock, type ErrorInfo, tagIndex, type VmDisk, vmFactsSchema, vmRefusals } from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson, toJsonOrNull } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import { errorInfoSchema } from "../subscriptions/write.ts";
import type { Tx } from "../tx.ts";

/** A VM as discovery finds it. Facts with a default may be missing. */
export type DiscoveredVm = Omit<z.input<typeof vmFactsSchema>, "disks"> & {
  readonly disks: readonly VmDisk[];
  /** The whole GET answer; without it the stored one stays. */
  readonly configuration?: unknown;
};

const storedVmSchema = vmFactsSchema.extend({
  id: z.string(),
  firstSeenAt: z.date(),
  lastSeenAt: z.date(),
  deletedAt: z.date().nullable(),
  /** Why it could not be read or stored whole, and since when; null when it was. */
  problem: errorInfoSchema.nullable().catch(null),
  problemSince: z.date().nullable(),
});
/** A VM as stored, except for its configuration. */
export type StoredVm = z.infer<typeof storedVmSchema>;

/** Selects the columns of a StoredVm. */
export const vmFields: Prisma.VirtualMachineSelect = Object.fromEntries(
  Object.keys(storedVmSchema.shape).map((column) => [column, true]),
);

/** Reads a row that was selected with `vmFields`. */
export function toStoredVm(row: object): StoredVm {
  return fromJson(storedVmSchema, row, "VirtualMachine");
}

export interface VmUpsert {
  readonly id: string;
  /** `discovered`: not seen before, or re-created under the same name. `changed`: name, size, tags or disks differ. */
  readonly change: "discovered" | "moved" | "changed" | "unchanged";
  readonly before: StoredVm | null;
}

export type VmToStore = DiscoveredVm & {
  /** The stored row of this VM at its former place: it moves, with its points, jobs and protection. */
  readonly moved?: Pick<StoredVm, "id" | "resourceId">;
  /** Why it is not stored whole. Default: it is. */
  readonly problem?: ErrorInfo;
};

/**
 * Stores a discovered VM. A VM that was re-created under the same resource id is another VM: the old row is marked deleted
 * and keeps its recovery points.
 */
export async function upsertVm(tx: Tx, vm: VmToStore, clock: Clock): Promise<VmUpsert> {
  const now = clock.now();
  const { resourceId: id, azureVmId, tags, disks, ...facts } = vmFactsSchema.parse(vm);
  const resourceId = id.toLowerCase();
  // Of two concurrent discoveries of one VM the second waits here, then sees the row of the first.
  await lockInTransaction(tx, locks.vm(resourceId));
  await tx.virtualMachine.updateMany({
    where: { resourceId, azureVmId: { not: azureVmId }, deletedAt: null },
    data: { deletedAt: now },
  });
  const here = await tx.virtualMachine.findUnique({
    where: { resourceId_azureVmId: { resourceId, azureVmId } },
    select: vmFields,
  });
  const from = here === null && vm.moved !== undefined ? await takeMoved(tx, vm.moved, resourceId) : null;
  const found = here ?? from;
  const data = {
    ...facts,
    subscriptionId: facts.subscriptionId.toLowerCase(),
    resourceGroup: facts.resourceGroup.toLowerCase(),
    tags: toJson(tags),
    tagIndex: tagIndex(tags),
    disks: toJson(disks),
    traits: toJson(facts.traits),
    refusals: toJson(vmRefusals({ ...facts, resourceId, disks })),
    ...configurationOf(vm),
    lastSeenAt: now,
    deletedAt: null,
    problem: toJsonOrNull(vm.problem ?? null),
  };
  if (found === null) {
    const row = { id: newId(clock), resourceId, azureVmId, firstSeenAt: now, configuration: {}, ...data };
    const problemSince = vm.problem === undefined ? null : now;
    await tx.virtualMachine.create({ data: { ...row, problemSince } });
    return { id: row.id, change: "discovered", before: null };
  }
  const before = toStoredVm(found);
  const problemSince = vm.problem === undefined ? null : (before.problemSince ?? now);
  await tx.virtualMachine.update({
    where: { id: before.id },
    data: { ...data, problemSince },
    select: { id: true },
  });
  if (from !== null) return { id: before.id, change: "moved", before };
  return { id: before.id, change: isChanged(before, vm) ? "changed" : "unchanged", before };
}

function configurationOf({ configuration }: DiscoveredVm): { configuration?: Prisma.InputJsonValue } {
  if (configuration === undefined) return {};
  return { configuration: toJson(z.record(z.string(), z.unknown()).parse(configuration)) };
}

/** Power and agent state are stored, but their changes are not changes of the VM. */
function isChanged(before: StoredVm, now: DiscoveredVm): boolean {
  const essence = (vm: StoredVm | DiscoveredVm): string =>
    JSON.stringify([
      vm.name,
      vm.location,
      vm.size,
      tagIndex(vm.tags).toSorted(),
      vm.disks.map((disk) => [disk.key, disk.name, disk.uniqueId, disk.bytes, disk.sku, disk.unsupported]),
    ]);
  return before.deletedAt !== null || essence(before) !== essence(now);
}

/** The stored row of this very VM, also one that is marked deleted. */
export async function findStoredVm(
  tx: Tx,
  { resourceId, azureVmId }: { readonly resourceId: string; readonly azureVmId: string },
): Promise<StoredVm | null> {
  const key = { resourceId: resourceId.toLowerCase(), azureVmId };
  const row = await tx.virtualMachine.findUnique({ where: { resourceId_azureVmId: key }, select: vmFields });
  return row && toStoredVm(row);
}

export interface UnseenVm {
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
  readonly azureVmId: string;
}

/** Which VMs of a subscription no discovery has seen since a time. */
export interface Unseen {
  readonly subscriptionId: string;
  /** When the discovery began: a VM that any process saw after that is not unseen. */
  readonly since: Date;
}

function unseenWhere({ subscriptionId, since }: Unseen): Prisma.VirtualMachineWhereInput {
  return { subscriptionId: subscriptionId.toLowerCase(), deletedAt: null, lastSeenAt: { lt: since } };
}

export function countUnseenVms(tx: Tx, unseen: Unseen): Promise<number> {
  return tx.virtualMachine.count({ where: unseenWhere(unseen) });
}

/**
 * The VMs of a subscription that a discovery did not see. Azure's lists do not prove that they are gone: a role on some of the
 * resource groups makes them shorter.
 */
export function listUnseenVms(
  tx: Tx,
  { skip, limit, ...unseen }: Unseen & { readonly skip: number; readonly limit: number },
): Promise<UnseenVm[]> {
  return tx.virtualMachine.findMany({
    where: unseenWhere(unseen),
    select: { id: true, name: true, resourceId: true, azureVmId: true },
    orderBy: { id: "asc" },
    skip,
    take: limit,
  });
}

/**
 * Notes why a VM could not be read or stored, and since when. Null: it could. Nothing changes when it is noted already.
 * @returns the ids of the rows that changed
 */
export async function noteVmProblem(
  tx: Tx,
  vm: { readonly id: string } | { readonly resourceId: string },
  { problem, at }: { readonly problem: ErrorInfo | null; readonly at: Date },
): Promise<string[]> {
  const rows = await tx.virtualMachine.findMany({
    where: { ...("id" in vm ? { id: vm.id } : { resourceId: vm.resourceId.toLowerCase() }), deletedAt: null },
    select: { id: true, problem: true, problemSince: true },
  });
  const changed: string[] = [];
  for (const { id, problem: before, problemSince } of rows) {
    const known = errorInfoSchema.nullable().safeParse(before);
    if (known.success && isSameProblem(known.data, problem)) continue;
    await tx.virtualMachine.update({
      where: { id },
      data: {
        problem: toJsonOrNull(problem),
        problemSince: problem === null ? null : (problemSince ?? at),
      },
      select: { id: true },
    });
    changed.push(id);
  }
  return changed;
}

function isSameProblem(one: ErrorInfo | null, other: ErrorInfo | null): boolean {
  return one?.code === other?.code && one?.message === other?.message;
}

/** Marks a VM as deleted unless some process saw it since a time; its recovery points stay. Returns whether it did. */
export async function markVmGone(
  tx: Tx,
  { id, since, at }: { readonly id: string; readonly since: Date; readonly at: Date },
): Promise<boolean> {
  const { count } = await tx.virtualMachine.updateMany({
    where: { id, deletedAt: null, lastSeenAt: { lt: since } },
    data: { deletedAt: at },
  });
  return count > 0;
}

/** Gives a row its new place, and returns it as it was. Null when another process moved it before. */
async function takeMoved(
  tx: Tx,
  { id, resourceId: from }: Pick<StoredVm, "id" | "resourceId">,
  resourceId: string,
): Promise<object | null> {
  const before = await tx.virtualMachine.findUnique({ where: { id, resourceId: from }, select: vmFields });
  const where = { id, resourceId: from };
  const { count } = await tx.virtualMachine.updateMany({ where, data: { resourceId } });
  return count === 1 ? before : null;
}
