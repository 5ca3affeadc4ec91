/** What Azure records of a disk besides its content: the part that snapshots and restore points inherit, and the rest. */
import { z } from "zod";

export const networkAccessPolicySchema = z.enum(["AllowAll", "AllowPrivate", "DenyAll"]);
export const publicNetworkAccessSchema = z.enum(["Enabled", "Disabled"]);
export const dataAccessAuthModeSchema = z.enum(["AzureActiveDirectory", "None"]);
export const hyperVGenerationSchema = z.enum(["V1", "V2"]);
export const logicalSectorSizeSchema = z.union([z.literal(512), z.literal(4096)]);
export const encryptionTypeSchema = z.enum([
  "EncryptionAtRestWithPlatformKey",
  "EncryptionAtRestWithCustomerKey",
  "EncryptionAtRestWithPlatformAndCustomerKeys",
]);
export const diskSecurityTypeSchema = z.enum([
  "TrustedLaunch",
  "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
  "ConfidentialVM_DiskEncryptedWithPlatformKey",
  "ConfidentialVM_DiskEncryptedWithCustomerKey",
  "ConfidentialVM_NonPersistedTPM",
]);
export const diskCreateOptionSchema = z.enum([
  "Empty",
  "Attach",
  "FromImage",
  "Import",
  "Copy",
  "Restore",
  "Upload",
  "CopyStart",
  "ImportSecure",
  "UploadPreparedSecure",
  "CopyFromSanSnapshot",
]);

export const purchasePlanSchema = z.object({
  name: z.string(),
  publisher: z.string(),
  product: z.string(),
  promotionCode: z.string().optional(),
});

export const supportedCapabilitiesSchema = z.object({
  diskControllerTypes: z.string().optional(),
  acceleratedNetwork: z.boolean().optional(),
  architecture: z.enum(["x64", "Arm64"]).optional(),
  supportedSecurityOption: z
    .enum(["TrustedLaunchSupported", "TrustedLaunchAndConfidentialVMSupported"])
    .optional(),
});

export const encryptionSchema = z.object({
  type: encryptionTypeSchema.optional(),
  diskEncryptionSetId: z.string().optional(),
});

const sourceVault = z.object({ id: z.string().optional() });
/** Azure Disk Encryption: the volumes hold ciphertext, also in an export. */
export const encryptionSettingsSchema = z.object({
  enabled: z.boolean(),
  encryptionSettings: z
    .array(
      z.object({
        diskEncryptionKey: z.object({ sourceVault, secretUrl: z.string() }).optional(),
        keyEncryptionKey: z.object({ sourceVault, keyUrl: z.string() }).optional(),
      }),
    )
    .optional(),
  encryptionSettingsVersion: z.string().optional(),
});

export const availabilityPolicySchema = z.object({
  actionOnDiskDelay: z.enum(["None", "AutomaticReattach"]).optional(),
});
export const extendedLocationSchema = z.object({ name: z.string(), type: z.enum(["EdgeZone"]) });

/** Facts that a copy has from its source: disk to snapshot, to restore point, to disk. */
export const inheritedFacts = {
  hyperVGeneration: hyperVGenerationSchema.optional(),
  purchasePlan: purchasePlanSchema.optional(),
  supportedCapabilities: supportedCapabilitiesSchema.optional(),
  /** Absent: encrypted with the platform's key. */
  encryption: encryptionSchema.optional(),
  encryptionSettingsCollection: encryptionSettingsSchema.optional(),
  securityType: z.string().optional(),
  secureVMDiskEncryptionSetId: z.string().optional(),
  supportsHibernation: z.boolean().optional(),
  /** Absent: 512 bytes. */
  logicalSectorSize: logicalSectorSizeSchema.optional(),
};

/** Who may reach the bytes: kept on disks, snapshots and disk restore points. */
export const accessFacts = {
  diskAccessId: z.string().optional(),
  /** Absent: Enabled. */
  publicNetworkAccess: publicNetworkAccessSchema.optional(),
  dataAccessAuthMode: dataAccessAuthModeSchema.optional(),
};

/** Facts of disks only. */
export const diskOnlyFacts = {
  tier: z.string().optional(),
  burstingEnabled: z.boolean().optional(),
  burstingEnabledTime: z.number().optional(),
  diskIOPSReadWrite: z.number().int().optional(),
  diskMBpsReadWrite: z.number().int().optional(),
  diskIOPSReadOnly: z.number().int().optional(),
  diskMBpsReadOnly: z.number().int().optional(),
  optimizedForFrequentAttach: z.boolean().optional(),
  availabilityPolicy: availabilityPolicySchema.optional(),
  extendedLocation: extendedLocationSchema.optional(),
  performancePlus: z.boolean().optional(),
  /** Ids of the VMs of a shared disk; `managedBy` is the first of them. */
  managedByExtended: z.array(z.string()).optional(),
  /** When a VM was attached, detached, started or deallocated last. */
  ownershipChangedAt: z.number().optional(),
};

/** A copy in the background: its percentage follows the local clock from `startedAt` on. */
export const backgroundCopySchema = z.object({
  startedAt: z.number(),
  bytes: z.number().int(),
  /** What ended the copy early. */
  error: z.object({ errorCode: z.string(), errorMessage: z.string(), at: z.number() }).optional(),
});

/** Facts of snapshots only. */
export const snapshotOnlyFacts = {
  createOption: diskCreateOptionSchema.optional(),
  tier: z.string().optional(),
  extendedLocation: extendedLocationSchema.optional(),
  /** SKU of the disk at the time; decides on background copies. */
  sourceSku: z.string().optional(),
  copy: backgroundCopySchema.optional(),
  instantAccessDurationMinutes: z.number().int().optional(),
  provisionedBandwidthCopySpeed: z.enum(["None", "Enhanced"]).optional(),
};

const inheritedSchema = z.object({ ...inheritedFacts });
export type InheritedFacts = z.infer<typeof inheritedSchema>;
const accessSchema = z.object({ ...accessFacts });
export type AccessFacts = z.infer<typeof accessSchema>;
const diskOnlySchema = z.object({ ...diskOnlyFacts });
export type DiskOnlyFacts = z.infer<typeof diskOnlySchema>;
export type BackgroundCopy = z.infer<typeof backgroundCopySchema>;

const inheritedNames = Object.keys(inheritedFacts);

/** The facts that a copy has from its source, without those that are absent. */
export function inheritedFrom(source: InheritedFacts): InheritedFacts {
  return inheritedSchema.parse(
    Object.fromEntries(Object.entries(source).filter(([name]) => inheritedNames.includes(name))),
  );
}
