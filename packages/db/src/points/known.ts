/** What the database knows about the manifests of a vault. */
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";

/** Which of these points have a row, deleted ones too. */
export async function listKnownPoints(tx: Tx, pointIds: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = pointIds.filter(isUuid);
  const rows = await tx.recoveryPoint.findMany({ where: { id: { in: ids } }, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}

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
