/** Stores which parts of a disk a copy moves. */
import { addSegments, clearPlan, setDiskPlan, type WorkDisk } from "@kluis/db";
import type { DeltaMethod, Extent } from "@kluis/domain";
import { BLOCK_BYTES, SEGMENT_BYTES } from "@kluis/vault";
import { inJob } from "../../job/record.ts";
import { planSegments } from "../../job/segments.ts";
import type { StepContext } from "../../job/step.ts";
import type { CopyMemory } from "./memory.ts";

/** Replaces an earlier plan of the disk. Returns the bytes to read. */
export async function storePlan(
  context: StepContext<CopyMemory>,
  row: WorkDisk,
  plan: {
    readonly extents: AsyncIterable<Extent>;
    readonly method: DeltaMethod;
    readonly base: string | null;
  },
): Promise<number> {
  await inJob(context, (tx) => clearPlan(tx, row.id));
  const options = { diskBytes: row.diskBytes, blockBytes: BLOCK_BYTES, segmentBytes: SEGMENT_BYTES };
  let plannedBytes = 0;
  for await (const segment of planSegments(plan.extents, options)) {
    plannedBytes += segment.dataBytes;
    await inJob(context, (tx) => addSegments(tx, row.id, [segment]));
  }
  const { method, base: baseNode } = plan;
  await inJob(context, (tx) => setDiskPlan(tx, row.id, { method, notice: null, baseNode, plannedBytes }));
  return plannedBytes;
}
