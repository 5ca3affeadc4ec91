/** Joins the segments of each disk to one chunk map, then writes the manifest. The recovery point exists from then on. */
import { listJobDisks, previousManifest } from "@kluis/db";
import { notice } from "@kluis/domain";
import { requireVm } from "../../../job/require.ts";
import { sealDisk } from "../../../job/seal-disk.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultIdOf, vaultOf } from "../../../job/vault-of.ts";
import { judgeLists } from "../judge-lists.ts";
import { buildManifest } from "../manifest.ts";
import type { BackupMemory } from "../memory.ts";

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
