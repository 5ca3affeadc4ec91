/** The two stages of a backup: capture runs at the planned time, and transfer follows when it may. */
import {
  condemnJob,
  hasOlderTransfer,
  lockOlderTransfers,
  markCaptured,
  notify,
  type Tx,
  type WorkJob,
} from "@kluis/db";
import { captureSteps, errorInfo, isReplaced, type JobStep } from "@kluis/domain";
import type { EngineDeps } from "../../deps.ts";
import { givenUp } from "../../job/parking.ts";
import { takeOver } from "../../job/starving.ts";
import { addTask } from "../../runtime/queue.ts";
import type { Again } from "../../runtime/tasks.ts";

/** How often a transfer looks whether the one before it has ended. */
const TURN_POLL_MS = 30_000;

export function taskOfStep(step: JobStep<"backup">): "backup.advance" | "backup.transfer" {
  return captureSteps.some((name) => name === step) ? "backup.advance" : "backup.transfer";
}

/** After the last step of the capture: the job waits for its transfer, and its snapshot replaces older ones that do not move. */
export async function afterStep(
  tx: Tx,
  { job, name, at }: { readonly job: WorkJob; readonly name: JobStep; readonly at: Date },
): Promise<void> {
  if (name !== captureSteps.at(-1)) return;
  await markCaptured(tx, job.id, at);
  const replaced = (await lockOlderTransfers(tx, job.id)).filter((older) => isReplaced(older, at));
  for (const older of replaced) {
    await condemnJob(tx, older.id, errorInfo(givenUp("backup", "superseded", older.parkedError)));
    await addTask(tx, { name: "backup.transfer", payload: { jobId: older.id }, runAt: at });
    await notify(tx, "job", { jobId: older.id });
  }
  await takeOver(tx, job, replaced);
}

/** When to look again whether the transfer may start; null when it may. Transfers of a VM run one after the other. */
export async function mayStart(
  { db }: Pick<EngineDeps, "db">,
  job: WorkJob,
  name: JobStep<"backup">,
): Promise<Again | null> {
  if (name !== "access") return null;
  const { id, capturedAt, vm } = job;
  const waits = await hasOlderTransfer(db.prisma, { id, capturedAt, vmId: vm?.id ?? null });
  return waits ? { againInMs: TURN_POLL_MS } : null;
}
