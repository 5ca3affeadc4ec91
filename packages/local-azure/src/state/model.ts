/** The state that a local Azure stores: one schema per resource type. */
import { z } from "zod";
import { faultRuleSchema } from "../faults/rule.ts";
import { guestSchema } from "../guest/model.ts";
import { keyVaultSchema } from "../keyvault/model.ts";
import { customRoleSchema, roleAssignmentSchema } from "./access-model.ts";
import {
  accessFacts,
  backgroundCopySchema,
  diskCreateOptionSchema,
  diskOnlyFacts,
  inheritedFacts,
  networkAccessPolicySchema,
  snapshotOnlyFacts,
} from "./disk-facts.ts";
import { diskAccessSchema, diskEncryptionSetSchema } from "./disk-resources.ts";
import { extensionSchema } from "./extension-model.ts";
import { lockSchema } from "./lock-model.ts";
import { emptyNetwork, networkRecords } from "./network-model.ts";
import { policyAssignmentSchema, policyDefinitionSchema } from "./policy-model.ts";
import { managedRunCommandSchema } from "./run-command-model.ts";
import { vmDataDiskSchema, vmModelFields, vmOsDiskSchema } from "./vm-model.ts";

/** Records have the ARM id in lower case as key. Times are milliseconds since 1970. */
export const tagsSchema = z.record(z.string(), z.string()).optional();
export const osTypeSchema = z.enum(["Linux", "Windows"]);
export const vmPowerSchema = z.enum(["running", "stopped", "deallocated"]);
const provisioningState = z.enum(["Creating", "Updating", "Deleting", "Succeeded", "Failed"]);

const resource = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tags: tagsSchema,
});

export const subscriptionSchema = z.object({
  id: z.string(),
  name: z.string(),
  tenantId: z.string(),
  /** Absent: Enabled. */
  state: z.enum(["Enabled", "PastDue", "Warned", "Disabled", "Deleted"]).optional(),
  tags: tagsSchema,
  /** Names of tags, with values, that exist without a resource that has them. */
  predefinedTags: z.record(z.string(), z.array(z.string())).optional(),
});
const resourceGroupSchema = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  location: z.string(),
  tags: tagsSchema,
  /** Its deletion is in progress. */
  deleting: z.boolean().optional(),
});

const vmSchema = resource.extend({
  vmId: z.string(),
  zones: z.array(z.string()).optional(),
  size: z.string(),
  osType: osTypeSchema,
  computerName: z.string(),
  adminUsername: z.string(),
  osDisk: vmOsDiskSchema,
  dataDisks: z.array(vmDataDiskSchema),
  imageReference: z.record(z.string(), z.string()).optional(),
  networkInterfaces: z.array(z.string()),
  userData: z.string().optional(),
  licenseType: z.string().optional(),
  power: vmPowerSchema,
  provisioningState,
  extensions: z.record(z.string(), extensionSchema),
  runCommands: z.record(z.string(), managedRunCommandSchema).optional(),
  guest: guestSchema,
  timeCreated: z.number(),
  ...vmModelFields,
});

const diskSchema = resource.extend({
  zones: z.array(z.string()).optional(),
  sku: z.string(),
  osType: osTypeSchema.optional(),
  ...inheritedFacts,
  ...accessFacts,
  sizeBytes: z.number().int(),
  ...diskOnlyFacts,
  createOption: diskCreateOptionSchema,
  sourceResourceId: z.string().optional(),
  sourceUniqueId: z.string().optional(),
  uploadSizeBytes: z.number().int().optional(),
  /** State of an upload; absent on other disks and after the upload has ended. */
  upload: z.enum(["ReadyToUpload", "ActiveUpload"]).optional(),
  uniqueId: z.string(),
  timeCreated: z.number(),
  provisioningState,
  managedBy: z.string().optional(),
  maxShares: z.number().int().optional(),
  networkAccessPolicy: networkAccessPolicySchema,
  /** Number of pages written through the access endpoint; part of the blob's ETag. */
  writes: z.number().int(),
  layer: z.string(),
});

