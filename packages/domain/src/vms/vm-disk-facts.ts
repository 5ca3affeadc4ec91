/**
 * The facts of a managed disk: read from Azure, shown in the inventory, recorded with each recovery point, and needed to create
 * the disk again. One definition for azure, db, engine and the manifest's `disks[].configuration`.
 */
import { z } from "zod";
import { osTypes } from "./vm-os.ts";

/** Points of earlier versions lack the newer facts: they read as null. */
const text = z.string().nullable().default(null);
const number = z.number().nullable().default(null);
const flag = z.boolean().nullable().default(null);

const vaultReference = z.object({ sourceVaultId: text, url: text });

export const diskFactsSchema = z.object({
  slot: z.union([z.literal("os"), z.int().nonnegative()]),
  name: z.string(),
  diskId: z.string(),
  /** Bytes of data, without the VHD footer. */
  sizeBytes: z.int().nonnegative(),
  sku: z.string(),
  /** Performance tier of a Premium SSD, such as P30. */
  tier: text,
  /** Azure's unique id of this disk; a replaced disk has another, also under the same name. */
  uniqueId: z.string(),
  osType: z.enum(osTypes).nullable(),
  hyperVGeneration: z.string().nullable(),
  location: z.string(),
  zones: z.array(z.string()).readonly(),
  logicalSectorSize: z.int(),
  maxShares: z.int(),
  networkAccessPolicy: z.string(),
  /** ARM id of the disk access that private endpoints use. */
  diskAccessId: text,
  publicNetworkAccess: text,
  /** `AzureActiveDirectory`: an access URL alone does not open the disk. */
  dataAccessAuthMode: text,
  encryption: z.object({ type: text, diskEncryptionSetId: text }).nullable().default(null),
  /** Azure Disk Encryption inside the guest: the disk's bytes are ciphertext. References to keys, never a key. */
  encryptionSettings: z
    .object({
      enabled: z.boolean(),
      version: text,
      keys: z.array(
        z.object({ secret: vaultReference.nullable(), keyEncryptionKey: vaultReference.nullable() }),
      ),
    })
    .nullable()
    .default(null),
  securityProfile: z
    .object({ securityType: text, secureVmDiskEncryptionSetId: text })
    .nullable()
    .default(null),
  supportedCapabilities: z
    .object({
      architecture: text,
      diskControllerTypes: text,
      acceleratedNetwork: flag,
      supportedSecurityOption: text,
    })
    .nullable()
    .default(null),
  /** The marketplace plan that a VM with this disk must name. */
  purchasePlan: z
    .object({ name: z.string(), publisher: z.string(), product: z.string(), promotionCode: text })
    .nullable()
    .default(null),
  iopsReadWrite: number,
  mbpsReadWrite: number,
  burstingEnabled: flag,
  performancePlus: flag,
  optimizedForFrequentAttach: flag,
  supportsHibernation: flag,
  /** Host cache of the VM for this disk. */
  caching: text,
  writeAccelerated: z.boolean(),
  tags: z.record(z.string(), z.string()),
});
export type DiskFacts = z.infer<typeof diskFactsSchema>;

/** Premium SSD v2 and Ultra: no host cache, own IOPS and throughput, sectors of 4096 bytes by default. */
export function isDirectDrive(sku: string): boolean {
  return /^(?:PremiumV2|UltraSSD)_LRS$/i.test(sku);
}

/**
 * Reads the facts that a recovery point holds of a disk; null when they are not there.
 * @param stored `disks[].configuration` of a manifest, or the column of the catalog
 */
export function readDiskFacts(stored: unknown): DiskFacts | null {
  const parsed = diskFactsSchema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}
