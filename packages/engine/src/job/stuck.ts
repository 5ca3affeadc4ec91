/**
 * Jobs that cannot end although their result is durable: what used up its tries then is told, and ends where that loses nothing that
 * a next job cannot make again.
 */
import { loadWorkJob, raiseAttention, setStage, type Tx, type WorkJob } from "@kluis/db";
import { errorInfo, type JobKind, type KluisError, type Notice, notice } from "@kluis/domain";
import type { Again } from "../runtime/tasks.ts";
import { unrecordedKey } from "./starving.ts";
import type { Machine } from "./step.ts";
import { failJob } from "./task-failure.ts";

interface GivenUp {
  readonly jobId: string;
  readonly error: KluisError;
}

/**
 * A task of a job has used up its tries. The job fails, unless it can only go forward: then it has all its tries once more. After
 * those, `whenStuck` of its machine decides.
 */
export async function giveUpJob<K extends JobKind, M>(
  tx: Tx,
  machine: Machine<K, M>,
  { jobId, error }: GivenUp,
): Promise<Again> {
  const { again, isFirst } = await failJob(tx, jobId, error);
  if (isFirst) return again;
  const job = await loadWorkJob(tx, jobId);
  if (job === null || !isCommitted(machine, job)) return again;
  const ends = machine.whenStuck === "ends";
  if (ends) await setStage(tx, jobId, "cleaning-up");
  await tell(tx, job, { error, ends });
  return ends ? { againInMs: 0 } : again;
}

function isCommitted<K extends JobKind, M>(machine: Machine<K, M>, job: WorkJob): boolean {
  try {
    return machine.isCommitted(machine.parse(job.memory));
  } catch {
    // Memory that cannot be read is why it fails.
    return false;
  }
}

/** Call it last in the transaction. */
async function tell(
  tx: Tx,
  { id, vm }: WorkJob,
  { error, ends }: { readonly error: KluisError; readonly ends: boolean },
): Promise<void> {
  if (vm === null) return;
  const said: Notice = ends
    ? notice("point-not-recorded", { vm: vm.name })
    : notice("deletion-stuck", { vm: vm.name });
  // The end of the job clears its own key.
  const key = ends ? unrecordedKey(vm.id) : (`transfer:${id}` as const);
  await raiseAttention(tx, { key, kind: "transfer", vmId: vm.id, notice: said, error: errorInfo(error) });
}
