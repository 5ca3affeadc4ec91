/** The task that does bulk actions, some VMs at a time. */
import { doNextOfBulk, finishBulk } from "@kluis/db/actions";
import type { EngineDeps } from "../deps.ts";
import type { Again } from "../runtime/tasks.ts";

/** VMs of one run: a few seconds, so that other tasks get the worker between two runs. */
const VMS_PER_RUN = 50;
/** Another engine does the last VMs: look again soon, in case it is killed. */
const HELD_AGAIN_MS = 1_000;
/** The pause after tries that all failed: the VMs that wait are done later. */
export const BULK_AGAIN_MS = 60_000;

/** Does the next VMs. Several engines may do so at the same time. */
export async function runBulk(
  deps: Pick<EngineDeps, "db" | "clock" | "log">,
  bulkId: string,
  signal: AbortSignal,
): Promise<Again | null> {
  for (let vms = 0; vms < VMS_PER_RUN; vms++) {
    signal.throwIfAborted();
    const step = await doNextOfBulk(deps, bulkId);
    if (step === null) return (await finishBulk(deps, bulkId)) ? null : { againInMs: HELD_AGAIN_MS };
    if (step.failed === null) continue;
    const { vmId, error } = step.failed;
    deps.log.warn({ error, bulkId, vmId }, "a bulk action failed for a virtual machine");
  }
  return { againInMs: 0 };
}
