/** The backup of a VM as a sequence of steps. */
import type { Machine } from "../../job/step.ts";
import { cleanUp } from "./clean-up.ts";
import { type BackupMemory, parseMemory } from "./memory.ts";
import { afterStep, mayStart, taskOfStep } from "./stages.ts";
import { access } from "./steps/access.ts";
import { extension } from "./steps/extension.ts";
import { plan } from "./steps/plan.ts";
import { prepare } from "./steps/prepare.ts";
import { recoveryPoint } from "./steps/recovery-point.ts";
import { removeJobSnapshot } from "./steps/remove-snapshot.ts";
import { seal } from "./steps/seal.ts";
import { snapshot } from "./steps/snapshot.ts";
import { transfer } from "./steps/transfer.ts";

export const backupMachine: Machine<"backup", BackupMemory> = {
  parse: parseMemory,
  steps: {
    prepare,
    extension,
    snapshot,
    access,
    plan,
    transfer,
    seal,
    "remove-snapshot": removeJobSnapshot,
    "recovery-point": recoveryPoint,
  },
  taskOf: taskOfStep,
  mayStart,
  afterStep,
  // Until the manifest is durable. A canceled job removes a manifest whose write had no answer.
  // A capture is not parked: a late snapshot is not the planned one.
  stakeOf: ({ capturedAt }) => (capturedAt === null ? "nothing" : "work"),
  isCancellable: () => true,
  isCommitted: (memory) => memory.manifestDigest !== undefined,
  // Without its row a point does not exist. Its manifest and snapshot are removed, and the next backup makes a point.
  whenStuck: "ends",
  cleanUp,
};
