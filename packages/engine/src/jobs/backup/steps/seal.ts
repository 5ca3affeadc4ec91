/** Joins the segments of each disk to one chunk map, then writes the manifest. The recovery point exists from then on. */
import {
  databaseNow,
  listJobDisks,
  listSegmentNodes,
  previousManifest,
  setDiskRoot,
  type WorkDisk,
} from "@kluis/db";
import { KluisError, limits, notice } from "@kluis/domain";
import { type NodeRef, parseNodeRef, SEGMENT_BYTES } from "@kluis/vault";
import { damageOf, recordMet } from "../../../job/known-damage.ts";
import { inJob } from "../../../job/record.ts";
import { segmentCount } from "../../../job/segments.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultIdOf, vaultOf } from "../../../job/vault-of.ts";
import { judgeLists } from "../judge-lists.ts";
import { buildManifest } from "../manifest.ts";
import type { BackupMemory } from "../memory.ts";
import { requireVm } from "../require.ts";

type Context = StepContext<BackupMemory>;

export async function seal(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job, memory, signal } = context;
  if (memory.sealedAt === undefined) {
    const disks = await listJobDisks(deps.db.prisma, job.id);
    for (const disk of disks) await sealDisk(context, disk);
    const previous = await previousManifest(deps.db.prisma, {
      vmId: requireVm(job).id,
      vaultId: vaultIdOf(job),
    });
    const { engineVersion } = deps;
    return {
      kind: "again",
      memory: {
        sealedAt: deps.clock.now().toISOString(),
        sealedAs: { engineVersion, policyName: job.policy?.name ?? null, previous },
      },
      save: (tx, at) => judgeLists(tx, context, { disks, at }),
    };
  }
  const { vault } = await vaultOf(context);
  // The manifest depends only on the job's rows, so that writing it again writes the same bytes: after a crash, by an engine of
  // another version, or when the policy has a new name.
  const disks = await listJobDisks(deps.db.prisma, job.id);
  const manifest = buildManifest({
    job,
    memory,
    disks,
    vaultId: vault.id,
    engineVersion: deps.engineVersion,
  });
  const { digest } = await vault.putManifest(manifest, signal);
  return {
    kind: "done",
    notice: notice("manifest-written", {}),
    detail: {
      manifestDigest: digest,
      roots: disks.map(({ name, rootDigest }) => ({ disk: name, rootDigest })),
    },
    memory: { manifestDigest: digest },
  };
}

async function sealDisk(context: Context, disk: WorkDisk): Promise<void> {
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
