import type { StepContext, StepResult } from "../../../job/step.ts";
import { transferSegments } from "../../../job/transfer.ts";
import type { BackupMemory } from "../memory.ts";

/** All disks move at once, each in segments. When the last segment is done, the transfer's end is written down. */
export async function transfer(context: StepContext<BackupMemory>): Promise<StepResult<BackupMemory>> {
  const { deps, memory } = context;
  const result = await transferSegments(context, {
    queued: memory.segmentsQueued === true,
    task: "backup.segment",
  });
  switch (result.kind) {
    case "queued":
      return { kind: "again", memory: { segmentsQueued: true }, save: result.save };
    case "wait":
    case "fail":
      return result;
    case "done":
      return { ...result, memory: { transferEndedAt: deps.clock.now().toISOString() } };
    default:
      return result satisfies never;
  }
}
