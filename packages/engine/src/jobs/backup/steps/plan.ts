/** Plans the transfer: lists what each disk's segments must move, several disks at a time. jobs/backup/plan-disk.ts plans one. */
import { listJobDisks, type WorkDisk } from "@kluis/db";
import { forEachConcurrent, notice } from "@kluis/domain";
import { requirePolicy } from "../../../job/require.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";
import { planDisk, planned } from "../plan-disk.ts";

type Context = StepContext<BackupMemory>;

/** Disks of a VM that are planned at the same time: each lists one window after the other. */
const DISKS_AT_ONCE = 4;
/** A run ends well before its task times out, and stores its position: the next run continues. */
const RUN_MS = 3 * 60_000;
const PARTS_PER_RUN = 256;

export async function plan(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job, signal } = context;
  const budget = { parts: PARTS_PER_RUN, untilMs: deps.clock.now().getTime() + RUN_MS };
  const open = (await listJobDisks(deps.db.prisma, job.id)).filter((disk) => disk.deltaMethod === null);
  await forEachConcurrent(open, { limit: DISKS_AT_ONCE, signal }, (disk) => planDisk(context, disk, budget));
  const disks = await listJobDisks(deps.db.prisma, job.id);
  const plannedBytes = disks.reduce((sum, disk) => sum + disk.plannedBytes, 0);
  if (disks.some((disk) => disk.deltaMethod === null)) {
    return { kind: "wait", afterMs: 0, notice: notice("transfer-planning", { plannedBytes }) };
  }
  return {
    kind: "done",
    notice: summaryOf(context, disks, plannedBytes),
    detail: { plannedBytes, disks: disks.map(planned) },
    memory: { transferStartedAt: deps.clock.now().toISOString() },
  };
}

/** Tells how many disks are read in full although their policy keeps snapshots to compare with. */
function summaryOf({ job }: Context, disks: readonly WorkDisk[], plannedBytes: number) {
  const counts = { disks: disks.length, plannedBytes };
  const fallbackDisks = disks.filter(
    ({ deltaNotice, planList }) => deltaNotice !== null && planList !== "confirmed",
  ).length;
  return requirePolicy(job).document.instantRestoreDays > 0 && fallbackDisks > 0
    ? notice("transfer-planned-fallback", { ...counts, fallbackDisks })
    : notice("transfer-planned", counts);
}
