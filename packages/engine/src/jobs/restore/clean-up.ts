/** Ends a restore that failed or was canceled: its disk and its grant are no longer wanted. The reconciler removes only a disk with the job's tag. */

import { leaveToReconciler } from "../../job/leave-to-reconciler.ts";
import type { CleanUpResult, StepContext } from "../../job/step.ts";
import type { RestoreMemory } from "./memory.ts";

export function cleanUp({
  deps,
  job,
  memory,
}: StepContext<RestoreMemory>): Promise<CleanUpResult<"restore-disk", RestoreMemory>> {
  if (memory.diskId !== undefined) deps.writeGrants.forget(memory.diskId);
  return Promise.resolve({
    kind: "done",
    memory: { operation: undefined },
    save: (tx, at) => leaveToReconciler(tx, { job, reason: "job-ended", at }),
  });
}
