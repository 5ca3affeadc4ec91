/** Writes every block that is not zero to the new disk, segment by segment. */
import type { StepContext, StepResult } from "../../../job/step.ts";
import { transferSegments } from "../../../job/transfer.ts";
import type { RestoreMemory } from "../memory.ts";

export function transfer(context: StepContext<RestoreMemory>): Promise<StepResult<RestoreMemory>> {
  return transferSegments(context, "restore.segment");
}
