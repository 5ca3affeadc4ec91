import {
  type AgentState,
  agentStates,
  type Clock,
  type OsType,
  osTypes,
  type PowerState,
  powerStates,
  tagIndex,
  type VmDisk,
  vmDiskSchema,
} from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";

/** A VM as discovery finds it. `resourceId`, `subscriptionId` and `resourceGroup` are stored in lower case. */
export interface VmFacts {
  readonly resourceId: string;
  readonly azureVmId: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly osType: OsType;
  readonly size: string;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
  readonly tags: Readonly<Record<string, string>>;
  readonly disks: readonly VmDisk[];
  /** The whole GET answer, for the manifest. */
  readonly configuration: unknown;
}

export interface VmRow extends Omit<VmFacts, "configuration"> {
  readonly id: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly deletedAt: Date | null;
}

export const vmFields = {
  id: true,
  resourceId: true,
  azureVmId: true,
  name: true,
  subscriptionId: true,
  resourceGroup: true,
  location: true,
  osType: true,
  size: true,
  powerState: true,
  agentState: true,
  tags: true,
  disks: true,
  firstSeenAt: true,
  lastSeenAt: true,
  deletedAt: true,
} as const satisfies Prisma.VirtualMachineSelect;

const tagsSchema = z.record(z.string(), z.string());

export function toVmRow(row: Prisma.VirtualMachineGetPayload<{ select: typeof vmFields }>): VmRow {
  return {
    ...row,
    osType: z.enum(osTypes).parse(row.osType),
    powerState: z.enum(powerStates).parse(row.powerState),
    agentState: z.enum(agentStates).parse(row.agentState),
    tags: fromJson(tagsSchema, row.tags, "VirtualMachine.tags"),
    disks: fromJson(z.array(vmDiskSchema), row.disks, "VirtualMachine.disks"),
  };
}

export interface VmUpsert {
  readonly id: string;
  /** `discovered`: not seen before (also: re-created under the same name). `changed`: name, size, tags or disks differ. */
  readonly change: "discovered" | "changed" | "unchanged";
  readonly before: VmRow | null;
}

/**
 * Writes down what discovery found. A VM that was re-created under the same resource id is another VM: the old row is
 * marked deleted and keeps its recovery points.
 */
export async function upsertVm(tx: Tx, facts: VmFacts, clock: Clock): Promise<VmUpsert> {
  const now = clock.now();
  const resourceId = facts.resourceId.toLowerCase();
  // Two discoveries of one VM at once: the second waits here, then sees the first one's row.
  await lockInTransaction(tx, locks.vm(resourceId));
  await tx.virtualMachine.updateMany({
    where: { resourceId, azureVmId: { not: facts.azureVmId }, deletedAt: null },
    data: { deletedAt: now },
  });
  const found = await tx.virtualMachine.findUnique({
    where: { resourceId_azureVmId: { resourceId, azureVmId: facts.azureVmId } },
    select: vmFields,
  });
  const data = {
    name: facts.name,
    subscriptionId: facts.subscriptionId.toLowerCase(),
    resourceGroup: facts.resourceGroup.toLowerCase(),
    location: facts.location,
    osType: facts.osType,
    size: facts.size,
    powerState: facts.powerState,
    agentState: facts.agentState,
    tags: toJson(facts.tags),
    tagIndex: tagIndex(facts.tags),
    disks: toJson(facts.disks),
    configuration: toJson(z.record(z.string(), z.unknown()).parse(facts.configuration)),
    lastSeenAt: now,
    deletedAt: null,
  };
  if (found === null) {
    const id = newId(clock);
    await tx.virtualMachine.create({
      data: { id, resourceId, azureVmId: facts.azureVmId, firstSeenAt: now, ...data },
    });
    return { id, change: "discovered", before: null };
  }
  await tx.virtualMachine.update({ where: { id: found.id }, data, select: { id: true } });
  const before = toVmRow(found);
  return { id: found.id, change: isChanged(before, facts) ? "changed" : "unchanged", before };
}

/** Power and agent state come and go: they are stored, but are no change of the VM. */
function isChanged(before: VmRow, facts: VmFacts): boolean {
  const essence = (vm: VmRow | VmFacts): string =>
    JSON.stringify([
      vm.name,
      vm.location,
      vm.size,
      tagIndex(vm.tags).toSorted(),
      vm.disks.map((disk) => [disk.key, disk.name, disk.uniqueId, disk.bytes, disk.sku, disk.unsupported]),
    ]);
  return before.deletedAt !== null || essence(before) !== essence(facts);
}

/**
 * Marks VMs of a subscription that this discovery did not see as deleted; their recovery points stay. Returns them.
 * @param seen.since when the discovery began: who was seen by somebody else after that is new, not gone
 */
export async function markUnseenVms(
  tx: Tx,
  seen: { readonly subscriptionId: string; readonly ids: readonly string[]; readonly since: Date },
  now: Date,
): Promise<VmRow[]> {
  const rows = await tx.virtualMachine.findMany({
    where: {
      subscriptionId: seen.subscriptionId.toLowerCase(),
      deletedAt: null,
      id: { notIn: [...seen.ids] },
      lastSeenAt: { lt: seen.since },
    },
    select: vmFields,
  });
  await tx.virtualMachine.updateMany({
    where: { id: { in: rows.map((row) => row.id) } },
    data: { deletedAt: now },
  });
  return rows.map(toVmRow);
}

export async function getVm(tx: Tx, id: string): Promise<VmRow | null> {
  const row = await tx.virtualMachine.findUnique({ where: { id }, select: vmFields });
  return row && toVmRow(row);
}

/** The VM's whole configuration as Azure told it, for the manifest. */
export async function getVmConfiguration(
  tx: Tx,
  id: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  const row = await tx.virtualMachine.findUnique({ where: { id }, select: { configuration: true } });
  return (
    row && fromJson(z.record(z.string(), z.unknown()), row.configuration, "VirtualMachine.configuration")
  );
}
