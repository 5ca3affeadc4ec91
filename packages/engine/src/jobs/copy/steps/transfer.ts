/** Waits while the dispatcher gives the parts of the copy to engines, after restores and backups. */
import type { StepContext, StepResult } from "../../../job/step.ts";
import { transferSegments } from "../../../job/transfer.ts";
import type { CopyMemory } from "../memory.ts";

export async function transfer(context: StepContext<CopyMemory>): Promise<StepResult<CopyMemory>> {
  const { deps, memory } = context;
  const now = deps.clock.now().toISOString();
  if (memory.transferStartedAt === undefined) return { kind: "again", memory: { transferStartedAt: now } };
  const moved = await transferSegments(context, "copy.segment");
  return moved.kind === "done" ? { ...moved, memory: { transferEndedAt: now } } : moved;
}
