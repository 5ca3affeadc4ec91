/**
 * After the transfer: what the comparisons say about Azure's lists of changes. A list that omitted blocks is turned off for its
 * disk until a person decides. The recovery point is right either way: the blocks were moved.
 */
import {
  addWarning,
  omittedBlocks,
  raiseAttention,
  recordListOutcome,
  type Tx,
  type WorkDisk,
} from "@kluis/db";
import { type ErrorInfo, errorInfo, KluisError, type Notice, notice, noticeText } from "@kluis/domain";
import { requireVm } from "../../job/require.ts";
import type { StepContext } from "../../job/step.ts";
import type { BackupMemory } from "./memory.ts";

interface WrongDisk {
  readonly disk: WorkDisk;
  readonly notice: Notice;
  readonly error: ErrorInfo;
}

/** Counts the deltas of a job, in the transaction that ends its transfer. */
export async function judgeLists(
  tx: Tx,
  { job }: Pick<StepContext<BackupMemory>, "job">,
  { disks, at }: { readonly disks: readonly WorkDisk[]; readonly at: Date },
): Promise<void> {
  const vmId = requireVm(job).id;
  const wrong: WrongDisk[] = [];
  for (const disk of disks) {
    if (disk.planList !== "changed" && disk.planList !== "confirmed") continue;
    const omitted = disk.planList === "confirmed" ? await omittedBlocks(tx, disk.id) : null;
    const found = omitted === null ? null : wrongDisk(disk, omitted);
    if (found !== null) wrong.push(found);
    const checked = disk.planList === "confirmed" ? "confirmed" : "used";
    const outcome = omitted === null ? checked : { jobId: job.id, ...omitted };
    await recordListOutcome(tx, { vmId, diskUniqueId: disk.diskUniqueId, name: disk.name, outcome }, at);
  }
  for (const { error } of wrong) await addWarning(tx, job.id, error);
  for (const { disk, notice: said, error } of wrong) {
    const key = `changed-ranges:${vmId}/${disk.diskUniqueId}` as const;
    await raiseAttention(tx, { key, kind: "changed-ranges", vmId, notice: said, error });
  }
}

function wrongDisk(
  disk: WorkDisk,
  { blocks, firstOffset }: { readonly blocks: number; readonly firstOffset: number },
): WrongDisk {
  const said = notice("changed-ranges-wrong", { disk: disk.name, blocks, firstOffset });
  const error = new KluisError("DELTA_BASE_INVALID", {
    reason: "list-incomplete",
    message: noticeText(said),
    action:
      "Report it to Microsoft with the names of the snapshots. Allow the lists again on the page of the VM when the cause is known.",
    params: { disk: disk.name, blocks, firstOffset },
  });
  return { disk, notice: said, error: errorInfo(error) };
}
