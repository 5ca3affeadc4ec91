/** The copy of a recovery point to the second vault as a sequence of steps. */
import { wantOrphanRemoved } from "@kluis/db";
import { manifestOrphan } from "../../job/manifest-orphan.ts";
import type { CleanUpResult, Machine, StepContext } from "../../job/step.ts";
import { vaultIdOf } from "../../job/vault-of.ts";
import { type CopyMemory, copyMemorySchema } from "./memory.ts";
import { prepare } from "./steps/prepare.ts";
import { recoveryPoint } from "./steps/recovery-point.ts";
import { seal } from "./steps/seal.ts";
import { transfer } from "./steps/transfer.ts";

export const copyMachine: Machine<"copy-point", CopyMemory> = {
  parse: (memory) => copyMemorySchema.parse(memory ?? {}),
  steps: { prepare, transfer, seal, "recovery-point": recoveryPoint },
  taskOf: () => "copy.run",
  // Each outage of a vault parks it. Parts that were copied stay, and the next one follows when the outage ends.
  stakeOf: () => "work",
  isCancellable: () => true,
  isCommitted: (memory) => memory.manifestDigest !== undefined,
  // Without its row the copy does not exist. Its manifest is removed, and the next job copies the point again.
  whenStuck: "ends",
  cleanUp,
};

/** Parts that were copied stay in the second vault until nothing names them: the next try finds them by the index. */
function cleanUp({ job, memory }: StepContext<CopyMemory>): Promise<CleanUpResult<"copy-point", CopyMemory>> {
  const { pointId, sealedAt } = memory;
  if (pointId === undefined || sealedAt === undefined) return Promise.resolve({ kind: "done" });
  const owner = { id: job.id, vmId: job.vm?.id ?? null };
  return Promise.resolve({
    kind: "done",
    save: async (tx, at) => {
      await wantOrphanRemoved(tx, { ...manifestOrphan(owner, { pointId, vaultId: vaultIdOf(job) }), at });
    },
  });
}
