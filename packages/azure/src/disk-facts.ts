/** What Azure's answer about a managed disk says, in the shape that the inventory and recovery points keep. Pure. */
import type { Disk, EncryptionSettingsElement } from "@azure/arm-compute";
import type { DiskFacts } from "@kluis/domain";
import type { VmDiskRef } from "./types.ts";

const GIB = 1024 ** 3;

export function diskFactsOf(ref: VmDiskRef, disk: Disk): DiskFacts {
  return {
    slot: ref.slot,
    name: disk.name ?? ref.name,
    diskId: disk.id ?? ref.diskId ?? "",
    sizeBytes: disk.diskSizeBytes ?? (disk.diskSizeGB ?? 0) * GIB,
    sku: disk.sku?.name ?? "",
    tier: disk.tier ?? null,
    uniqueId: disk.uniqueId ?? "",
    osType: disk.osType === undefined ? null : disk.osType === "Windows" ? "windows" : "linux",
    hyperVGeneration: disk.hyperVGeneration ?? null,
    location: disk.location,
    zones: disk.zones ?? [],
    logicalSectorSize: disk.creationData?.logicalSectorSize ?? 512,
    maxShares: disk.maxShares ?? 1,
    iopsReadWrite: disk.diskIopsReadWrite ?? null,
    mbpsReadWrite: disk.diskMBpsReadWrite ?? null,
    burstingEnabled: disk.burstingEnabled ?? null,
    performancePlus: disk.creationData?.performancePlus ?? null,
    optimizedForFrequentAttach: disk.optimizedForFrequentAttach ?? null,
    supportsHibernation: disk.supportsHibernation ?? null,
    caching: ref.caching,
    writeAccelerated: ref.writeAccelerated,
    tags: disk.tags ?? {},
    ...accessOf(disk),
    ...securityOf(disk),
    ...systemOf(disk),
  };
}

function accessOf(
  disk: Disk,
): Pick<DiskFacts, "networkAccessPolicy" | "diskAccessId" | "publicNetworkAccess" | "dataAccessAuthMode"> {
  return {
    networkAccessPolicy: disk.networkAccessPolicy ?? "AllowAll",
    diskAccessId: disk.diskAccessId ?? null,
    publicNetworkAccess: disk.publicNetworkAccess ?? null,
    dataAccessAuthMode: disk.dataAccessAuthMode ?? null,
  };
}

function securityOf(disk: Disk): Pick<DiskFacts, "encryption" | "encryptionSettings" | "securityProfile"> {
  const { encryption, encryptionSettingsCollection: settings, securityProfile } = disk;
  return {
    encryption: encryption
      ? { type: encryption.type ?? null, diskEncryptionSetId: encryption.diskEncryptionSetId ?? null }
      : null,
    encryptionSettings: settings
      ? {
          enabled: settings.enabled,
          version: settings.encryptionSettingsVersion ?? null,
          keys: (settings.encryptionSettings ?? []).map(keysOf),
        }
      : null,
    securityProfile: securityProfile
      ? {
          securityType: securityProfile.securityType ?? null,
          secureVmDiskEncryptionSetId: securityProfile.secureVMDiskEncryptionSetId ?? null,
        }
      : null,
  };
}

type Keys = NonNullable<DiskFacts["encryptionSettings"]>["keys"][number];

function keysOf({ diskEncryptionKey: secret, keyEncryptionKey: key }: EncryptionSettingsElement): Keys {
  return {
    secret: secret ? { sourceVaultId: secret.sourceVault.id ?? null, url: secret.secretUrl } : null,
    keyEncryptionKey: key ? { sourceVaultId: key.sourceVault.id ?? null, url: key.keyUrl } : null,
  };
}

function systemOf({
  supportedCapabilities: capabilities,
  purchasePlan: plan,
}: Disk): Pick<DiskFacts, "supportedCapabilities" | "purchasePlan"> {
  return {
    supportedCapabilities: capabilities
      ? {
          architecture: capabilities.architecture ?? null,
          diskControllerTypes: capabilities.diskControllerTypes ?? null,
          acceleratedNetwork: capabilities.acceleratedNetwork ?? null,
          supportedSecurityOption: capabilities.supportedSecurityOption ?? null,
        }
      : null,
    purchasePlan: plan
      ? {
          name: plan.name,
          publisher: plan.publisher,
          product: plan.product,
          promotionCode: plan.promotionCode ?? null,
        }
      : null,
  };
}
