import { z } from "zod";
import { verifyModes } from "../points/point.ts";
import { type TransferClass, transferPriority } from "../transfers/transfer-class.ts";
import { diskKeySchema } from "../vms/disk-key.ts";
import { restoreChoicesSchema } from "../vms/vm-restored-disk.ts";
import { type JobKind } from "./job-states.ts";

const byJob = z.strictObject({ jobId: z.uuid() });

/**
 * Every graphile-worker task: name → payload, maximum attempts, and maximum duration of one run.
 * Runs must stay far below 4 hours: after that the queue gives the task to a second worker.
 * Payloads contain ids only, never a secret; new fields are optional.
 */
export const taskCatalog = {
  /** Advances a backup job until it must wait, then schedules its next run. */
  "backup.advance": { payload: byJob, maxAttempts: 25, timeoutMinutes: 10 },
  /** Advances a backup job from its complete snapshot to its recovery point. */
  "backup.transfer": { payload: byJob, maxAttempts: 25, timeoutMinutes: 30 },
  /** Moves one segment of a disk to the vault. */
  "backup.segment": {
    payload: z.strictObject({ jobId: z.uuid(), diskKey: z.string(), segment: z.int().min(0) }),
    maxAttempts: 25,
    timeoutMinutes: 60,
  },
  "restore.advance": { payload: byJob, maxAttempts: 25, timeoutMinutes: 10 },
  "restore.segment": {
    payload: z.strictObject({ jobId: z.uuid(), diskKey: z.string(), segment: z.int().min(0) }),
    maxAttempts: 25,
    timeoutMinutes: 60,
  },
  /** Gives parts of disks to the engines, in the order of the rules. */
  "transfer.dispatch": { payload: z.strictObject({}), maxAttempts: 25, timeoutMinutes: 5 },
  /** Forecasts when each open transfer ends, and which deadlines are at risk. */
  "transfer.forecast": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 5 },
  /** Plans a copy to the second vault, waits for its parts, and adds it to the recovery points. */
  "copy.run": { payload: byJob, maxAttempts: 25, timeoutMinutes: 60 },
  /** Copies one segment of a disk to the second vault. */
  "copy.segment": {
    payload: z.strictObject({ jobId: z.uuid(), diskKey: z.string(), segment: z.int().min(0) }),
    maxAttempts: 25,
    timeoutMinutes: 60,
  },
  /** Starts the copies that are missing, and removes those that are no longer kept. */
  "vault.copies": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Plans a verification, waits for its parts, and stores its result. */
  "verify.run": { payload: byJob, maxAttempts: 10, timeoutMinutes: 30 },
  /** Starts the verifications that policies plan. */
  "verify.schedule": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 10 },
  /** Ends requests for a second person whose time is over. */
  "approvals.expire": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 5 },
  /** Puts virtual machines under the policies of assignment rules, and ends exclusions that have expired. */
  "rules.apply": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 10 },
  /** Does the next VMs of a bulk action. */
  "bulk.run": { payload: z.strictObject({ bulkId: z.uuid() }), maxAttempts: 25, timeoutMinutes: 10 },
  /** Reads accounts and groups from the directory. */
  "directory.read": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 15 },
  /** Checks one part of a disk of a recovery point. */
  "verify.segment": {
    payload: z.strictObject({ jobId: z.uuid(), diskKey: z.string(), segment: z.int().min(0) }),
    maxAttempts: 10,
    timeoutMinutes: 60,
  },
  "point.delete": { payload: byJob, maxAttempts: 25, timeoutMinutes: 10 },
  /** Reads the inventory of one subscription, or of all; `asked`: someone waits for it, and `cursor`: it continues there. */
  discover: {
    payload: z.strictObject({
      subscriptionId: z.string().optional(),
      asked: z.literal(true).optional(),
      cursor: z.string().max(16_384).optional(),
    }),
    maxAttempts: 3,
    timeoutMinutes: 10,
  },
  /** Starts the backups that are due. */
  "schedule.tick": { payload: z.strictObject({}), maxAttempts: 1, timeoutMinutes: 5 },
  /** Applies retention, and prunes points. */
  "retention.run": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Ends the keeping of snapshots that have expired. */
  "snapshots.expire": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Removes history that has expired. */
  "history.expire": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Counts what new and deleted points of a vault reach. */
  "vault.account": { payload: z.strictObject({ vaultId: z.uuid() }), maxAttempts: 3, timeoutMinutes: 60 },
  /** Garbage collection of the vault. */
  "vault.collect": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 60 },
  /** Compares the packs of the vaults with their storage. */
  "vault.compare": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 60 },
  /** Takes over what the storage of a vault has and the database does not know. A person requested it. */
  "vault.adopt": { payload: z.strictObject({ vaultId: z.uuid() }), maxAttempts: 5, timeoutMinutes: 60 },
  /** Searches for the recovery points that need damaged items of a vault. */
  "vault.damage-reach": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Compares Azure with the database and removes resources that no open job owns. */
  "azure.sweep": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Removes from Azure, and the vault, what no job and no recovery point needs any more. */
  "azure.reconcile": { payload: z.strictObject({}), maxAttempts: 10, timeoutMinutes: 10 },
  /** Tests a connection, and stores what its identity sees. */
  "connection.test": {
    payload: z.strictObject({ connectionId: z.uuid() }),
    maxAttempts: 1,
    timeoutMinutes: 5,
  },
  /** Tests a vault: writes, reads and deletes a small object. */
  "vault.test": { payload: z.strictObject({ vaultId: z.uuid() }), maxAttempts: 1, timeoutMinutes: 5 },
  /** Makes the changes of a vault's keys that users requested, in their order. */
  "vault.key-change": { payload: z.strictObject({ vaultId: z.uuid() }), maxAttempts: 5, timeoutMinutes: 10 },
  /** Looks at the key slots of all vaults: strange objects, and keys in Azure Key Vault that do not open. */
  "vault.keys-check": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 30 },
  /** Signs the ledger's head and stores a copy in the vault. */
  "ledger.anchor": { payload: z.strictObject({}), maxAttempts: 3, timeoutMinutes: 5 },
} as const;

