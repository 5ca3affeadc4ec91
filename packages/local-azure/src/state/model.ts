import { z } from "zod";
import { faultRuleSchema } from "../faults/rule.ts";
import { guestSchema } from "../guest/model.ts";

/**
 * What the local Azure remembers. Resources are keyed by their ARM id in lower case, because ARM ids are
 * case-insensitive. Times are milliseconds since 1970, sizes are bytes.
 */
const tags = z.record(z.string(), z.string()).optional();
const provisioningState = z.enum(["Creating", "Updating", "Deleting", "Succeeded", "Failed"]);

const resource = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tags,
});

export const subscriptionSchema = z.object({ id: z.string(), name: z.string(), tenantId: z.string() });
export const resourceGroupSchema = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  location: z.string(),
  tags,
});

export const extensionSchema = z.object({
  name: z.string(),
  publisher: z.string(),
  type: z.string(),
  typeHandlerVersion: z.string(),
  autoUpgradeMinorVersion: z.boolean(),
  settings: z.record(z.string(), z.json()).optional(),
  provisioningState,
  message: z.string(),
});

const vmDiskSchema = z.object({
  name: z.string(),
  diskId: z.string(),
  caching: z.enum(["None", "ReadOnly", "ReadWrite"]),
  createOption: z.string(),
  deleteOption: z.enum(["Delete", "Detach"]),
});

export const vmSchema = resource.extend({
  vmId: z.string(),
  zones: z.array(z.string()).optional(),
  size: z.string(),
  osType: z.enum(["Linux", "Windows"]),
  computerName: z.string(),
  adminUsername: z.string(),
  osDisk: vmDiskSchema,
  dataDisks: z.array(vmDiskSchema.extend({ lun: z.number().int() })),
  imageReference: z.record(z.string(), z.string()).optional(),
  networkInterfaces: z.array(z.string()),
  userData: z.string().optional(),
  licenseType: z.string().optional(),
  power: z.enum(["running", "stopped", "deallocated"]),
  provisioningState,
  extensions: z.record(z.string(), extensionSchema),
  guest: guestSchema,
  timeCreated: z.number(),
});

export const diskSchema = resource.extend({
  zones: z.array(z.string()).optional(),
  sku: z.string(),
  osType: z.enum(["Linux", "Windows"]).optional(),
  hyperVGeneration: z.enum(["V1", "V2"]).optional(),
  sizeBytes: z.number().int(),
  createOption: z.enum(["Empty", "Upload", "Copy", "Restore", "FromImage", "Import"]),
  sourceResourceId: z.string().optional(),
  sourceUniqueId: z.string().optional(),
  uploadSizeBytes: z.number().int().optional(),
  /** Where an upload disk stands; absent on every other disk and after the upload has ended. */
  upload: z.enum(["ReadyToUpload", "ActiveUpload"]).optional(),
  uniqueId: z.string(),
  timeCreated: z.number(),
  provisioningState,
  managedBy: z.string().optional(),
  maxShares: z.number().int().optional(),
  networkAccessPolicy: z.enum(["AllowAll", "AllowPrivate", "DenyAll"]),
  securityType: z.string().optional(),
  /** Grows with each page written through the access endpoint: the blob's ETag. */
  writes: z.number().int(),
  layer: z.string(),
});

