/** The bodies of requests for disks and snapshots: every member of the SDK's models, kept or read-only. */
import { z } from "zod";
import {
  availabilityPolicySchema,
  dataAccessAuthModeSchema,
  diskCreateOptionSchema,
  diskSecurityTypeSchema,
  encryptionTypeSchema,
  extendedLocationSchema,
  hyperVGenerationSchema,
  logicalSectorSizeSchema,
  networkAccessPolicySchema,
  publicNetworkAccessSchema,
} from "../../state/disk-facts.ts";
import { osTypeSchema, tagsSchema } from "../../state/model.ts";

/** A client may send back what it read; Azure ignores it. */
const readOnly = z.unknown().exactOptional();

const purchasePlan = z.strictObject({
  name: z.string(),
  publisher: z.string(),
  product: z.string(),
  promotionCode: z.string().exactOptional(),
});
const supportedCapabilities = z.strictObject({
  diskControllerTypes: z.string().exactOptional(),
  acceleratedNetwork: z.boolean().exactOptional(),
  architecture: z.enum(["x64", "Arm64"]).exactOptional(),
  supportedSecurityOption: z
    .enum(["TrustedLaunchSupported", "TrustedLaunchAndConfidentialVMSupported"])
    .exactOptional(),
});
const sourceVault = z.strictObject({ id: z.string().exactOptional() });
const encryptionSettingsCollection = z.strictObject({
  enabled: z.boolean(),
  encryptionSettings: z
    .array(
      z.strictObject({
        diskEncryptionKey: z.strictObject({ sourceVault, secretUrl: z.string() }).exactOptional(),
        keyEncryptionKey: z.strictObject({ sourceVault, keyUrl: z.string() }).exactOptional(),
      }),
    )
    .exactOptional(),
  encryptionSettingsVersion: z.string().exactOptional(),
});
const encryption = z.strictObject({
  type: encryptionTypeSchema.exactOptional(),
  diskEncryptionSetId: z.string().exactOptional(),
});
const imageReference = z.strictObject({
  id: z.string().exactOptional(),
  sharedGalleryImageId: z.string().exactOptional(),
  communityGalleryImageId: z.string().exactOptional(),
  lun: z.number().int().exactOptional(),
});

const creationData = z.strictObject({
  createOption: diskCreateOptionSchema,
  storageAccountId: z.string().exactOptional(),
  imageReference: imageReference.exactOptional(),
  galleryImageReference: imageReference.exactOptional(),
  sourceUri: z.string().exactOptional(),
  sourceResourceId: z.string().exactOptional(),
  sourceUniqueId: readOnly,
  uploadSizeBytes: z.number().exactOptional(),
  logicalSectorSize: logicalSectorSizeSchema.exactOptional(),
  securityDataUri: z.string().exactOptional(),
  securityMetadataUri: z.string().exactOptional(),
  performancePlus: z.boolean().exactOptional(),
  elasticSanResourceId: z.string().exactOptional(),
  provisionedBandwidthCopySpeed: z.enum(["None", "Enhanced"]).exactOptional(),
  instantAccessDurationMinutes: z.number().int().exactOptional(),
});
export type CreationData = z.infer<typeof creationData>;

/** Changes that are assigned as they are, after their rules have passed. */
const plain = {
  osType: osTypeSchema.exactOptional(),
  encryptionSettingsCollection: encryptionSettingsCollection.exactOptional(),
  supportsHibernation: z.boolean().exactOptional(),
  supportedCapabilities: supportedCapabilities.exactOptional(),
};
const plainOfDisks = {
  ...plain,
  diskIOPSReadWrite: z.number().int().exactOptional(),
  diskMBpsReadWrite: z.number().int().exactOptional(),
  diskIOPSReadOnly: z.number().int().exactOptional(),
  diskMBpsReadOnly: z.number().int().exactOptional(),
  maxShares: z.number().int().exactOptional(),
  tier: z.string().exactOptional(),
  burstingEnabled: z.boolean().exactOptional(),
  purchasePlan: purchasePlan.exactOptional(),
  optimizedForFrequentAttach: z.boolean().exactOptional(),
  availabilityPolicy: z
    .strictObject({ actionOnDiskDelay: availabilityPolicySchema.shape.actionOnDiskDelay })
    .exactOptional(),
};

/** Changes that depend on the state of the disk or snapshot. */
const conditional = {
  diskSizeGB: z.number().int().exactOptional(),
  encryption: encryption.exactOptional(),
  networkAccessPolicy: networkAccessPolicySchema.exactOptional(),
  diskAccessId: z.string().exactOptional(),
  publicNetworkAccess: publicNetworkAccessSchema.exactOptional(),
  dataAccessAuthMode: dataAccessAuthModeSchema.exactOptional(),
};

const changes = { ...plain, ...conditional };
const diskChanges = { ...plainOfDisks, ...conditional, propertyUpdatesInProgress: readOnly };

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
  hyperVGeneration: hyperVGenerationSchema.exactOptional(),
  securityProfile: z
    .strictObject({
      securityType: diskSecurityTypeSchema.exactOptional(),
      secureVMDiskEncryptionSetId: z.string().exactOptional(),
      confidentialVMVersion: readOnly,
    })
    .exactOptional(),
};

const sku = z.strictObject({ name: z.string(), tier: readOnly }).exactOptional();
const envelope = { id: readOnly, name: readOnly, type: readOnly, etag: readOnly, systemData: readOnly };
const extendedLocation = extendedLocationSchema.exactOptional();

export const diskPutSchema = z.strictObject({
  ...envelope,
  location: z.string(),
  tags: tagsSchema,
  managedBy: readOnly,
  managedByExtended: readOnly,
  sku,
  zones: z.array(z.string()).exactOptional(),
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
  properties: z.strictObject(diskChanges).exactOptional(),
});
export type DiskPatch = z.infer<typeof diskPatchSchema>;
export type DiskChanges = NonNullable<DiskPatch["properties"]>;

/** The members of a PUT's properties that a PATCH can have as well. */
export function changesOf(properties: DiskPut["properties"]): DiskChanges {
  return z.object(diskChanges).parse(properties);
}

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
    purchasePlan: purchasePlan.exactOptional(),
    incremental: z.boolean().exactOptional(),
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
  properties: z.strictObject({ ...changes, snapshotAccessState: readOnly }).exactOptional(),
});
export type SnapshotPatch = z.infer<typeof snapshotPatchSchema>;

export function plainDiskChanges(given: DiskChanges): Omit<DiskChanges, keyof typeof conditional> {
  return z.object(plainOfDisks).parse(given);
}

export type SnapshotChanges = NonNullable<SnapshotPatch["properties"]>;

export function plainSnapshotChanges(
  given: SnapshotChanges,
): Omit<SnapshotChanges, keyof typeof conditional> {
  return z.object(plain).parse(given);
}

/** The members of a PUT's properties that a PATCH can have as well. */
export function snapshotChangesOf(properties: SnapshotPut["properties"]): SnapshotChanges {
  return z.object(changes).parse(properties);
}