export type TaskName = keyof typeof taskCatalog;
export type TaskPayload<N extends TaskName> = z.infer<(typeof taskCatalog)[N]["payload"]>;

/**
 * Returns the queue key of a task. The queue holds at most one waiting task per key, so waking a job twice runs it once.
 * Format: `backup.advance:<jobId>`, `backup.segment:<jobId>:<diskKey>:<segment>`; without a job, the task's name.
 */
export function taskKey<N extends TaskName>(name: N, payload: TaskPayload<N>): string {
  const parts: Partial<
    Record<
      "jobId" | "diskKey" | "segment" | "subscriptionId" | "connectionId" | "vaultId" | "bulkId",
      string | number | undefined
    >
  > = { ...payload };
  const { jobId, diskKey, segment, subscriptionId, connectionId, vaultId, bulkId } = parts;
  const ids = [jobId, diskKey, segment, subscriptionId, connectionId, vaultId, bulkId];
  return [name, ...ids.filter((id) => id !== undefined)].join(":");
}

/**
 * The priority of a task in the queue; lower runs first. Restores, backups, second copies, verifications; and whatever keeps the
 * engines supplied before all.
 */
export function taskPriority(name: TaskName): number {
  return priorities[name] ?? 0;
}

const priorities: Partial<Record<TaskName, number>> = {
  "transfer.dispatch": -10,
  "schedule.tick": -10,
  "restore.advance": transferPriority.restore,
  "restore.segment": transferPriority.restore,
  "backup.advance": transferPriority.backup,
  "backup.transfer": transferPriority.backup,
  "backup.segment": transferPriority.backup,
  // A collection that never runs fills the vault.
  "vault.collect": transferPriority.backup,
  "vault.account": transferPriority.backup,
  "point.delete": transferPriority.backup,
  "verify.run": transferPriority.verify,
  "verify.segment": transferPriority.verify,
  "copy.run": transferPriority.copy,
  "copy.segment": transferPriority.copy,
};

/** Tasks that a full queue of others could delay without end: the dispatcher runs one that waited for long before them. */
export const agingTasks = ["verify.run", "copy.run", "vault.collect"] as const satisfies readonly TaskName[];

/** The task that moves one part of a transfer of each class. */
export const segmentTask = {
  restore: "restore.segment",
  backup: "backup.segment",
  copy: "copy.segment",
  verify: "verify.segment",
} as const satisfies Record<TransferClass, TaskName>;
export type SegmentTaskName = (typeof segmentTask)[TransferClass];

/** The task that starts each kind of job, cleans it up, and hands it over to the task of its next step. */
export const jobTask = {
  backup: "backup.advance",
  "restore-disk": "restore.advance",
  verify: "verify.run",
  "delete-point": "point.delete",
  "copy-point": "copy.run",
} as const satisfies Record<JobKind, TaskName>;

/** The tasks that advance a job. A backup has a second one, from its complete snapshot on. */
export type JobTaskName = (typeof jobTask)[JobKind] | "backup.transfer";

/** `Job.parameters` of a `restore-disk` job; the point is `Job.pointId`. */
export const restoreDiskParametersSchema = z.object({
  disk: diskKeySchema,
  /** Name of the new managed disk. */
  name: z.string().min(1).max(80),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  sku: z.string(),
  /** Missing: as recorded in the point. */
  choices: restoreChoicesSchema.optional(),
  /** Damaged ranges become zeros, and are reported. Missing or false: damage ends the restore. */
  skipDamaged: z.boolean().optional(),
});
export type RestoreDiskParameters = z.infer<typeof restoreDiskParametersSchema>;

/** `Job.parameters` of a `verify` job. */
export const verifyParametersSchema = z.object({
  mode: z.enum(verifyModes),
  /** Segments that a sampled verification reads; missing: `SAMPLE_PERCENT` of the point. */
  segments: z.int().positive().optional(),
  /** Of a scheduled one: the night in whose budgets it counts, and its part of them in bytes. */
  night: z.iso.date().optional(),
  bytes: z.int().nonnegative().optional(),
});
export type VerifyParameters = z.infer<typeof verifyParametersSchema>;

/** `Job.parameters` of a `delete-point` job. `retention`: pruned by the policy; otherwise the user's reason. */
export const deletePointParametersSchema = z.object({ reason: z.string().min(1) });
export type DeletePointParameters = z.infer<typeof deletePointParametersSchema>;

/** `Job.parameters` of a `copy-point` job; the point is `Job.pointId`. */
export const copyPointParametersSchema = z.object({
  /** The vault that gets the copy. */
  vaultId: z.uuid(),
  /** The damaged point of that vault that is healed from the job's point, which has the same content; absent: the point is copied. */
  heals: z.uuid().optional(),
});
