/** The bodies of requests for disks and snapshots: every member of the SDK's models, kept or read-only. */
import { z } from "zod";
import {
  availabilityPolicySchema,
  dataAccessAuthModeSchema,
  diskCreateOptionSchema,
  diskSecurityTypeSchema,
  encryptionTypeSchema,
  hyperVGenerationSchema,
  logicalSectorSizeSchema,
  networkAccessPolicySchema,
  publicNetworkAccessSchema,
} from "../state/disk-facts.ts";
import { osTypeSchema, tagsSchema } from "../state/model.ts";

/** A client may send back what it read; Azure ignores it. */
const readOnly = z.unknown().optional();

const purchasePlan = z.strictObject({
  name: z.string(),
  publisher: z.string(),
  product: z.string(),
  promotionCode: z.string().optional(),
});
const supportedCapabilities = z.strictObject({
  diskControllerTypes: z.string().optional(),
  acceleratedNetwork: z.boolean().optional(),
  architecture: z.enum(["x64", "Arm64"]).optional(),
  supportedSecurityOption: z
    .enum(["TrustedLaunchSupported", "TrustedLaunchAndConfidentialVMSupported"])
    .optional(),
});
const sourceVault = z.strictObject({ id: z.string().optional() });
const encryptionSettingsCollection = z.strictObject({
  enabled: z.boolean(),
  encryptionSettings: z
    .array(
      z.strictObject({
        diskEncryptionKey: z.strictObject({ sourceVault, secretUrl: z.string() }).optional(),
        keyEncryptionKey: z.strictObject({ sourceVault, keyUrl: z.string() }).optional(),
      }),
    )
    .optional(),
  encryptionSettingsVersion: z.string().optional(),
});
const encryption = z.strictObject({
  type: encryptionTypeSchema.optional(),
  diskEncryptionSetId: z.string().optional(),
});
const imageReference = z.strictObject({
  id: z.string().optional(),
  sharedGalleryImageId: z.string().optional(),
  communityGalleryImageId: z.string().optional(),
  lun: z.number().int().optional(),
});

const creationData = z.strictObject({
  createOption: diskCreateOptionSchema,
  storageAccountId: z.string().optional(),
  imageReference: imageReference.optional(),
  galleryImageReference: imageReference.optional(),
  sourceUri: z.string().optional(),
  sourceResourceId: z.string().optional(),
  sourceUniqueId: readOnly,
  uploadSizeBytes: z.number().optional(),
  logicalSectorSize: logicalSectorSizeSchema.optional(),
  securityDataUri: z.string().optional(),
  securityMetadataUri: z.string().optional(),
  performancePlus: z.boolean().optional(),
  elasticSanResourceId: z.string().optional(),
  provisionedBandwidthCopySpeed: z.enum(["None", "Enhanced"]).optional(),
  instantAccessDurationMinutes: z.number().int().optional(),
});
export type CreationData = z.infer<typeof creationData>;

/** What PUT and PATCH of disks and snapshots can change. */
const changes = {
  osType: osTypeSchema.optional(),
  diskSizeGB: z.number().int().optional(),
  encryptionSettingsCollection: encryptionSettingsCollection.optional(),
  encryption: encryption.optional(),
  networkAccessPolicy: networkAccessPolicySchema.optional(),
  diskAccessId: z.string().optional(),
  supportsHibernation: z.boolean().optional(),
  publicNetworkAccess: publicNetworkAccessSchema.optional(),
  dataAccessAuthMode: dataAccessAuthModeSchema.optional(),
  supportedCapabilities: supportedCapabilities.optional(),
};

const diskChanges = {
  ...changes,
  diskIOPSReadWrite: z.number().int().optional(),
  diskMBpsReadWrite: z.number().int().optional(),
  diskIOPSReadOnly: z.number().int().optional(),
  diskMBpsReadOnly: z.number().int().optional(),
  maxShares: z.number().int().optional(),
  tier: z.string().optional(),
  burstingEnabled: z.boolean().optional(),
  purchasePlan: purchasePlan.optional(),
  propertyUpdatesInProgress: readOnly,
  optimizedForFrequentAttach: z.boolean().optional(),
  availabilityPolicy: z
    .strictObject({ actionOnDiskDelay: availabilityPolicySchema.shape.actionOnDiskDelay })
    .optional(),
};

const readOnlyOfBoth = {
  timeCreated: readOnly,
  diskSizeBytes: readOnly,
  uniqueId: readOnly,
  provisioningState: readOnly,
  diskState: readOnly,
  completionPercent: readOnly,
};

const createdOnly = {
  creationData,
  hyperVGeneration: hyperVGenerationSchema.optional(),
  securityProfile: z
    .strictObject({
      securityType: diskSecurityTypeSchema.optional(),
      secureVMDiskEncryptionSetId: z.string().optional(),
      confidentialVMVersion: readOnly,
    })
    .optional(),
};

const sku = z.strictObject({ name: z.string(), tier: readOnly }).optional();
const envelope = { id: readOnly, name: readOnly, type: readOnly, etag: readOnly, systemData: readOnly };
const extendedLocation = z.strictObject({ name: z.string(), type: z.enum(["EdgeZone"]) }).optional();

export const diskPutSchema = z.strictObject({
  ...envelope,
  location: z.string(),
  tags: tagsSchema,
  managedBy: readOnly,
  managedByExtended: readOnly,
  sku,
  zones: z.array(z.string()).optional(),
  extendedLocation,
  properties: z.strictObject({
    ...diskChanges,
    ...createdOnly,
    ...readOnlyOfBoth,
    shareInfo: readOnly,
    burstingEnabledTime: readOnly,
    LastOwnershipUpdateTime: readOnly,
  }),
});
export type DiskPut = z.infer<typeof diskPutSchema>;

export const diskPatchSchema = z.strictObject({
  tags: tagsSchema,
  sku,
  properties: z.strictObject(diskChanges).optional(),
});
export type DiskPatch = z.infer<typeof diskPatchSchema>;
export type DiskChanges = NonNullable<DiskPatch["properties"]>;

export const snapshotPutSchema = z.strictObject({
  ...envelope,
  location: z.string(),
  tags: tagsSchema,
  managedBy: readOnly,
  sku,
  extendedLocation,
  properties: z.strictObject({
    ...changes,
    ...createdOnly,
    ...readOnlyOfBoth,
    purchasePlan: purchasePlan.optional(),
    incremental: z.boolean().optional(),
    incrementalSnapshotFamilyId: readOnly,
    copyCompletionError: readOnly,
    snapshotAccessState: readOnly,
    immutabilityPolicy: readOnly,
    tier: readOnly,
  }),
});
export type SnapshotPut = z.infer<typeof snapshotPutSchema>;

export const snapshotPatchSchema = z.strictObject({
  tags: tagsSchema,
  sku,
  properties: z.strictObject({ ...changes, snapshotAccessState: readOnly }).optional(),
});
export type SnapshotPatch = z.infer<typeof snapshotPatchSchema>;
