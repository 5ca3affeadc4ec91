/** Copies one segment of a disk: reads what differs from the first vault, and writes it to the second one with its keys. */
import {
  databaseNow,
  finishSegment,
  inTransaction,
  notify,
  startSegment,
  vmChunkIndex,
  type WorkSegment,
} from "@kluis/db";
import { KluisError, limits } from "@kluis/domain";
import { joinRates, parseNodeRef } from "@kluis/vault";
import { damageOf, recordMet } from "../../job/known-damage.ts";
import { resumeTransfer } from "../../job/parking.ts";
import { ProgressReporter } from "../../job/progress.ts";
import { recall } from "../../job/recall.ts";
import { requireVm } from "../../job/require.ts";
import type { StepContext } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { type CopyMemory, targetOf } from "./memory.ts";
import { type CopySource, readSource } from "./source.ts";

type Context = StepContext<CopyMemory>;

/** Its content is durable in the second vault before its row says done. Running it twice has the same result. */
export async function copySegment(
  context: Context,
  { segment, source }: { readonly segment: WorkSegment; readonly source: CopySource },
): Promise<void> {
  const { deps, job } = context;
  const startedAt = await inTransaction(deps.db, async (tx) => {
    const at = await databaseNow(tx);
    await startSegment(tx, segment, at);
    await notify(tx, "job", { jobId: job.id });
    return at;
  });
  const progress = new ProgressReporter(deps, segment);
  const written = await finishing(progress, write(context, { segment, source, progress }));
  const { node, stats, shown, healed, unreadable } = written;
  const { readBytes, changedBytes } = stats;
  await inTransaction(deps.db, async (tx) => {
    const at = await databaseNow(tx);
    // A pack that this segment uses may have been removed meanwhile: it is copied again.
    if (at.getTime() - startedAt.getTime() > limits.segmentLongestMs) return;
    const open = await finishSegment(tx, segment, { node, stats: { readBytes, changedBytes, ...shown }, at });
    if (open === null) return;
    await resumeTransfer(tx, deps, job.id);
    await notify(tx, "job", { jobId: job.id });
    await recordMet(tx, job, { healed, unreadable });
  });
}

async function finishing<T>(progress: ProgressReporter, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await progress.close();
  }
}

interface Writing {
  readonly segment: WorkSegment;
  readonly source: CopySource;
  readonly progress: ProgressReporter;
}

async function write(context: Context, { segment, source, progress }: Writing) {
  const { deps, job, memory, signal } = context;
  const vaultId = targetOf(job);
  const { disk } = segment;
  const { point, opened } = source;
  const from = point.disks.find(({ diskKey }) => diskKey === disk.diskKey);
  if (from === undefined || disk.deltaMethod === null)
    throw new KluisError("INTERNAL", { message: `Disk ${disk.name} was not planned.` });
  const reader = opened.vault.openDisk(from.root === null ? null : parseNodeRef(from.root), from.diskBytes);
  const { vault, limits: shared } = await vaultOf(context);
  const base = disk.baseNode === null ? null : parseNodeRef(disk.baseNode);
  const vmId = requireVm(job).id;
  return vault.writeSegment({
    diskBytes: disk.diskBytes,
    segment: segment.segment,
    extents: segment.extents.map(([offset, length, kind]) => ({ offset, length, kind })),
    delta: disk.deltaMethod === "changed-ranges" ? "changed-ranges" : "digest-comparison",
    domain: recall(memory, "domain"),
    index: vmChunkIndex(deps.db, { vaultId, jobId: job.id, vmId }),
    base: base === null ? null : await vault.segmentNode(base, segment.segment, signal),
    avoid: await damageOf(deps, vaultId),
    source: {
      size: reader.size,
      disposable: true,
      read: (offset, length, abort) => readSource(context, point, () => reader.read(offset, length, abort)),
    },
    signal,
    limits: { ...shared, rate: joinRates([deps.vaults.copyRate(point.vaultId), shared.rate]) },
    onProgress: (totals) => progress.report(totals),
  });
}
