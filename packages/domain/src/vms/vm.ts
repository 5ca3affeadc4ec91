import { z } from "zod";
import { storedNoticeSchema } from "../notices/notices.ts";
import { type DiskKey, diskKeySchema } from "./disk-key.ts";
import { diskFactsSchema } from "./vm-disk-facts.ts";
import { osTypes } from "./vm-os.ts";
import { powerStates } from "./vm-status.ts";
import { vmTraitsSchema } from "./vm-traits.ts";

/** The key of the disk in a slot of a VM: the OS disk, or a data disk by its LUN. */
export function diskKeyOf(slot: "os" | number): DiskKey {
  return slot === "os" ? "os" : String(slot);
}

/** How a VM holds a disk. Only managed disks have snapshots that Kluis can read. */
export const diskStorages = ["managed", "unmanaged", "ephemeral"] as const;
export type DiskStorage = (typeof diskStorages)[number];

export const vmDiskSchema = z.strictObject({
  key: diskKeySchema,
  name: z.string(),
  resourceId: z.string(),
  /** Azure's uniqueId of the disk; a disk re-created with the same name gets another. */
  uniqueId: z.string(),
  bytes: z.int().nonnegative(),
  sku: z.string(),
  /** Why the disk cannot be protected; null when it can. */
  unsupported: z.string().nullable(),
  /** What `unsupported` says, as code and parameters; missing in rows of earlier versions. */
  unsupportedNotice: storedNoticeSchema.optional(),
  /** Missing in rows of earlier versions. */
  storage: z.enum(diskStorages).optional(),
  /** The disk in Azure; null when Azure does not know it, missing in rows of earlier versions. */
  facts: diskFactsSchema.nullable().optional(),
});
export type VmDisk = z.infer<typeof vmDiskSchema>;

export const agentStates = ["ready", "not-ready", "unknown"] as const;
export type AgentState = (typeof agentStates)[number];

/**
 * A VM as discovery finds it in Azure and the catalog stores it: one definition for azure, db and engine. A new read-only
 * column starts here; packages/azure/src/vms.ts reads it from Azure's answer.
 */
export const vmFactsSchema = z.object({
  /** ARM id in lower case. */
  resourceId: z.string(),
  /** Azure's unique id of the VM; a VM re-created under the same name has another. */
  azureVmId: z.string(),
  name: z.string(),
  /** Lower case. */
  subscriptionId: z.string(),
  /** Lower case. */
  resourceGroup: z.string(),
  location: z.string(),
  osType: z.enum(osTypes),
  size: z.string(),
  powerState: z.enum(powerStates),
  agentState: z.enum(agentStates),
  tags: z.record(z.string(), z.string()),
  disks: z.array(vmDiskSchema),
  traits: vmTraitsSchema.prefault({}),
});
export type VmFacts = z.infer<typeof vmFactsSchema>;
