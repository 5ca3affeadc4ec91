/** Moves all disks at the same time, segment by segment, and records when the transfer ended. */
import type { StepContext, StepResult } from "../../../job/step.ts";
import { transferSegments } from "../../../job/transfer.ts";
import type { BackupMemory } from "../memory.ts";

export async function transfer(context: StepContext<BackupMemory>): Promise<StepResult<BackupMemory>> {
  const result = await transferSegments(context, "backup.segment");
  if (result.kind !== "done") return result;
  return { ...result, memory: { transferEndedAt: context.deps.clock.now().toISOString() } };
}
