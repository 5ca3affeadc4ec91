/** Managed disks of VMs: read one by one for a backup, or by one list for the inventory. */
import type { Disk } from "@azure/arm-compute";
import {
  type DiskStorage,
  diskKeyOf,
  diskRefusalNotices,
  judgeSuitability,
  notice,
  noticeText,
  refusedDisks,
  suitabilityInput,
  type VmDisk,
  type VmFacts,
  vmFactsSchema,
} from "@kluis/domain";
import { armKey } from "./arm-id.ts";
import { call, missingAsNull, pagesOf } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { diskFactsOf } from "./disk-facts.ts";
import type { CallOptions } from "./lro.ts";
import { RawAnswer } from "./raw-answer.ts";
import { resourceOf } from "./resource.ts";
import type { DiskFinding, VmDiskRef, VmInfo } from "./types.ts";

/** Reads a disk; null when Azure does not know it. */
export async function readDisk(
  azure: AzureConnection,
  diskId: string,
  options: CallOptions & { readonly raw?: RawAnswer | undefined },
): Promise<Disk | null> {
  const { client, path } = resourceOf<1>(azure, diskId, "disks");
  const query = options.raw ? { onResponse: options.raw.onResponse } : {};
  return missingAsNull(
    call({ operation: "read the disk", target: diskId }, () =>
      client.disks.get(...path, { ...query, ...abortable(options) }),
    ),
  );
}

/** Whether Azure has the disk, in any state. */
export async function hasDisk(
  azure: AzureConnection,
  diskId: string,
  options: CallOptions = {},
): Promise<boolean> {
  return (await readDisk(azure, diskId, options)) !== null;
}

/** Reads every disk of a VM whole, as a recovery point records it. */
export async function inspectDisks(
  azure: AzureConnection,
  vm: Pick<VmInfo, "diskRefs">,
  options: CallOptions = {},
): Promise<DiskFinding[]> {
  return Promise.all(
    vm.diskRefs.map(async (ref) => {
      if (ref.diskId === null) return { ref, facts: null, raw: null };
      const raw = new RawAnswer();
      const disk = await readDisk(azure, ref.diskId, { ...options, raw });
      return { ref, facts: disk && diskFactsOf(ref, disk), raw: disk && raw.json };
    }),
  );
}

/** Every disk of a subscription by `armKey` of its id, with one list. */
export async function listDisks(
  azure: AzureConnection,
  subscriptionId: string,
  options: CallOptions = {},
): Promise<Map<string, Disk>> {
  const disks = new Map<string, Disk>();
  const pages = azure.compute(subscriptionId).disks.list(abortable(options)).byPage();
  for await (const disk of pagesOf(
    { operation: "list disks", target: `/subscriptions/${subscriptionId}` },
    pages,
  )) {
    if (disk.id !== undefined) disks.set(armKey(disk.id), disk);
  }
  return disks;
}

/**
 * What the list of disks says about a VM's disks. Reads a disk that the list lacks: it can be newer than the list, and only
 * Azure's answer about the disk itself says that it is missing.
 */
export async function findDisks(
  azure: AzureConnection,
  vm: Pick<VmInfo, "diskRefs">,
  options: CallOptions & { readonly listed: ReadonlyMap<string, Disk> },
): Promise<DiskFinding[]> {
  return Promise.all(
    vm.diskRefs.map(async (ref) => {
      if (ref.diskId === null) return { ref, facts: null, raw: null };
      const disk =
        options.listed.get(armKey(ref.diskId)) ??
        (await readDisk(azure, ref.diskId, { signal: options.signal }));
      return { ref, facts: disk && diskFactsOf(ref, disk), raw: null };
    }),
  );
}

function storageOf(ref: VmDiskRef): DiskStorage {
  if (ref.ephemeral) return "ephemeral";
  return ref.diskId === null ? "unmanaged" : "managed";
}

function vmDiskOf({ ref, facts }: DiskFinding): VmDisk {
  return {
    key: diskKeyOf(ref.slot),
    name: ref.name,
    // The letter case of ids in a VM varies between answers; a disk's own id does not.
    resourceId: facts?.diskId ?? ref.diskId ?? "",
    uniqueId: facts?.uniqueId ?? "",
    bytes: facts?.sizeBytes ?? 0,
    sku: facts?.sku ?? "",
    unsupported: null,
    unsupportedNotice: null,
    storage: storageOf(ref),
    facts,
  };
}

/**
 * The facts that the catalog stores of a VM and its disks. A disk is unsupported when no restore point, also not the best
 * one, can include it.
 */
export function vmFactsOf(
  vm: VmInfo & Pick<VmFacts, "agentState">,
  findings: readonly DiskFinding[],
): VmFacts {
  const facts = vmFactsSchema.parse({ ...vm, disks: findings.map(vmDiskOf) });
  const refused = refusedDisks(judgeSuitability(suitabilityInput(facts, "best")));
  const disks = facts.disks.map((disk) => {
    const code = refused.get(disk.key);
    if (code === undefined) return disk;
    const said = notice(diskRefusalNotices[code], {});
    return { ...disk, unsupported: noticeText(said), unsupportedNotice: said };
  });
  return { ...facts, disks };
}
