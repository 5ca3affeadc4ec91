/** The restore of one disk to a new managed disk as a sequence of steps. */
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
  isCancellable: (memory) => memory.footerWritten !== true,
  isCommitted: () => false,
  whenStuck: "ends",
  cleanUp,
};
