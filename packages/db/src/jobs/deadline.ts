/** The deadline of a job at its end: met or missed, and no forecast any more. */
import type { Prisma } from "../../generated/client.ts";
import { clearAttention } from "../attention/write.ts";
import type { Tx } from "../tx.ts";

/**
 * Stores whether a job that has just ended met its deadline, and clears its forecast and what needed attention about it. A failed
 * job missed it, whenever it ended: there is no backup. A canceled one did neither.
 */
export async function settleDeadline(tx: Tx, jobId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Job" SET "deadlineMet" = CASE WHEN state = 'failed' THEN FALSE
      WHEN state IN ('succeeded', 'warning') THEN "endedAt" <= "deadlineAt" END
    WHERE id = ${jobId}::uuid AND "deadlineAt" IS NOT NULL`;
  await tx.job.updateMany({
    where: { id: jobId, OR: [{ forecastAt: { not: null } }, { deadlineAtRisk: true }] },
    data: noForecast,
  });
  await clearAttention(tx, `deadline:${jobId}`);
}

const noForecast = {
  forecastAt: null,
  forecastStartAt: null,
  forecastEndAt: null,
  queuePosition: null,
  waitsFor: null,
  deadlineAtRisk: false,
} satisfies Prisma.JobUpdateManyMutationInput;
