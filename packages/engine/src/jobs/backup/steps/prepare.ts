/** Reads the VM as it is now: which disks can be backed up, and what the new recovery point can be compared with. */
import { newId } from "@kluis/db";
import { deduplicationDomain, KluisError, notice } from "@kluis/domain";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultIdOf } from "../../../job/vault-of.ts";
import { cannotBackUp } from "../capture/cannot-back-up.ts";
import { saveJobDisks } from "../capture/job-disks.ts";
import { observe } from "../capture/observe.ts";
import type { BackupMemory } from "../memory.ts";

type Context = StepContext<BackupMemory>;

export async function prepare(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job } = context;
  const seen = await observe(context);
  if (seen instanceof KluisError) return cannotBackUp(context, seen);
  const { vm, chosen, suitability, memory } = seen;
  const names = chosen.disks.map((disk) => disk.name);
  await deps.vaults.refresh();
  const { deduplication } = deps.vaults.row(vaultIdOf(job));
  return {
    kind: "done",
    notice: notice("backup-prepared", { vm: vm.name, powerState: vm.powerState, disks: names.length }),
    detail: {
      disks: names,
      excluded: chosen.excluded,
      powerState: vm.powerState,
      agent: vm.agentState,
      suitability,
    },
    memory: {
      ...memory,
      pointId: context.memory.pointId ?? newId(deps.clock),
      domain: context.memory.domain ?? deduplicationDomain(vm.id, deduplication),
    },
    save: (tx) => saveJobDisks(tx, job.id, chosen),
  };
}