export const snapshotSchema = resource.extend({
  sku: z.string(),
  osType: z.enum(["Linux", "Windows"]).optional(),
  hyperVGeneration: z.enum(["V1", "V2"]).optional(),
  sizeBytes: z.number().int(),
  incremental: z.boolean(),
  sourceResourceId: z.string(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  uniqueId: z.string(),
  timeCreated: z.number(),
  provisioningState,
  networkAccessPolicy: z.enum(["AllowAll", "AllowPrivate", "DenyAll"]),
  layer: z.string(),
});

export const collectionSchema = resource.extend({
  collectionId: z.string(),
  sourceVmId: z.string(),
  provisioningState,
});

export const diskRestorePointSchema = z.object({
  id: z.string(),
  name: z.string(),
  diskName: z.string(),
  diskId: z.string(),
  lun: z.number().int().optional(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  uniqueId: z.string(),
  osType: z.enum(["Linux", "Windows"]).optional(),
  hyperVGeneration: z.enum(["V1", "V2"]).optional(),
  sku: z.string(),
  caching: z.enum(["None", "ReadOnly", "ReadWrite"]),
  sizeBytes: z.number().int(),
  layer: z.string(),
});

export const restorePointSchema = z.object({
  id: z.string(),
  name: z.string(),
  collectionId: z.string(),
  subscriptionId: z.string(),
  location: z.string(),
  requested: z.enum(["CrashConsistent"]).optional(),
  excludeDisks: z.array(z.string()),
  reached: z.enum(["ApplicationConsistent", "FileSystemConsistent", "CrashConsistent"]).optional(),
  timeCreated: z.number(),
  provisioningState,
  /** The VM as it was, in ARM's own shape, frozen when the restore point was taken. */
  sourceMetadata: z.record(z.string(), z.json()).optional(),
  disks: z.array(diskRestorePointSchema),
});

export const grantSchema = z.object({
  /** Name of the stored access policy: the `si` of the URL. */
  id: z.string(),
  account: z.string(),
  container: z.string(),
  resourceId: z.string(),
  familyId: z.string().optional(),
  access: z.enum(["Read", "Write"]),
  expiresAt: z.number(),
});

export const operationSchema = z.object({
  id: z.string(),
  /** What runs, e.g. `restorePoints.create`: the key of the work in the registry. */
  kind: z.string(),
  family: z.enum(["operations", "DiskOperations"]),
  subscriptionId: z.string(),
  location: z.string(),
  principalId: z.string(),
  target: z.string(),
  input: z.record(z.string(), z.json()),
  status: z.enum(["InProgress", "Succeeded", "Failed", "Canceled"]),
  startTime: z.number(),
  /** Not shown as ended before this time, even when the work is done. */
  notBefore: z.number(),
  endTime: z.number().optional(),
  output: z.json().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

export const roleAssignmentSchema = z.object({
  principalId: z.string(),
  scope: z.string(),
  role: z.enum(["Owner", "Contributor", "Reader"]),
});

/** Azure's rules as numbers, relaxed where Azure's own figure would only slow tests down (README, differences). */
export const settingsSchema = z.object({
  restorePointsPerVmPerHour: z.number().int().min(1).default(60),
  restorePointsPerVm: z.number().int().min(1).default(500),
  snapshotsPerDisk: z.number().int().min(1).default(500),
  snapshotsPerDiskPer5Minutes: z.number().int().min(1).default(7),
  sasPerFamily: z.number().int().min(1).default(5),
  sasMaxSeconds: z.number().int().min(1).default(5_184_000),
  /** Whether a page-range difference between two disk restore points is answered; Azure documents neither. */
  restorePointDiff: z.boolean().default(true),
  /** How long each long-running operation stays InProgress at least, in milliseconds of the local clock. */
  operationMs: z.number().int().min(0).default(0),
  pageSize: z.number().int().min(1).default(50),
});

export const stateSchema = z.object({
  version: z.literal(1),
  tenantId: z.string(),
  clockOffsetMs: z.number().int(),
  subscriptions: z.record(z.string(), subscriptionSchema),
  resourceGroups: z.record(z.string(), resourceGroupSchema),
  vms: z.record(z.string(), vmSchema),
  disks: z.record(z.string(), diskSchema),
  snapshots: z.record(z.string(), snapshotSchema),
  collections: z.record(z.string(), collectionSchema),
  restorePoints: z.record(z.string(), restorePointSchema),
  layers: z.record(z.string(), z.object({ parent: z.string().optional() })),
  grants: z.record(z.string(), grantSchema),
  operations: z.record(z.string(), operationSchema),
  faults: z.array(faultRuleSchema),
  roleAssignments: z.array(roleAssignmentSchema),
  settings: settingsSchema,
  /** Kept for other modules (Entra, fleet): each owns one named section and its shape. */
  sections: z.record(z.string(), z.json()),
});

export type Subscription = z.infer<typeof subscriptionSchema>;
export type ResourceGroup = z.infer<typeof resourceGroupSchema>;
export type Vm = z.infer<typeof vmSchema>;
export type VmExtension = z.infer<typeof extensionSchema>;
export type Disk = z.infer<typeof diskSchema>;
export type Snapshot = z.infer<typeof snapshotSchema>;
export type RestorePointCollection = z.infer<typeof collectionSchema>;
export type RestorePoint = z.infer<typeof restorePointSchema>;
export type DiskRestorePoint = z.infer<typeof diskRestorePointSchema>;
export type Grant = z.infer<typeof grantSchema>;
export type Operation = z.infer<typeof operationSchema>;
export type RoleAssignment = z.infer<typeof roleAssignmentSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type State = z.infer<typeof stateSchema>;

/** A local Azure with nothing in it. */
export function emptyState(tenantId: string): State {
  return {
    version: 1,
    tenantId,
    clockOffsetMs: 0,
    subscriptions: {},
    resourceGroups: {},
    vms: {},
    disks: {},
    snapshots: {},
    collections: {},
    restorePoints: {},
    layers: {},
    grants: {},
    operations: {},
    faults: [],
    roleAssignments: [],
    settings: settingsSchema.parse({}),
    sections: {},
  };
}
