/** What the database knows about the manifests of a vault. */
import { openJobStates } from "@kluis/domain";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";

/** A backup that ended without a point. */
export interface PointlessJob {
  readonly id: string;
  readonly vmId: string | null;
}

/** The job, if it is a backup of this database that failed or was canceled; else null. */
export async function findPointlessJob(tx: Tx, jobId: string): Promise<PointlessJob | null> {
  if (!isUuid(jobId)) return null;
  return tx.job.findFirst({
    where: { id: jobId, kind: "backup", state: { in: ["failed", "cancelled"] } },
    select: { id: true, vmId: true },
  });
}

/** Whether a job of this database is open: it holds what its manifest names. */
export async function isJobOpen(tx: Tx, jobId: string): Promise<boolean> {
  if (!isUuid(jobId)) return false;
  return (await tx.job.count({ where: { id: jobId, state: { in: [...openJobStates] } } })) > 0;
}
