/** The restore of one disk to a new managed disk as a sequence of steps. */
import type { WorkJob } from "@kluis/db";
import { restoreStake, type TransferStake } from "@kluis/domain";
import type { Machine } from "../../job/step.ts";
import { cleanUp } from "./clean-up.ts";
import { type RestoreMemory, restoreMemorySchema } from "./memory.ts";
import { access } from "./steps/access.ts";
import { createDisk } from "./steps/create-disk.ts";
import { finish } from "./steps/finish.ts";
import { prepare } from "./steps/prepare.ts";
import { transfer } from "./steps/transfer.ts";

export const restoreMachine: Machine<"restore-disk", RestoreMemory> = {
  parse: (memory) => restoreMemorySchema.parse(memory ?? {}),
  steps: { prepare, "create-disk": createDisk, access, transfer, finish },
  taskOf: () => "restore.advance",
  stakeOf,
  // Until the job ends the disk is not the user's, and the clean-up removes it: also while the last step is parked.
  isCancellable: () => true,
  isCommitted: () => false,
  whenStuck: "ends",
  cleanUp,
};

function stakeOf({ steps, memory }: WorkJob): TransferStake {
  const { uploadEnded = false } = restoreMemorySchema.parse(memory ?? {});
  const hasWritten = steps.some(({ name, state }) => name === "transfer" && state !== "waiting");
  return restoreStake({ hasWritten, uploadEnded });
}
