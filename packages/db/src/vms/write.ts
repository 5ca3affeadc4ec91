import { type Clock, tagIndex, type VmDisk, vmFactsSchema } from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
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
    ...configurationOf(vm),
    lastSeenAt: now,
    deletedAt: null,
  };
  if (found === null) {
    const row = { id: newId(clock), resourceId, azureVmId, firstSeenAt: now, configuration: {}, ...data };
    await tx.virtualMachine.create({ data: row });
    return { id: row.id, change: "discovered", before: null };
  }
  const before = toStoredVm(found);
  await tx.virtualMachine.update({ where: { id: before.id }, data, select: { id: true } });
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

/**
 * The VMs of a subscription that a discovery did not see. Azure's lists do not prove that they are gone: a role on some of the
 * resource groups makes them shorter.
 * @param seen.since when the discovery began: a VM that another process saw after that is new
 */
export function listUnseenVms(
  tx: Tx,
  seen: { readonly subscriptionId: string; readonly ids: readonly string[]; readonly since: Date },
): Promise<UnseenVm[]> {
  return tx.virtualMachine.findMany({
    where: {
      subscriptionId: seen.subscriptionId.toLowerCase(),
      deletedAt: null,
      id: { notIn: [...seen.ids] },
      lastSeenAt: { lt: seen.since },
    },
    select: { id: true, name: true, resourceId: true, azureVmId: true },
    orderBy: { id: "asc" },
  });
}

/** Marks those of the VMs as deleted that no process saw since then; their recovery points stay. Returns the ones that it marked. */
export async function markVmsGone(
  tx: Tx,
  gone: { readonly vms: readonly UnseenVm[]; readonly since: Date },
  now: Date,
): Promise<UnseenVm[]> {
  const marked: UnseenVm[] = [];
  for (const vm of gone.vms) {
    const { count } = await tx.virtualMachine.updateMany({
      where: { id: vm.id, deletedAt: null, lastSeenAt: { lt: gone.since } },
      data: { deletedAt: now },
    });
    if (count > 0) marked.push(vm);
  }
  return marked;
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