const snapshotSchema = resource.extend({
  sku: z.string(),
  osType: osTypeSchema.optional(),
  ...inheritedFacts,
  ...accessFacts,
  sizeBytes: z.number().int(),
  ...snapshotOnlyFacts,
  incremental: z.boolean(),
  sourceResourceId: z.string(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  uniqueId: z.string(),
  timeCreated: z.number(),
  provisioningState,
  networkAccessPolicy: networkAccessPolicySchema,
  layer: z.string(),
});

const collectionSchema = resource.extend({
  collectionId: z.string(),
  sourceVmId: z.string(),
  /** The collection whose restore points this one copies to another region. */
  sourceCollectionId: z.string().optional(),
  sourceLocation: z.string().optional(),
  instantAccess: z.boolean().optional(),
  provisioningState,
});

const diskRestorePointSchema = z.object({
  id: z.string(),
  name: z.string(),
  diskName: z.string(),
  diskId: z.string(),
  lun: z.number().int().optional(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  uniqueId: z.string(),
  osType: osTypeSchema.optional(),
  ...inheritedFacts,
  ...accessFacts,
  networkAccessPolicy: networkAccessPolicySchema.optional(),
  sku: z.string(),
  caching: z.enum(["None", "ReadOnly", "ReadWrite"]),
  sizeBytes: z.number().int(),
  layer: z.string(),
  copy: backgroundCopySchema.optional(),
  /** What a copy to another region copies, and from where. */
  sourceDiskRestorePointId: z.string().optional(),
  sourceLocation: z.string().optional(),
  /** For so long it can be restored before its copy has ended. */
  instantAccessDurationMinutes: z.number().int().optional(),
});

const restorePointSchema = z.object({
  id: z.string(),
  name: z.string(),
  collectionId: z.string(),
  subscriptionId: z.string(),
  location: z.string(),
  requested: z.enum(["CrashConsistent"]).optional(),
  sourceRestorePointId: z.string().optional(),
  excludeDisks: z.array(z.string()),
  reached: z.enum(["ApplicationConsistent", "FileSystemConsistent", "CrashConsistent"]).optional(),
  /** Start of the operation. */
  timeCreated: z.number(),
  /** The instant of the content. */
  snapshotTime: z.number().optional(),
  instantAccessDurationMinutes: z.number().int().optional(),
  /** Name of the disk restore point by key of the disk, from the start of the operation. */
  diskNames: z.record(z.string(), z.string()).optional(),
  provisioningState,
  /** The VM's configuration when the operation began, as ARM's JSON. */
  sourceMetadata: z.record(z.string(), z.json()).optional(),
  disks: z.array(diskRestorePointSchema),
});

const grantSchema = z.object({
  /** Name of the stored access policy: `si` in the URL. */
  id: z.string(),
  account: z.string(),
  container: z.string(),
  resourceId: z.string(),
  familyId: z.string().optional(),
  access: z.enum(["Read", "Write"]),
  expiresAt: z.number(),
});

const operationSchema = z.object({
  id: z.string(),
  /** Key of its work in the table of a part: `restorePoints.create`. */
  kind: z.string(),
  family: z.enum(["operations", "DiskOperations", "operationresults"]),
  subscriptionId: z.string(),
  location: z.string(),
  principalId: z.string(),
  target: z.string(),
  input: z.record(z.string(), z.json()),
  status: z.enum(["InProgress", "Succeeded", "Failed", "Canceled"]),
  startTime: z.number(),
  /** Polls report InProgress until then, even when the work is done. */
  notBefore: z.number(),
  endTime: z.number().optional(),
  output: z.json().optional(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      details: z
        .array(
          z.object({
            code: z.string().exactOptional(),
            target: z.string().exactOptional(),
            message: z.string(),
          }),
        )
        .optional(),
    })
    .optional(),
  /** Set by a fault rule: its work fails with it. */
  refusal: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** Azure's limits. `lenientSettings` has those of test suites. */
export const settingsSchema = z.object({
  restorePointsPerVmPerHour: z.number().int().min(1).default(3),
  /** How many times faster than in Azure the budget of restore points per hour refills. */
  restorePointRefill: z.number().min(1).default(1),
  restorePointsPerVm: z.number().int().min(1).default(500),
  snapshotsPerDisk: z.number().int().min(1).default(500),
  snapshotsPerDiskPer5Minutes: z.number().int().min(1).default(7),
  sasPerFamily: z.number().int().min(1).default(5),
  sasMaxSeconds: z.number().int().min(1).default(5_184_000),
  /** Answer differences between disk restore points; Azure documents them for snapshots only. */
  restorePointDiff: z.boolean().default(true),
  /** Shortest time that an operation stays InProgress, in milliseconds of the local clock. */
  operationMs: z.number().int().min(0).default(0),
  /** `azure`: operations take seconds. `none`: they end at once, and a poll waits for the end. */
  operationDurations: z.enum(["azure", "none"]).default("azure"),
  /** `off`: counts requests but refuses none, except restore points per VM and hour. */
  budgets: z.enum(["azure", "off"]).default("azure"),
  /** VM sizes that no subscription may use: 409 `SkuNotAvailable`. */
  restrictedSizes: z.array(z.string()).default([]),
  /** VM sizes without free hosts: a start fails with `AllocationFailed`, in a zone `ZonalAllocationFailed`. */
  exhaustedSizes: z.array(z.string()).default([]),
  coresPerFamily: z.number().int().min(0).default(350),
  coresPerRegion: z.number().int().min(0).default(350),
  /** Speed of background copies: an Ultra disk of 100 GiB takes six minutes. */
  backgroundCopyBytesPerSecond: z.number().int().min(1).default(300_000_000),
  /** Unfinished background copies that a disk and a subscription can have. */
  backgroundCopiesPerDisk: z.number().int().min(1).default(3),
  backgroundCopiesPerSubscription: z.number().int().min(1).default(50),
  /** Requests to the access endpoint come through the private endpoint of a disk access. */
  privateLink: z.boolean().default(false),
  pageSize: z.number().int().min(1).default(50),
});

/** For suites that test something else: no waits and no throttling. */
export const lenientSettings = {
  operationDurations: "none",
  budgets: "off",
  restorePointsPerVmPerHour: 1000,
} as const satisfies Partial<z.infer<typeof settingsSchema>>;

export const stateSchema = z.object({
  version: z.literal(1),
  tenantId: z.string(),
  clockOffsetMs: z.number().int(),
  subscriptions: z.record(z.string(), subscriptionSchema),
  resourceGroups: z.record(z.string(), resourceGroupSchema),
  vms: z.record(z.string(), vmSchema),
  disks: z.record(z.string(), diskSchema),
  snapshots: z.record(z.string(), snapshotSchema),
  diskEncryptionSets: z.record(z.string(), diskEncryptionSetSchema).default({}),
  diskAccesses: z.record(z.string(), diskAccessSchema).default({}),
  collections: z.record(z.string(), collectionSchema),
  restorePoints: z.record(z.string(), restorePointSchema),
  ...networkRecords,
  layers: z.record(z.string(), z.object({ parent: z.string().optional() })),
  grants: z.record(z.string(), grantSchema),
  operations: z.record(z.string(), operationSchema),
  faults: z.array(faultRuleSchema),
  roleAssignments: z.array(roleAssignmentSchema),
  customRoles: z.record(z.string(), customRoleSchema).default({}),
  locks: z.record(z.string(), lockSchema).default({}),
  keyVaults: z.record(z.string(), keyVaultSchema).default({}),
  policyDefinitions: z.record(z.string(), policyDefinitionSchema).default({}),
  policyAssignments: z.record(z.string(), policyAssignmentSchema).default({}),
  /** Digests of access tokens that a fault revoked. */
  revokedTokens: z.array(z.string()).default([]),
  settings: settingsSchema,
  /** Facts of other modules by name: `seeded`. */
  sections: z.record(z.string(), z.json()),
});

export type Subscription = z.infer<typeof subscriptionSchema>;
export type ResourceGroup = z.infer<typeof resourceGroupSchema>;
export type Vm = z.infer<typeof vmSchema>;
export type { VmExtension } from "./extension-model.ts";
export type Disk = z.infer<typeof diskSchema>;
export type Snapshot = z.infer<typeof snapshotSchema>;
export type RestorePointCollection = z.infer<typeof collectionSchema>;
export type RestorePoint = z.infer<typeof restorePointSchema>;
export type DiskRestorePoint = z.infer<typeof diskRestorePointSchema>;
export type Grant = z.infer<typeof grantSchema>;
export type Operation = z.infer<typeof operationSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type State = z.infer<typeof stateSchema>;

/** The state of a new local Azure without resources. */
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
    diskEncryptionSets: {},
    diskAccesses: {},
    collections: {},
    restorePoints: {},
    ...emptyNetwork(),
    layers: {},
    keyVaults: {},
    grants: {},
    operations: {},
    faults: [],
    roleAssignments: [],
    customRoles: {},
    locks: {},
    policyDefinitions: {},
    policyAssignments: {},
    revokedTokens: [],
    settings: settingsSchema.parse({}),
    sections: {},
  };
}
