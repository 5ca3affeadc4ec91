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

const purchasePlanSchema = z.object({
  name: z.string(),
  publisher: z.string(),
  product: z.string(),
  promotionCode: z.string().exactOptional(),
});

const supportedCapabilitiesSchema = z.object({
  diskControllerTypes: z.string().exactOptional(),
  acceleratedNetwork: z.boolean().exactOptional(),
  architecture: z.enum(["x64", "Arm64"]).exactOptional(),
  supportedSecurityOption: z
    .enum(["TrustedLaunchSupported", "TrustedLaunchAndConfidentialVMSupported"])
    .exactOptional(),
});

export const encryptionSchema = z.object({
  type: encryptionTypeSchema.exactOptional(),
  diskEncryptionSetId: z.string().exactOptional(),
});

const sourceVault = z.object({ id: z.string().exactOptional() });
/** Azure Disk Encryption: the volumes hold ciphertext, also in an export. */
export const encryptionSettingsSchema = z.object({
  enabled: z.boolean(),
  encryptionSettings: z
    .array(
      z.object({
        diskEncryptionKey: z.object({ sourceVault, secretUrl: z.string() }).exactOptional(),
        keyEncryptionKey: z.object({ sourceVault, keyUrl: z.string() }).exactOptional(),
      }),
    )
    .exactOptional(),
  encryptionSettingsVersion: z.string().exactOptional(),
});

export const availabilityPolicySchema = z.object({
  actionOnDiskDelay: z.enum(["None", "AutomaticReattach"]).exactOptional(),
});
export const extendedLocationSchema = z.strictObject({ name: z.string(), type: z.enum(["EdgeZone"]) });

/** Facts that a copy has from its source: disk to snapshot, to restore point, to disk. */
export const inheritedFacts = {
  hyperVGeneration: hyperVGenerationSchema.exactOptional(),
  purchasePlan: purchasePlanSchema.exactOptional(),
  supportedCapabilities: supportedCapabilitiesSchema.exactOptional(),
  /** Absent: encrypted with the platform's key. */
  encryption: encryptionSchema.exactOptional(),
  encryptionSettingsCollection: encryptionSettingsSchema.exactOptional(),
  securityType: z.string().exactOptional(),
  secureVMDiskEncryptionSetId: z.string().exactOptional(),
  supportsHibernation: z.boolean().exactOptional(),
  /** Absent: 512 bytes. */
  logicalSectorSize: logicalSectorSizeSchema.exactOptional(),
};

/** Who may reach the bytes: kept on disks, snapshots and disk restore points. */
export const accessFacts = {
  diskAccessId: z.string().exactOptional(),
  /** Absent: Enabled. */
  publicNetworkAccess: publicNetworkAccessSchema.exactOptional(),
  dataAccessAuthMode: dataAccessAuthModeSchema.exactOptional(),
};

/** Facts of disks only. */
export const diskOnlyFacts = {
  tier: z.string().exactOptional(),
  burstingEnabled: z.boolean().exactOptional(),
  burstingEnabledTime: z.number().exactOptional(),
  diskIOPSReadWrite: z.number().int().exactOptional(),
  diskMBpsReadWrite: z.number().int().exactOptional(),
  diskIOPSReadOnly: z.number().int().exactOptional(),
  diskMBpsReadOnly: z.number().int().exactOptional(),
  optimizedForFrequentAttach: z.boolean().exactOptional(),
  availabilityPolicy: availabilityPolicySchema.exactOptional(),
  extendedLocation: extendedLocationSchema.exactOptional(),
  performancePlus: z.boolean().exactOptional(),
  /** Ids of the VMs of a shared disk; `managedBy` is the first of them. */
  managedByExtended: z.array(z.string()).exactOptional(),
  /** When a VM was attached, detached, started or deallocated last. */
  ownershipChangedAt: z.number().exactOptional(),
};

/** A copy in the background: its percentage follows the local clock from `startedAt` on. */
export const backgroundCopySchema = z.object({
  startedAt: z.number(),
  bytes: z.number().int(),
  /** What ended the copy early. */
  error: z.object({ errorCode: z.string(), errorMessage: z.string(), at: z.number() }).exactOptional(),
});

/** Facts of snapshots only. */
export const snapshotOnlyFacts = {
  createOption: diskCreateOptionSchema.exactOptional(),
  tier: z.string().exactOptional(),
  extendedLocation: extendedLocationSchema.exactOptional(),
  /** SKU of the disk at the time; decides on background copies. */
  sourceSku: z.string().exactOptional(),
  copy: backgroundCopySchema.exactOptional(),
  instantAccessDurationMinutes: z.number().int().exactOptional(),
  provisionedBandwidthCopySpeed: z.enum(["None", "Enhanced"]).exactOptional(),
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
