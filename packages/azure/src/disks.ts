import type { Disk } from "@azure/arm-compute";
import { type VmDisk, type VmFacts, vmFactsSchema } from "@kluis/domain";
import { namesOf } from "./arm-id.ts";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { DiskFacts, DiskFinding, DiskRefusal, VmDetails, VmDiskRef, VmInfo } from "./types.ts";

interface Options {
  readonly signal?: AbortSignal | undefined;
}

const GIB = 1024 ** 3;

function diskFacts(ref: VmDiskRef, disk: Disk): DiskFacts {
  return {
    slot: ref.slot,
    name: disk.name ?? ref.name,
    diskId: disk.id ?? ref.diskId ?? "",
    sizeBytes: disk.diskSizeBytes ?? (disk.diskSizeGB ?? 0) * GIB,
    sku: disk.sku?.name ?? "",
    uniqueId: disk.uniqueId ?? "",
    osType: disk.osType === undefined ? null : disk.osType === "Windows" ? "windows" : "linux",
    hyperVGeneration: disk.hyperVGeneration ?? null,
    location: disk.location,
    zones: disk.zones ?? [],
    logicalSectorSize: disk.creationData?.logicalSectorSize ?? 512,
    maxShares: disk.maxShares ?? 1,
    networkAccessPolicy: disk.networkAccessPolicy ?? "AllowAll",
    writeAccelerated: ref.writeAccelerated,
    tags: disk.tags ?? {},
  };
}

/**
 * Why a disk cannot be part of a backup; null when it can. Crash-consistent restore points refuse more.
 * Source: https://learn.microsoft.com/azure/virtual-machines/concepts-restore-points
 */
export function refusalOf(
  ref: VmDiskRef,
  facts: DiskFacts | null,
  options: { readonly crashConsistent: boolean },
): DiskRefusal | null {
  const refuse = (code: DiskRefusal["code"], reason: string): DiskRefusal => ({ code, reason });
  if (ref.ephemeral)
    return refuse("ephemeral", "An ephemeral OS disk has no snapshots; redeploy the VM instead.");
  if (ref.diskId === null) return refuse("unmanaged", "Only managed disks have snapshots; convert the disk.");
  if (!facts) return refuse("missing", "Azure does not know the disk any more.");
  if (facts.maxShares > 1)
    return refuse("shared", "A disk that several VMs may attach takes no part in restore points.");
  if (facts.networkAccessPolicy === "DenyAll") {
    return refuse(
      "no-export",
      "The disk's network access policy refuses every export; allow private or public access.",
    );
  }
  if (facts.logicalSectorSize !== 512) {
    return refuse(
      "sector-size",
      "Disks with 4096-byte sectors are exported as VHDX, which Kluis does not read yet.",
    );
  }
  if (!options.crashConsistent) return null;
  if (facts.sku === "UltraSSD_LRS" || facts.sku === "PremiumV2_LRS") {
    return refuse(
      "ultra-crash-consistent",
      "Ultra and Premium SSD v2 disks take no part in crash-consistent points.",
    );
  }
  if (facts.writeAccelerated) {
    return refuse(
      "write-accelerated-crash-consistent",
      "Write-accelerated disks take no part in crash-consistent points.",
    );
  }
  return null;
}

async function readDisk(azure: AzureConnection, ref: VmDiskRef, options: Options): Promise<DiskFacts | null> {
  if (ref.diskId === null) return null;
  const { subscriptionId, resourceGroup, names } = namesOf<1>(ref.diskId, "disks");
  const disk = await missingAsNull(
    call({ operation: "read the disk", target: ref.diskId }, () =>
      azure.compute(subscriptionId).disks.get(resourceGroup, names[0], abortable(options)),
    ),
  );
  return disk && diskFacts(ref, disk);
}

/** Reads every disk of a VM and says which of them can be part of a backup. */
export async function inspectDisks(
  azure: AzureConnection,
  vm: VmInfo,
  options: Options & { readonly crashConsistent: boolean },
): Promise<DiskFinding[]> {
  return Promise.all(
    vm.diskRefs.map(async (ref) => {
      const facts = await readDisk(azure, ref, options);
      return { ref, facts, refusal: refusalOf(ref, facts, options) };
    }),
  );
}

function vmDiskOf({ ref, facts, refusal }: DiskFinding): VmDisk {
  return {
    key: ref.slot === "os" ? "os" : String(ref.slot),
    name: ref.name,
    resourceId: ref.diskId ?? "",
    uniqueId: facts?.uniqueId ?? "",
    bytes: facts?.sizeBytes ?? 0,
    sku: facts?.sku ?? "",
    unsupported: refusal?.reason ?? null,
  };
}

/** The facts that the catalog stores of a VM and its disks. */
export function vmFactsOf(vm: VmDetails, findings: readonly DiskFinding[]): VmFacts {
  return vmFactsSchema.parse({ ...vm, disks: findings.map(vmDiskOf) });
}
