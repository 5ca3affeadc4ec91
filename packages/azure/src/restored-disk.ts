/** The request that creates a restored disk, and the resources that it depends on. */
import type { Disk, DiskUpdate } from "@azure/arm-compute";
import { type DiskAccess, KluisError, type RestoredDisk, vhdFooterBytes } from "@kluis/domain";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { CallOptions } from "./lro.ts";
import { jobTags } from "./names.ts";
import { resourceOf } from "./resource.ts";
import type { UploadDiskRequest } from "./types.ts";

/** Azure's limit of tags on a resource; Kluis' own come first, because clean-up selects by them. */
const mostTags = 50;

/** The body of the PUT. The disk is open during the upload: {@link accessUpdate} sets its network access afterwards. */
export function diskBodyOf(request: UploadDiskRequest): Disk {
  const { disk, location, sizeBytes } = request;
  return {
    location,
    sku: { name: disk.sku },
    tags: tagsOf(request),
    ...(disk.zones.length > 0 ? { zones: [...disk.zones] } : {}),
    creationData: {
      createOption: "Upload",
      uploadSizeBytes: sizeBytes + vhdFooterBytes,
      ...given({ logicalSectorSize: disk.logicalSectorSize, performancePlus: disk.performancePlus }),
    },
    ...(disk.osType === null ? {} : { osType: disk.osType === "windows" ? "Windows" : "Linux" }),
    ...given({
      hyperVGeneration: disk.hyperVGeneration,
      tier: disk.tier,
      diskIopsReadWrite: disk.iopsReadWrite,
      diskMBpsReadWrite: disk.mbpsReadWrite,
      burstingEnabled: disk.burstingEnabled,
      optimizedForFrequentAttach: disk.optimizedForFrequentAttach,
      supportsHibernation: disk.supportsHibernation,
    }),
    ...(disk.supportedCapabilities ? { supportedCapabilities: given(disk.supportedCapabilities) } : {}),
    ...(disk.purchasePlan ? { purchasePlan: planOf(disk.purchasePlan) } : {}),
    ...securityOf(disk),
  };
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Without the nulls: Azure's default applies to what is left out. */
function given<T extends object>(values: T): Given<T>;
function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function tagsOf(request: UploadDiskRequest): Record<string, string> {
  const own = jobTags(request);
  const room = mostTags - Object.keys(own).length;
  const recorded = Object.entries(request.disk.tags).filter(([name]) => !Object.hasOwn(own, name));
  return { ...own, ...Object.fromEntries(recorded.slice(0, room)) };
}

function planOf({ name, publisher, product, promotionCode }: NonNullable<RestoredDisk["purchasePlan"]>) {
  return { name, publisher, product, ...(promotionCode === null ? {} : { promotionCode }) };
}

function securityOf(
  disk: RestoredDisk,
): Pick<Disk, "encryption" | "encryptionSettingsCollection" | "securityProfile"> {
  const { encryption, encryptionSettings: settings, securityType } = disk;
  return {
    ...(encryption ? { encryption: given(encryption) } : {}),
    ...(securityType === null ? {} : { securityProfile: { securityType } }),
    ...(settings?.enabled === true
      ? {
          encryptionSettingsCollection: {
            enabled: true,
            ...(settings.version === null ? {} : { encryptionSettingsVersion: settings.version }),
            encryptionSettings: settings.keys.map(({ secret, keyEncryptionKey: key }) => ({
              ...(secret?.url
                ? { diskEncryptionKey: { sourceVault: vaultOf(secret), secretUrl: secret.url } }
                : {}),
              ...(key?.url ? { keyEncryptionKey: { sourceVault: vaultOf(key), keyUrl: key.url } } : {}),
            })),
          },
        }
      : {}),
  };
}

function vaultOf({ sourceVaultId: id }: { readonly sourceVaultId: string | null }): { id?: string } {
  return id === null ? {} : { id };
}

/** The body of the PATCH after the upload. */
export function accessUpdate({
  networkAccessPolicy,
  diskAccessId,
  publicNetworkAccess,
}: DiskAccess): DiskUpdate {
  return { networkAccessPolicy, publicNetworkAccess, ...(diskAccessId === null ? {} : { diskAccessId }) };
}

/**
 * Makes sure that what the new disk refers to exists, before anything is created.
 * @throws KluisError CONFLICT (encryption-set-missing, disk-access-missing)
 */
export async function requireDiskDependencies(
  azure: AzureConnection,
  disk: RestoredDisk,
  options: CallOptions = {},
): Promise<void> {
  const set = disk.encryption?.diskEncryptionSetId ?? null;
  if (set !== null && !(await exists(azure, { id: set, type: "diskEncryptionSets" }, options))) {
    throw new KluisError("CONFLICT", {
      reason: "encryption-set-missing",
      message: `The disk encryption set ${set} no longer exists, so the disk cannot be created as it was.`,
      action: "Choose another disk encryption set, or a platform key.",
      params: { set },
    });
  }
  const diskAccess = disk.access?.diskAccessId ?? null;
  if (diskAccess !== null && !(await exists(azure, { id: diskAccess, type: "diskAccesses" }, options))) {
    throw new KluisError("CONFLICT", {
      reason: "disk-access-missing",
      message: `The disk access ${diskAccess} no longer exists, so the disk cannot be private as it was.`,
      action: "Choose another network access for the restored disk.",
      params: { diskAccess },
    });
  }
}

interface Dependency {
  readonly id: string;
  readonly type: "diskEncryptionSets" | "diskAccesses";
}

async function exists(
  azure: AzureConnection,
  { id, type }: Dependency,
  options: CallOptions,
): Promise<boolean> {
  const { client, path } = resourceOf<1>(azure, id, type);
  const found = await missingAsNull(
    call(
      {
        operation: type === "diskAccesses" ? "read the disk access" : "read the disk encryption set",
        target: id,
      },
      async () => {
        const read = type === "diskAccesses" ? client.diskAccesses : client.diskEncryptionSets;
        await read.get(...path, abortable(options));
        return true;
      },
    ),
  );
  return found === true;
}
