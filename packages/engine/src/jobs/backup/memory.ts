/**
 * The memory of a backup job (`Job.memory`): everything that the next task needs to continue, and no secret. Each step adds its
 * part in the transaction that ends the step.
 */
import { azureOperationSchema, type Json } from "@kluis/azure";
import {
  agentStates,
  consistencySchema,
  deduplicationDomain,
  defaultDeduplicationScope,
  diskKeySchema,
  type ErrorInfo,
  KluisError,
  type Notice,
  notice,
  noticeSchema,
  powerStates,
  rungFailures,
  scriptNames,
  scriptProblems,
  snapshotRequests,
  vmTraitsSchema,
} from "@kluis/domain";
import { nodeRefSchema } from "@kluis/vault";
import { z } from "zod";
import { snapshotDiskSchema, snapshotSourceSchema } from "../../job/snapshot-source.ts";

const bytes = z.int().nonnegative();
const json = z.custom<Json>((value) => value !== undefined);

/** A notice that an earlier step stored. */
const storedNotice = z.custom<Notice>((value) => noticeSchema.safeParse(value).success);

/** A disk that the job backs up. */
const memoryDiskSchema = z.object({
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

/** A disk in the previous recovery point, with its kept snapshot if there is one. */
const baseDiskSchema = z.object({
  key: diskKeySchema,
  uniqueId: z.string(),
  bytes,
  root: nodeRefSchema.nullable(),
  snapshot: snapshotDiskSchema.nullable(),
  /** Why there is no usable snapshot, although one was expected. Earlier versions stored text. */
  lost: z
    .union([
      storedNotice,
      z.string().transform((azureMessage) => notice("delta-snapshot-unreadable", { azureMessage })),
    ])
    .nullable(),
});
export type BaseDisk = z.infer<typeof baseDiskSchema>;

const lookSchema = z.object({ at: z.iso.datetime(), powerState: z.enum(powerStates) });

const attemptSchema = z.object({
  request: z.enum(snapshotRequests),
  failure: z.enum(rungFailures),
  notice: storedNotice.nullable(),
  at: z.iso.datetime(),
});

const scriptsOutcomeSchema = z.object({
  succeeded: z.boolean(),
  findings: z.array(z.object({ problem: z.enum(scriptProblems), path: z.string() })),
  runs: z.array(
    z.object({
      script: z.enum(scriptNames),
      exitCode: z.int().nullable(),
      seconds: z.number().nullable(),
      output: z.string(),
    }),
  ),
});

const storedFailure = z.object({ code: z.string(), message: z.string() });

const backupMemorySchema = z.object({
  /** Id of the recovery point that this job creates. */
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
      /** Missing in jobs that an earlier version began. */
      size: z.string().optional(),
      traits: vmTraitsSchema.optional(),
      configuration: z.record(z.string(), json),
    })
    .optional(),
  disks: z.array(memoryDiskSchema).optional(),
  /** Disks that are not backed up, and why. `resourceId` is null for an unmanaged disk. */
  excluded: z
    .array(
      z.object({
        key: diskKeySchema,
        name: z.string(),
        resourceId: z.string().nullable(),
        reason: z.string(),
        notice: storedNotice.nullable().default(null),
      }),
    )
    .optional(),
  base: z
    .object({ pointId: z.uuid(), disks: z.array(baseDiskSchema) })
    .nullable()
    .optional(),
  /** The request for the snapshot, and why it is lower than the policy requires: domain's ConsistencyPlan. */
  consistency: z
    .object({
      wanted: consistencySchema,
      request: z.enum(snapshotRequests),
      reason: z.string().nullable(),
      notice: storedNotice.nullable().default(null),
      needsExtension: z.boolean(),
      /** Why the disks are captured one by one; null: the VM gets a restore point. */
      captured: storedNotice.nullable().default(null),
      /** Whether these rungs were open for the VM. */
      canCrash: z.boolean().default(true),
      canSnapshotDisks: z.boolean().default(false),
    })
    .optional(),
  /** Each look at the VM before its snapshot, oldest first. */
  seen: z.array(lookSchema).optional(),
  /** Tries of the snapshot that failed, oldest first: domain's ladder decides by them. */
  attempts: z.array(attemptSchema).optional(),
  /** The error of the last of them. */
  lastFailure: z.custom<ErrorInfo>((value) => storedFailure.safeParse(value).success).optional(),
  /** The long-running operation that the current step waits for. */
  operation: azureOperationSchema.optional(),
  /** Pre and post scripts of a Linux guest: whether this job has checked them, why they cannot work, and what they did. */
  scripts: z
    .object({
      checked: z.boolean(),
      notice: storedNotice.nullable(),
      outcome: scriptsOutcomeSchema.optional(),
      /** This job could not remove the scripts that Kluis had placed; the next one tries again. */
      notRemoved: z.boolean().optional(),
      /** Times that another run command was in progress. */
      busy: z.int().optional(),
      /** When the guest was asked what the scripts did. */
      askedAt: z.iso.datetime().optional(),
    })
    .optional(),
  /** Parts of the work in a Windows guest that are over. */
  guest: z.object({ before: z.boolean(), vss: z.boolean(), after: z.boolean() }).partial().optional(),
  snapshotStartedAt: z.iso.datetime().optional(),
  /** The snapshots of single disks that Azure creates, by disk. */
  diskOperations: z.record(z.string(), azureOperationSchema).optional(),
  /** The look at the VM after them. */
  seenAfter: lookSchema.optional(),
  snapshot: z
    .object({
      facts: snapshotSourceSchema,
      endedAt: z.iso.datetime(),
      reached: consistencySchema,
      reason: z.string().nullable(),
      notice: storedNotice.nullable().default(null),
    })
    .optional(),
  transferStartedAt: z.iso.datetime().optional(),
  segmentsQueued: z.boolean().optional(),
  transferEndedAt: z.iso.datetime().optional(),
  /** The domain of deduplication: fixed at the start, so that a change of the vault's setting affects the next job. */
  domain: z.string().optional(),
  /** Set before the manifest is written. From here on the job can no longer be canceled. */
  sealedAt: z.iso.datetime().optional(),
  /** What the manifest names and what may change before its write is confirmed. Missing in jobs that an earlier version sealed. */
  sealedAs: z
    .object({
      engineVersion: z.string(),
      policyName: z.string().nullable(),
      /** The VM's newest point in the vault before this one. */
      previous: z.object({ pointId: z.string(), manifestDigest: z.string() }).nullable().default(null),
    })
    .optional(),
  manifestDigest: z.string().optional(),
  snapshotRemovedAt: z.iso.datetime().optional(),
  /** The snapshot is kept in Azure until then. */
  keepUntil: z.iso.datetime().optional(),
});
export type BackupMemory = z.infer<typeof backupMemorySchema>;

/** Parses a job's memory. @throws KluisError INTERNAL for the memory of another version */
export function parseMemory(stored: unknown): BackupMemory {
  const parsed = backupMemorySchema.safeParse(stored ?? {});
  if (parsed.success) return parsed.data;
  throw new KluisError("INTERNAL", {
    message: "The job was started by another version of Kluis and cannot continue.",
    action: "Start the backup again.",
    cause: parsed.error,
  });
}

/**
 * The VM without its user data, for the memory of a job that has ended: the manifest has it, encrypted, and the database
 * need not.
 */
export function withoutUserData(memory: BackupMemory): Pick<BackupMemory, "vm"> {
  const { vm } = memory;
  if (vm === undefined) return {};
  const properties = z.record(z.string(), json).safeParse(vm.configuration["properties"]);
  if (!properties.success) return { vm };
  const { userData: _dropped, ...kept } = properties.data;
  return { vm: { ...vm, configuration: { ...vm.configuration, properties: kept } } };
}

/** The domain of deduplication of the job. One that an earlier version started has none: its VMs shared with the subscription. */
export function domainOf(memory: BackupMemory, resourceId: string): string {
  return memory.domain ?? deduplicationDomain(resourceId, defaultDeduplicationScope);
}
