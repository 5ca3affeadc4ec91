/** Copies part after part. It ends its run early, so that more urgent work gets the slot. */
import { countOpenSegments, finishEmptyDisks, listJobDisks, nextOpenSegment, readJobFlags } from "@kluis/db";
import { notice } from "@kluis/domain";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { transferSummary } from "../../../job/transfer.ts";
import type { CopyMemory } from "../memory.ts";
import { copySegment } from "../segment.ts";
import { copySource } from "../source.ts";

/** A backup that waits for a slot waits no longer than this and one part. */
const RUN_MS = 60_000;

export async function transfer(context: StepContext<CopyMemory>): Promise<StepResult<CopyMemory>> {
  const { deps, job, memory, signal } = context;
  const { prisma } = deps.db;
  if (memory.transferStartedAt === undefined) {
    return {
      kind: "again",
      memory: { transferStartedAt: deps.clock.now().toISOString() },
      save: (tx, at) => finishEmptyDisks(tx, job.id, at),
    };
  }
  const source = await copySource(context);
  const startedMs = deps.clock.elapsedMs();
  for (;;) {
    signal.throwIfAborted();
    const segment = await nextOpenSegment(prisma, job.id);
    if (segment === null) break;
    const flags = await readJobFlags(prisma, job.id);
    if (flags?.isEnding === true || deps.clock.elapsedMs() - startedMs > RUN_MS) {
      const segments = await countOpenSegments(prisma, job.id);
      return { kind: "wait", afterMs: 0, notice: notice("segments-left", { segments }) };
    }
    await copySegment(context, { segment, source });
  }
  return {
    ...transferSummary(await listJobDisks(prisma, job.id)),
    memory: { transferEndedAt: deps.clock.now().toISOString() },
  };
}
