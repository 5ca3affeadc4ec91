/** Joins what a job moved to the chunk map of a disk. */
import { databaseNow, listSegmentNodes, setDiskRoot, type WorkDisk } from "@kluis/db";
import { KluisError, limits } from "@kluis/domain";
import { type NodeRef, parseNodeRef, SEGMENT_BYTES } from "@kluis/vault";
import { damageOf, recordMet } from "./known-damage.ts";
import { inJob } from "./record.ts";
import { segmentCount } from "./segments.ts";
import type { StepContext } from "./step.ts";
import { vaultIdOf, vaultOf } from "./vault-of.ts";

/** Joins the segments of a disk to one chunk map in the vault that the job writes. Safe to repeat. */
export async function sealDisk<M>(context: StepContext<M>, disk: WorkDisk): Promise<void> {
  const { deps, job, signal } = context;
  if (disk.rootDigest !== null) return;
  const { vault } = await vaultOf({ deps, job });
  const began = await databaseNow(deps.db.prisma);
  const moved = await listSegmentNodes(deps.db.prisma, disk.id);
  const base = disk.baseNode === null ? null : parseNodeRef(disk.baseNode);
  const segments = await untouchedSegments(disk, () => vault.segmentNodes(base, disk.diskBytes, signal));
  for (const [segment, node] of moved) segments[segment] = node === null ? null : parseNodeRef(node);
  const avoid = await damageOf(deps, vaultIdOf(job));
  const { healed, ...sealed } = await vault.sealDisk({
    diskBytes: disk.diskBytes,
    segments,
    base,
    avoid,
    signal,
  });
  await inJob(context, async (tx, at) => {
    // A process that was suspended may have used packs that were removed meanwhile.
    if (at.getTime() - began.getTime() > limits.segmentLongestMs) {
      throw new KluisError("INTERNAL", {
        message: `Joining the segments of disk ${disk.name} took too long.`,
      });
    }
    await setDiskRoot(tx, disk.id, sealed);
    await recordMet(tx, job, { healed, unreadable: [] });
  });
}

/** The nodes of segments without extents: unchanged if changed ranges were listed, zeros if allocated ranges were. */
function untouchedSegments(
  disk: WorkDisk,
  fromBase: () => Promise<(NodeRef | null)[]>,
): Promise<(NodeRef | null)[]> {
  switch (disk.deltaMethod) {
    case "changed-ranges":
      return fromBase();
    case "full":
    case "digest-comparison":
      return Promise.resolve(Array.from({ length: segmentCount(disk.diskBytes, SEGMENT_BYTES) }, () => null));
    case null:
      throw new KluisError("INTERNAL", {
        message: `Disk ${disk.name} was not planned.`,
        params: { disk: disk.name },
      });
    default:
      return disk.deltaMethod satisfies never;
  }
}
