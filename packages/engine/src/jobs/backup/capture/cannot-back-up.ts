/** The result of a step that finds that no backup of the VM is possible. */
import type { KluisError } from "@kluis/domain";
import { recordGone } from "../../../inventory/record-vm.ts";
import { requireVm } from "../../../job/require.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";
import { scriptsDetail } from "./scripts-outcome.ts";

type Context = StepContext<BackupMemory>;

/** Ends the job. A VM that is gone is recorded as such. */
export function cannotBackUp({ deps, job, memory }: Context, error: KluisError): StepResult<BackupMemory> {
  if (error.code !== "VM_NOT_FOUND") return { kind: "fail", error, detail: scriptsDetail(memory) };
  return { kind: "fail", error, save: (tx) => recordGone(tx, deps, requireVm(job)) };
}
