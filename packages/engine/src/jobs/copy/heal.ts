/**
 * Heals a damaged recovery point from a sound one with the same content in another vault: its second copy, or the point that it copies.
 * Only the damaged places are read from there. They are stored again in the vault of the damaged point, and moved tables lead to them.
 */
import {
  addSegments,
  clearPlan,
  closeDamage,
  countOpenSegments,
  endJob,
  enqueue,
  listJobDisks,
  loadPoint,
  noteHealedFromCopy,
  noteNotHealed,
  type PointDiskRef,
  readManifestFacts,
  setDiskPlan,
  setJobDisks,
  type WorkDisk,
} from "@kluis/db";
import {
  copyPointParametersSchema,
  deduplicationDomain,
  findingOf,
  type HealFailure,
  KluisError,
  notice,
} from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { damageOf, noteDamage } from "../../job/known-damage.ts";
import { inJob } from "../../job/record.ts";
import { requireVm } from "../../job/require.ts";
import { sealDisk } from "../../job/seal-disk.ts";
import type { StepContext, StepResult } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { manifestAgain, replaceManifest } from "./manifest-again.ts";
import type { CopyMemory } from "./memory.ts";
import { copySource, readSource } from "./source.ts";
import { storePlan } from "./store-plan.ts";

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
    if (disk !== undefined)
      segments += await planHealing(context, { row, damaged: disk.to, sound: disk.root });
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

interface Healing {
  readonly row: WorkDisk;
  readonly damaged: PointDiskRef;
  /** The root of the map of the sound point. */
  readonly sound: string | null;
}

/** The damaged map is the base: of segments without changes, a writer reads only what is damaged. */
async function planHealing(context: Context, { row, damaged, sound }: Healing): Promise<number> {
  const { deps, signal } = context;
  const { id: vaultId, vault } = await vaultOf(context);
  const avoid = await damageOf(deps, vaultId);
  const { root, diskBytes } = damaged;
  let affected: readonly number[] = [];
  try {
    if (root !== null)
      affected = await vault.affectedSegments(parseNodeRef(root), { diskBytes, avoid, signal });
  } catch (error) {
    // A node above the segments cannot be read: all of them are compared with the sound point, and the nodes are built again.
    if (findingOf(error) === null) throw error;
    await noteDamage(context, error);
    return planAllOf(context, { row, damaged, sound });
  }
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

async function planAllOf(context: Context, { row, damaged, sound }: Healing): Promise<number> {
  const { signal } = context;
  const { opened } = await copySource(context);
  const after = sound === null ? null : parseNodeRef(sound);
  const maps = { before: null, after, diskBytes: row.diskBytes };
  const extents = opened.vault.changedExtents(maps, signal);
  await storePlan(context, row, { extents, method: "digest-comparison", base: damaged.root });
  return countOpenSegments(context.deps.db.prisma, context.job.id);
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
    return notHealed("content", message, heals);
  }
  return (await healManifest(context, heals)) ?? { kind: "done", notice: notice("heal-stored", {}) };
}

/** Stores the manifest of the damaged point again when it is damaged too. Returns why it cannot; null when it is right. */
async function healManifest(context: Context, heals: string): Promise<StepResult<CopyMemory> | null> {
  const { deps, signal } = context;
  const facts = await readManifestFacts(deps.db.prisma, heals);
  if (facts.damage.length === 0) return null;
  const { point, opened } = await copySource(context);
  const sound = await readSource(context, point, () => opened.vault.getManifest(point.id, signal));
  const { vault } = await vaultOf(context);
  const manifest = manifestAgain(sound.manifest, { pointId: heals, vaultId: vault.id, facts });
  if (manifest === null) {
    const message = `The manifest of recovery point ${heals} cannot be made again from that of ${point.id}.`;
    return notHealed("manifest", message, heals);
  }
  await replaceManifest(vault, manifest, signal);
  return null;
}

/** It is recorded with the point, so that no other job tries it. */
function notHealed(why: HealFailure, message: string, point: string): StepResult<CopyMemory> {
  return {
    kind: "fail",
    error: new KluisError("VAULT_DATA_DAMAGED", { message, params: { point } }),
    save: (tx) => noteNotHealed(tx, point, why),
  };
}

/** The search for the points that need the places closes the damage, and frees the point. A manifest that was replaced is good now. */
export async function endHealing(context: Context, heals: string): Result {
  const { job, deps } = context;
  const { id: vaultId, name } = await vaultOf(context);
  const { damage: manifest } = await readManifestFacts(deps.db.prisma, heals);
  return {
    kind: "done",
    notice: notice("point-healed-from-copy", { pointId: heals, vault: name }),
    detail: { pointId: heals },
    save: async (tx, at) => {
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
      await noteHealedFromCopy(tx, heals, at);
      await enqueue(tx, "vault.damage-reach", {});
      await closeDamage(tx, { vaultId, ids: manifest, by: "copy" });
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
