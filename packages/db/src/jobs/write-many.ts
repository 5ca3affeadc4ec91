/** Starting many jobs in one transaction, by a fixed number of statements. */
import { type Clock, jobTask, openJobStates } from "@kluis/domain";
import { z } from "zod";
import { notifyEach } from "../events/listen.ts";
import { newId } from "../ids.ts";
import { enqueueMany } from "../queue/enqueue-many.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { jobRowOf, type NewJob } from "./write.ts";

/**
 * As `createJob` for each of these jobs. Returns their ids in the same order.
 * @throws the error of the database when a backup of one of the VMs has no complete snapshot yet
 */
export async function createJobs(tx: Tx, jobs: readonly NewJob[], clock: Clock): Promise<string[]> {
  if (jobs.length === 0) return [];
  const made = jobs.map((job) => ({ id: newId(clock), job }));
  await tx.job.createMany({ data: made.map(({ id, job }) => jobRowOf(id, job)) });
  const tasks = made.map(({ id, job }) => {
    const { kind, priority = 0 } = job;
    return { name: jobTask[kind], payload: { jobId: id }, priority };
  });
  await enqueueMany(tx, tasks);
  const jobIds = made.map(({ id }) => id);
  await notifyEach(
    tx,
    "job",
    jobIds.map((jobId) => ({ jobId })),
  );
  return jobIds;
}

export interface LockedVms {
  /** The others are locked by another transaction. */
  readonly locked: ReadonlySet<string>;
  /** Those with a backup whose snapshot is not complete. */
  readonly capturing: ReadonlySet<string>;
}

/** As `openBackupJob` for many VMs, but without waiting for the lock of a row. */
export async function openBackupJobs(
  tx: Tx,
  vmIds: readonly string[],
  { wait }: { readonly wait: boolean },
): Promise<LockedVms> {
  const ids = [...vmIds];
  const rows = wait
    ? await tx.$queryRaw`
        SELECT id FROM "VirtualMachine" WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`
    : await tx.$queryRaw`
        SELECT id FROM "VirtualMachine" WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
  // A separate statement, which sees a job that the lock waited for.
  const open = await tx.$queryRaw`
    SELECT DISTINCT "vmId" AS id FROM "Job" WHERE "vmId" = ANY(${ids}::uuid[]) AND kind = 'backup'
      AND state IN (${wordsSql(openJobStates)}) AND "capturedAt" IS NULL`;
  const idsOf = (found: unknown): Set<string> =>
    new Set(
      z
        .array(z.object({ id: z.string() }))
        .parse(found)
        .map(({ id }) => id),
    );
  return { locked: idsOf(rows), capturing: idsOf(open) };
}
