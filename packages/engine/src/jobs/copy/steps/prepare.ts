/** Finds what the second vault lacks: the blocks that differ from the copy of the VM that it has. */
import {
  findCopyBase,
  listJobDisks,
  loadPoint,
  newId,
  type PointDiskRef,
  type PointRef,
  setJobDisks,
  type WorkDisk,
} from "@kluis/db";
import { deduplicationDomain, type Extent, findingOf, notice } from "@kluis/domain";
import { parseNodeRef, type Vault } from "@kluis/vault";
import { inJob } from "../../../job/record.ts";
import { requireVm } from "../../../job/require.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { requireWritable } from "../../../runtime/vault-trust.ts";
import { healedBy, prepareHealing } from "../heal.ts";
import { type CopyMemory, targetOf } from "../memory.ts";
import { copySource, readSource } from "../source.ts";
import { storePlan } from "../store-plan.ts";

type Context = StepContext<CopyMemory>;

export async function prepare(context: Context): Promise<StepResult<CopyMemory>> {
  const { deps, job, memory } = context;
  const { prisma } = deps.db;
  const to = targetOf(job);
  await requireWritable(prisma, to);
  const heals = healedBy(job);
  if (heals !== null) return prepareHealing(context, heals);
  const { point, opened } = await copySource(context);
  const base = await baseOf(context, point);
  const facts = point.disks.map(({ root: _root, rootDigest: _digest, ...disk }) => disk);
  await inJob(context, (tx) => setJobDisks(tx, job.id, facts));
  let plannedBytes = 0;
  for (const row of await listJobDisks(prisma, job.id)) {
    const disk = point.disks.find(({ diskKey }) => diskKey === row.diskKey);
    if (disk === undefined) continue;
    plannedBytes += await planDisk(context, { row, disk, base, point, vault: opened.vault });
  }
  await deps.vaults.refresh();
  const { deduplication, name } = deps.vaults.row(to);
  return {
    kind: "done",
    notice: notice("copy-planned", { vault: name, plannedBytes }),
    memory: {
      pointId: memory.pointId ?? newId(deps.clock),
      sourceVaultId: point.vaultId,
      domain: deduplicationDomain(requireVm(job).resourceId, deduplication),
    },
  };
}

/** The VM's newest copy in the second vault, and the point of which it is the copy. */
interface Base {
  readonly copy: PointRef;
  readonly point: PointRef;
}

async function baseOf({ deps, job }: Context, point: PointRef): Promise<Base | null> {
  const { prisma } = deps.db;
  const pair = { from: point.vaultId, to: targetOf(job) };
  const found = await findCopyBase(prisma, { ...pair, vmId: point.vmId, before: point.takenAt });
  if (found === null) return null;
  const [copy, copied] = await Promise.all([
    loadPoint(prisma, found.pointId),
    loadPoint(prisma, found.copyOf),
  ]);
  return copy === null || copied === null ? null : { copy, point: copied };
}

interface Planned {
  readonly row: WorkDisk;
  readonly disk: PointDiskRef;
  readonly base: Base | null;
  readonly point: PointRef;
  readonly vault: Vault;
}

/** Returns the bytes to read. */
async function planDisk(context: Context, planned: Planned): Promise<number> {
  const { row, disk, point } = planned;
  const same = (one: PointDiskRef): boolean =>
    one.diskKey === disk.diskKey && one.diskUniqueId === disk.diskUniqueId && one.diskBytes <= disk.diskBytes;
  const copied = planned.base?.copy.disks.find(same) ?? null;
  const before = planned.base?.point.disks.find(same) ?? null;
  const hasBase = copied !== null && before !== null;
  if (hasBase) {
    try {
      const extents = changes(context, planned, before);
      return await storePlan(context, row, { extents, method: "changed-ranges", base: copied.root });
    } catch (error) {
      // The map of the point before is damaged: everything is read, and only what differs is stored.
      if (findingOf(error) === null) throw error;
    }
  }
  const base = hasBase ? copied.root : null;
  const method = base === null ? "full" : "digest-comparison";
  return readSource(context, point, () =>
    storePlan(context, row, { extents: changes(context, planned, null), method, base }),
  );
}

function changes(
  { signal }: Context,
  { disk, vault }: Planned,
  before: PointDiskRef | null,
): AsyncIterable<Extent> {
  const rootOf = (one: PointDiskRef | null) =>
    one === null || one.root === null ? null : parseNodeRef(one.root);
  const maps = { before: rootOf(before), after: rootOf(disk), diskBytes: disk.diskBytes };
  return vault.changedExtents(maps, signal);
}
