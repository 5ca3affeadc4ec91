/**
 * Heals a damaged recovery point from a sound one with the same content in another vault: its second copy, or the point that it copies.
 * Only the damaged places are read from there. They are stored again in the vault of the damaged point, and moved tables lead to them.
 */
import {
  addSegments,
  clearPlan,
  endJob,
  enqueue,
  listJobDisks,
  loadPoint,
  type PointDiskRef,
  setDiskPlan,
  setJobDisks,
  type WorkDisk,
} from "@kluis/db";
import { copyPointParametersSchema, deduplicationDomain, KluisError, notice } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { damageOf } from "../../job/known-damage.ts";
import { inJob } from "../../job/record.ts";
import { requireVm } from "../../job/require.ts";
import { sealDisk } from "../../job/seal-disk.ts";
import type { StepContext, StepResult } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";
import type { CopyMemory } from "./memory.ts";
import { copySource } from "./source.ts";

type Context = StepContext<CopyMemory>;
type Result = Promise<StepResult<CopyMemory>>;

/** The damaged point that the job heals; null: it copies a point. */
export function healedBy(job: Pick<Context["job"], "parameters">): string | null {
  return copyPointParametersSchema.parse(job.parameters).heals ?? null;
}

/** @throws KluisError POINT_NOT_FOUND, and VAULT_DATA_DAMAGED when the top of the damaged map cannot be read */
export async function prepareHealing(context: Context, heals: string): Result {
  const { deps, job } = context;
  const { prisma } = deps.db;
  const { point } = await copySource(context);
  const { id: vaultId, name } = await vaultOf(context);
  const damaged = await loadPoint(prisma, heals);
  if (damaged === null || damaged.vaultId !== vaultId) throw gone(heals);
  const disks = point.disks.flatMap((disk) => {
    const same = damaged.disks.find((one) => isSame(one, disk));
    return same === undefined || same.root === null ? [] : [{ ...disk, to: same }];
  });
  const facts = disks.map(({ root: _root, rootDigest: _digest, to: _to, ...disk }) => disk);
  await inJob(context, (tx) => setJobDisks(tx, job.id, facts));
  let segments = 0;
  for (const row of await listJobDisks(prisma, job.id)) {
    const disk = disks.find(({ diskKey }) => diskKey === row.diskKey);
    if (disk !== undefined) segments += await planHealing(context, row, disk.to);
  }
  const { deduplication } = deps.vaults.row(vaultId);
  return {
    kind: "done",
    notice: notice("heal-planned", { vault: name, segments }),
    memory: {
      sourceVaultId: point.vaultId,
      domain: deduplicationDomain(requireVm(job).resourceId, deduplication),
    },
  };
}

function isSame(one: PointDiskRef, other: PointDiskRef): boolean {
  return (
    one.diskKey === other.diskKey &&
    one.diskUniqueId === other.diskUniqueId &&
    one.diskBytes === other.diskBytes
  );
}

/** The damaged map is the base: of segments without changes, a writer reads only what is damaged. */
async function planHealing(context: Context, row: WorkDisk, damaged: PointDiskRef): Promise<number> {
  const { deps, signal } = context;
  const { id: vaultId, vault } = await vaultOf(context);
  const avoid = await damageOf(deps, vaultId);
  const { root, diskBytes } = damaged;
  const affected =
    root === null ? [] : await vault.affectedSegments(parseNodeRef(root), { diskBytes, avoid, signal });
  await inJob(context, async (tx) => {
    await clearPlan(tx, row.id);
    await addSegments(
      tx,
      row.id,
      affected.map((segment) => ({ segment, extents: [] })),
    );
    const plan = { method: "changed-ranges", notice: null, baseNode: root, plannedBytes: 0 } as const;
    await setDiskPlan(tx, row.id, plan);
  });
  return affected.length;
}

/** Nodes above the segments are stored again too. Their digests say that both points have the same content. */
export async function sealHealing(context: Context, heals: string): Result {
  const { deps, job } = context;
  const { prisma } = deps.db;
  for (const disk of await listJobDisks(prisma, job.id)) await sealDisk(context, disk);
  const damaged = await loadPoint(prisma, heals);
  const other = (await listJobDisks(prisma, job.id)).find(({ diskKey, rootDigest }) =>
    damaged?.disks.some((disk) => disk.diskKey === diskKey && disk.rootDigest !== rootDigest),
  );
  if (other !== undefined) {
    const message = `Disk ${other.name} has other content in recovery point ${job.pointId ?? ""}: nothing more is healed from it.`;
    return {
      kind: "fail",
      error: new KluisError("VAULT_DATA_DAMAGED", { message, params: { point: heals } }),
    };
  }
  return { kind: "done", notice: notice("heal-stored", {}) };
}

/** The search for the points that need the places closes the damage, and frees the point. */
export async function endHealing(context: Context, heals: string): Result {
  const { job } = context;
  const { name } = await vaultOf(context);
  return {
    kind: "done",
    notice: notice("point-healed-from-copy", { pointId: heals, vault: name }),
    detail: { pointId: heals },
    save: async (tx, at) => {
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
      await enqueue(tx, "vault.damage-reach", {});
    },
    events: [{ kind: "job.succeeded", data: { healed: heals } }],
  };
}

const gone = (point: string): KluisError =>
  new KluisError("POINT_NOT_FOUND", {
    reason: "gone",
    message: "The recovery point no longer exists.",
    params: { point },
  });
