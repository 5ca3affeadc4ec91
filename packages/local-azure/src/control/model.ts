/** Inputs and outputs of the control API. Sizes are bytes, times are ISO 8601. */
import { z } from "zod";
import {
  conditionSchema,
  extensionOutcomeSchema,
  fileSchema,
  fsfreezeSchema,
  guestSchema,
  linuxScriptsSchema,
  serviceSchema,
  vssWriterSchema,
} from "../guest/model.ts";
import { settingsSchema, subscriptionSchema, vmPowerSchema } from "../state/model.ts";

export const importVmSchema = z.object({
  vm: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      "A VM name has 1 to 63 letters, digits, dots, dashes or underscores.",
    ),
  os: z.enum(["linux", "windows"]),
  resourceGroup: z
    .string()
    .regex(/^[-\w.()]{1,90}$/, "A resource group name has 1 to 90 letters, digits or - _ . ( )."),
  stopped: z.boolean().default(false),
  size: z.string().default("Standard_D2s_v5"),
  subscription: z.string().optional(),
  location: z.string().default("westeurope"),
  zones: z.array(z.string()).optional(),
  tags: z.record(z.string(), z.string()).default({}),
  /** Absolute paths of raw images or fixed VHDs on this machine, OS disk first. */
  disks: z.array(z.string()).min(1).max(64),
});

export const writeDiskSchema = z.object({
  vm: z.string(),
  /** `os` or the LUN of a data disk. */
  disk: z.union([z.literal("os"), z.number().int().min(0)]),
  image: z.string(),
});

export const exportDiskSchema = z.object({ disk: z.string(), to: z.string() });
export const powerSchema = z.object({ vm: z.string(), power: z.enum(["on", "off", "deallocated"]) });
export const clockSchema = z.object({ advanceMs: z.number().int().min(0) });
export const settingsPatchSchema = settingsSchema.partial();

/** Makes a subscription, or changes the name and state of one. */
export const subscriptionInputSchema = z.object({
  id: z.string(),
  name: z.string().optional(),
  /** The tenant of a new one; default: the first tenant. */
  tenantId: z.string().optional(),
  state: subscriptionSchema.shape.state,
});

export const guestPatchSchema = z.object({
  vm: z.string(),
  agent: z.enum(["Ready", "NotReady"]).optional(),
  vssWriters: z.array(vssWriterSchema).optional(),
  /** `null` removes the scripts. */
  linuxScripts: linuxScriptsSchema.nullable().optional(),
  /** Replaces the conditions of the VM. */
  conditions: z.array(conditionSchema).optional(),
  /** Replaces the outcomes of extensions, by name or type. */
  extensionOutcomes: z.record(z.string(), extensionOutcomeSchema).optional(),
  /** Files of a Linux guest: each is added or replaced; `null` removes it. */
  files: z.record(z.string(), fileSchema.nullable()).optional(),
  fsfreeze: fsfreezeSchema.optional(),
  /** Values of a Windows registry: each is added or replaced; `null` removes it. */
  registry: z.record(z.string(), z.string().nullable()).optional(),
  /** Changes of Windows services, by name. */
  services: z.record(z.string(), serviceSchema.omit({ name: true }).partial()).optional(),
});

export const vmListItemSchema = z.object({
  id: z.string(),
  name: z.string(),
  subscription: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  os: z.enum(["linux", "windows"]),
  power: vmPowerSchema,
  disks: z.array(
    z.object({
      name: z.string(),
      id: z.string(),
      role: z.string(),
      sizeBytes: z.number(),
      allocatedBytes: z.number(),
    }),
  ),
});

export const listSchema = z.object({
  vms: z.array(vmListItemSchema),
  unattachedDisks: z.array(
    z.object({
      name: z.string(),
      id: z.string(),
      state: z.string(),
      sizeBytes: z.number(),
      allocatedBytes: z.number(),
    }),
  ),
});

export const snapshotListSchema = z.object({
  snapshots: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      disk: z.string(),
      timeCreated: z.string(),
      tags: z.record(z.string(), z.string()),
    }),
  ),
  restorePoints: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      collection: z.string(),
      vm: z.string(),
      consistency: z.string().nullable(),
      state: z.string(),
      timeCreated: z.string(),
      disks: z.array(z.string()),
      tags: z.record(z.string(), z.string()),
    }),
  ),
  /** Access grants that have not expired, without their URLs, which are secrets. */
  grants: z.array(
    z.object({ resource: z.string(), access: z.enum(["Read", "Write"]), expiresAt: z.string() }),
  ),
});

export const writeResultSchema = z.object({ writtenBytes: z.number(), comparedBytes: z.number() });
export const exportResultSchema = z.object({ sizeBytes: z.number(), allocatedBytes: z.number() });
export const guestViewSchema = z.object({
  vm: z.string(),
  guest: guestSchema,
  extensions: z.array(z.string()),
});

export type ImportVmInput = z.input<typeof importVmSchema>;
export type WriteDiskInput = z.input<typeof writeDiskSchema>;
export type ExportDiskInput = z.input<typeof exportDiskSchema>;
export type PowerInput = z.input<typeof powerSchema>;
export type GuestPatch = z.input<typeof guestPatchSchema>;
export type SettingsPatch = z.input<typeof settingsPatchSchema>;
export type SubscriptionInput = z.input<typeof subscriptionInputSchema>;
export type VmListItem = z.infer<typeof vmListItemSchema>;
export type LocalAzureList = z.infer<typeof listSchema>;
export type SnapshotList = z.infer<typeof snapshotListSchema>;
export type WriteResult = z.infer<typeof writeResultSchema>;
export type ExportResult = z.infer<typeof exportResultSchema>;
export type GuestView = z.infer<typeof guestViewSchema>;
