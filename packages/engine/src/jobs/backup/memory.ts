/**
 * What a backup job remembers between two tasks (`Job.memory`): everything that a killed task needs to go on, nothing secret.
 * Each step adds its part in the same transaction that says the step is done.
 */
import { azureOperationSchema, type Json } from "@kluis/azure";
import {
  agentStates,
  consistencySchema,
  diskKeySchema,
  type GuestSituation,
  KluisError,
  powerStates,
} from "@kluis/domain";
import { nodeRefSchema } from "@kluis/vault";
import { z } from "zod";

const bytes = z.int().nonnegative();
const json = z.custom<Json>((value) => value !== undefined);

/** A disk of a restore point; `@kluis/azure`'s DiskRestorePointFacts. */
export const snapshotDiskSchema = z.object({
  id: z.string(),
  name: z.string(),
  slot: z.union([z.literal("os"), z.int()]),
  sourceDiskId: z.string(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  completionPercent: z.number(),
});
export type SnapshotDisk = z.infer<typeof snapshotDiskSchema>;

/** A restore point as Azure made it; `@kluis/azure`'s RestorePointFacts. Also kept in `AzureResource.detail`. */
export const snapshotSchema = z.object({
  id: z.string(),
  collectionId: z.string(),
  name: z.string(),
  createdAt: z.string(),
  consistency: z.enum(["application", "file-system", "crash"]),
  disks: z.array(snapshotDiskSchema),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** A disk that the job protects. */
export const memoryDiskSchema = z.object({
  key: diskKeySchema,
  name: z.string(),
  resourceId: z.string(),
  uniqueId: z.string(),
  bytes,
  sku: z.string(),
  /** The disk as Azure described it, for the manifest. */
  configuration: z.record(z.string(), json),
});
export type MemoryDisk = z.infer<typeof memoryDiskSchema>;

/** What the previous recovery point knows of a disk, and the kept snapshot of it when there is one. */
const baseDiskSchema = z.object({
  key: diskKeySchema,
  uniqueId: z.string(),
  bytes,
  root: nodeRefSchema.nullable(),
  snapshot: snapshotDiskSchema.nullable(),
  /** Why the kept snapshot cannot be used after all. */
  lost: z.string().nullable(),
});
export type BaseDisk = z.infer<typeof baseDiskSchema>;

export const backupMemorySchema = z.object({
  /** Id of the recovery point that this job makes. */
  pointId: z.uuid().optional(),
  vm: z
    .object({
      id: z.string(),
      key: z.string(),
      azureVmId: z.string(),
      name: z.string(),
      subscriptionId: z.string(),
      resourceGroup: z.string(),
      location: z.string(),
      os: z.enum(["linux", "windows"]),
      tags: z.record(z.string(), z.string()),
      powerState: z.enum(powerStates),
      agentState: z.enum(agentStates),
      configuration: z.record(z.string(), json),
    })
    .optional(),
  disks: z.array(memoryDiskSchema).optional(),
  /** Disks that are left out, and why. `resourceId` null: it has no managed disk. */
  excluded: z
    .array(
      z.object({
        key: diskKeySchema,
        name: z.string(),
        resourceId: z.string().nullable(),
        reason: z.string(),
      }),
    )
    .optional(),
  base: z
    .object({ pointId: z.uuid(), disks: z.array(baseDiskSchema) })
    .nullable()
    .optional(),
  /** What the snapshot shall be, and why it is less than the policy wants; domain's ConsistencyPlan. */
  consistency: z
    .object({
      wanted: consistencySchema,
      request: z.enum(["best", "crash"]),
      reason: z.string().nullable(),
      needsExtension: z.boolean(),
    })
    .optional(),
  /** The long-running operation that the current step waits for. */
  operation: azureOperationSchema.optional(),
  /** The extension step has its second part: reading what changed in a Windows guest. */
  extensionReady: z.boolean().optional(),
  snapshotStartedAt: z.iso.datetime().optional(),
  snapshot: z
    .object({
      facts: snapshotSchema,
      endedAt: z.iso.datetime(),
      reached: consistencySchema,
      reason: z.string().nullable(),
    })
    .optional(),
  transferStartedAt: z.iso.datetime().optional(),
  segmentsQueued: z.boolean().optional(),
  transferEndedAt: z.iso.datetime().optional(),
  /** Set before the manifest is written: from here on the job is finished, not cancelled. */
  sealedAt: z.iso.datetime().optional(),
  manifestDigest: z.string().optional(),
  snapshotRemovedAt: z.iso.datetime().optional(),
  /** The snapshot stays in Azure until then. */
  keepUntil: z.iso.datetime().optional(),
});
export type BackupMemory = z.infer<typeof backupMemorySchema>;

/** Reads a job's memory. @throws KluisError INTERNAL when it is not what this version writes. */
export function parseMemory(stored: unknown): BackupMemory {
  const parsed = backupMemorySchema.safeParse(stored ?? {});
  if (parsed.success) return parsed.data;
  throw new KluisError("INTERNAL", {
    message: "The job's memory cannot be read: another version of Kluis wrote it.",
    action: "Start the backup again.",
    cause: parsed.error,
  });
}

/** A part of the memory that an earlier step must have left. */
export function recall<K extends keyof BackupMemory>(
  memory: BackupMemory,
  key: K,
): NonNullable<BackupMemory[K]> {
  const value = memory[key];
  if (value === undefined || value === null) {
    throw new KluisError("INTERNAL", { message: `The job's memory has no "${key}".`, params: { key } });
  }
  return value;
}

/** The VM's condition as domain's rules of consistency ask for it. */
export function guestSituation(memory: BackupMemory): GuestSituation {
  const { os, powerState, agentState } = recall(memory, "vm");
  return { osType: os, powerState, agentState };
}
