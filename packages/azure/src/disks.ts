/** Managed disks of VMs: read one by one for a backup, or by their list for the inventory. */
import type { Disk } from "@azure/arm-compute";
import {
  type DiskFacts,
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
import { call, missingAsNull } from "./call.ts";
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

/**
 * The disks of a VM by the list of disks (`listDiskFacts`). Reads a disk that the list lacks: it can be newer than the list, and
 * only Azure's answer about the disk itself says that it is missing.
 * @throws KluisError AZURE_FORBIDDEN when the role does not reach a disk
 */
export async function findDisks(
  azure: AzureConnection,
  vm: Pick<VmInfo, "diskRefs">,
  options: CallOptions & { readonly listed: ReadonlyMap<string, DiskFacts> },
): Promise<DiskFinding[]> {
  return Promise.all(
    vm.diskRefs.map(async (ref) => {
      if (ref.diskId === null) return { ref, facts: null, raw: null };
      const facts = options.listed.get(armKey(ref.diskId));
      if (facts !== undefined) return { ref, facts: seenBy(ref, facts), raw: null };
      const disk = await readDisk(azure, ref.diskId, { signal: options.signal });
      return { ref, facts: disk && diskFactsOf(ref, disk), raw: null };
    }),
  );
}

/** Adds what the VM says about its disk. */
function seenBy({ slot, name, caching, writeAccelerated }: VmDiskRef, facts: DiskFacts): DiskFacts {
  return { ...facts, slot, name: facts.name === "" ? name : facts.name, caching, writeAccelerated };
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
