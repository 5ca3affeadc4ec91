/** Managed disks: their facts, and whether Kluis can protect them. */
import type { Disk } from "@azure/arm-compute";
import { diskKeyOf, notice, noticeText, type VmDisk, type VmFacts, vmFactsSchema } from "@kluis/domain";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { CallOptions } from "./lro.ts";
import { resourceOf } from "./resource.ts";
import type { DiskFacts, DiskFinding, DiskRefusal, VmDetails, VmDiskRef, VmInfo } from "./types.ts";

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

function refusalCode(
  ref: VmDiskRef,
  facts: DiskFacts | null,
  { crashConsistent }: { readonly crashConsistent: boolean },
): DiskRefusal["code"] | null {
  if (ref.ephemeral) return "ephemeral";
  if (ref.diskId === null) return "unmanaged";
  if (!facts) return "missing";
  if (facts.maxShares > 1) return "shared";
  if (facts.networkAccessPolicy === "DenyAll") return "no-export";
  if (facts.logicalSectorSize !== 512) return "sector-size";
  if (!crashConsistent) return null;
  if (facts.sku === "UltraSSD_LRS" || facts.sku === "PremiumV2_LRS") return "ultra-crash-consistent";
  return facts.writeAccelerated ? "write-accelerated-crash-consistent" : null;
}

/**
 * Why a disk cannot be part of a backup; null when it can. Crash-consistent restore points leave out more disks.
 * Source: https://learn.microsoft.com/azure/virtual-machines/concepts-restore-points
 */
export function refusalOf(
  ref: VmDiskRef,
  facts: DiskFacts | null,
  options: { readonly crashConsistent: boolean },
): DiskRefusal | null {
  const code = refusalCode(ref, facts, options);
  if (code === null) return null;
  const said = notice(`disk-${code}`, {});
  return { code, reason: noticeText(said), notice: said };
}

/** Reads a disk; null when Azure does not know it. */
export async function readDisk(
  azure: AzureConnection,
  diskId: string,
  options: CallOptions,
): Promise<Disk | null> {
  const { client, path } = resourceOf<1>(azure, diskId, "disks");
  return missingAsNull(
    call({ operation: "read the disk", target: diskId }, () => client.disks.get(...path, abortable(options))),
  );
}

/** Reads every disk of a VM and finds which of them can be part of a backup. */
export async function inspectDisks(
  azure: AzureConnection,
  vm: VmInfo,
  options: CallOptions & { readonly crashConsistent: boolean },
): Promise<DiskFinding[]> {
  return Promise.all(
    vm.diskRefs.map(async (ref) => {
      const disk = ref.diskId === null ? null : await readDisk(azure, ref.diskId, options);
      const facts = disk && diskFacts(ref, disk);
      return { ref, facts, refusal: refusalOf(ref, facts, options) };
    }),
  );
}

function vmDiskOf({ ref, facts, refusal }: DiskFinding): VmDisk {
  return {
    key: diskKeyOf(ref.slot),
    name: ref.name,
    resourceId: ref.diskId ?? "",
    uniqueId: facts?.uniqueId ?? "",
    bytes: facts?.sizeBytes ?? 0,
    sku: facts?.sku ?? "",
    unsupported: refusal?.reason ?? null,
    unsupportedNotice: refusal?.notice ?? null,
  };
}

/** The facts that the catalog stores of a VM and its disks. */
export function vmFactsOf(vm: VmDetails, findings: readonly DiskFinding[]): VmFacts {
  return vmFactsSchema.parse({ ...vm, disks: findings.map(vmDiskOf) });
}
