/** A step of earlier versions: the reconciler removes the snapshot after the recovery point exists. */
import { notice } from "@kluis/domain";
import type { StepResult } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";

export function removeJobSnapshot(): Promise<StepResult<BackupMemory>> {
  return Promise.resolve({
    kind: "skipped",
    notice: notice("step-not-needed", {}),
    memory: { operation: undefined },
  });
}
