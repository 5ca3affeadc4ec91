/** What a failed task records about its job. */
import { condemnJob, countRetry, notify, type Tx } from "@kluis/db";
import { errorInfo, type KluisError } from "@kluis/domain";
import type { Again } from "../runtime/tasks.ts";

/** The pause before a job that used up its tries while it ends starts over: it runs until what it must do is done. */
const ENDING_AGAIN_MS = 5 * 60_000;

/** Shows in the timeline which error occurred and that the step is retried. */
export async function recordRetry(tx: Tx, jobId: string, error: KluisError): Promise<void> {
  await countRetry(tx, jobId, errorInfo(error));
  await notify(tx, "job", { jobId });
}

/** Fails a job. The returned call makes it clean up and end. `isFirst`: nothing had failed it before. */
export async function failJob(
  tx: Tx,
  jobId: string,
  error: KluisError,
): Promise<{ readonly again: Again; readonly isFirst: boolean }> {
  const isFirst = await condemnJob(tx, jobId, errorInfo(error));
  return { again: { againInMs: isFirst ? 0 : ENDING_AGAIN_MS }, isFirst };
}
