/** Wakes jobs that wait for room among the open snapshots of a disk. */
import { taskPriority } from "@kluis/domain";
import { z } from "zod";
import { enqueue } from "../queue/enqueue.ts";
import type { Tx } from "../tx.ts";

/** Transfers of one VM follow each other, so few jobs wait for one disk. */
const WOKEN_MOST = 10;

/**
 * A snapshot is closed: jobs that are parked because its disk had no room look again now, the first parked first. Those that find no room
 * park again, and keep the start of their wait.
 * @returns how many were woken
 */
export async function wakeForRoom(tx: Tx, resourceRowId: string): Promise<number> {
  const rows = await tx.$queryRaw`
    UPDATE "Job" j SET "parkedUntil" = kluis_now()
    WHERE j.id IN (
      SELECT w.id FROM "AzureResource" r JOIN "JobDisk" disk ON disk."diskUniqueId" = r."openDisk"
      JOIN "Job" w ON w.id = disk."jobId"
      WHERE r.id = ${resourceRowId}::uuid AND r.kind = 'grant' AND w.state = 'running' AND w."parkedUntil" > kluis_now()
        AND w."parkedError" ->> 'code' = 'AZURE_LIMIT_REACHED' AND w."parkedError" ->> 'reason' = 'open-access'
      ORDER BY w."parkedSince", w.id LIMIT ${WOKEN_MOST})
    RETURNING j.id::text AS "jobId", kluis_now() AS at`;
  const woken = z.array(z.object({ jobId: z.string(), at: z.date() })).parse(rows);
  for (const { jobId, at } of woken)
    await enqueue(tx, "backup.transfer", { jobId }, { runAt: at, priority: taskPriority("backup.transfer") });
  return woken.length;
}
