/** Copies one segment of a disk: reads what differs from the first vault, and writes it to the second one with its keys. */
import { vmChunkIndex } from "@kluis/db";
import { findingOf, KluisError } from "@kluis/domain";
import { joinRates, type NodeRef, parseNodeRef } from "@kluis/vault";
import { endingOf } from "../../job/ending.ts";
import { damageOf } from "../../job/known-damage.ts";
import { ProgressReporter } from "../../job/progress.ts";
import { recall } from "../../job/recall.ts";
import { requireVm } from "../../job/require.ts";
import type { SegmentKind, SegmentMove, SegmentMoved } from "../../job/segment-task.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { healedBy } from "./heal.ts";
import { copyMachine } from "./machine.ts";
import { copySource, readSource } from "./source.ts";

export const copySegment: SegmentKind = {
  wakes: "copy.run",
  isWanted: (job) => endingOf(job, copyMachine, copyMachine.parse(job.memory)) === null,
  move: copy,
};

/** Returns when the segment's chunk map is durable in the second vault. */
async function copy({ deps, job, segment, signal }: SegmentMove): Promise<SegmentMoved> {
  const { disk } = segment;
  const { point, opened } = await copySource({ deps, job });
  const from = point.disks.find(({ diskKey }) => diskKey === disk.diskKey);
  if (from === undefined || disk.deltaMethod === null)
    throw new KluisError("INTERNAL", { message: `Disk ${disk.name} was not planned.` });
  const reader = opened.vault.openDisk(from.root === null ? null : parseNodeRef(from.root), from.diskBytes);
  const { id: vaultId, vault, limits } = await vaultOf({ deps, job });
  const base = disk.baseNode === null ? null : parseNodeRef(disk.baseNode);
  const progress = new ProgressReporter(deps, segment);
  try {
    const { node, stats, shown, healed, unreadable } = await vault.writeSegment({
      diskBytes: disk.diskBytes,
      segment: segment.segment,
      extents: segment.extents.map(([offset, length, kind]) => ({ offset, length, kind })),
      delta: disk.deltaMethod === "changed-ranges" ? "changed-ranges" : "digest-comparison",
      domain: recall(copyMachine.parse(job.memory), "domain"),
      index: vmChunkIndex(deps.db, { vaultId, jobId: job.id, vmId: requireVm(job).id }),
      base: base === null ? null : await baseOf(job, () => vault.segmentNode(base, segment.segment, signal)),
      avoid: await damageOf(deps, vaultId),
      source: {
        size: reader.size,
        disposable: true,
        read: (offset, length, abort) =>
          readSource({ deps, job }, point, () => reader.read(offset, length, abort)),
      },
      signal,
      limits: { ...limits, rate: joinRates([deps.vaults.copyRate(point.vaultId), limits.rate]) },
      onProgress: (totals) => progress.report(totals),
    });
    const { readBytes, changedBytes } = stats;
    return { node, stats: { readBytes, changedBytes, ...shown }, met: { healed, unreadable } };
  } finally {
    await progress.close();
  }
}

/** The damaged map that a healing has as its base may have lost the nodes above the segment: then it is compared with nothing. */
async function baseOf(job: SegmentMove["job"], read: () => Promise<NodeRef | null>): Promise<NodeRef | null> {
  try {
    return await read();
  } catch (error) {
    if (healedBy(job) === null || findingOf(error) === null) throw error;
    return null;
  }
}
