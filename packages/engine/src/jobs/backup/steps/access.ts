/** Opens read access to the snapshot's disks, and to kept snapshots where changed ranges may be listed. Stores only ids. */
import { openSasDisk } from "@kluis/azure";
import { markResourceCreated, setJobDisks, takeAccess, type WantedAccess } from "@kluis/db";
import { isKluisError, type Notice, notice } from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { tooManyOpen } from "../../../job/open-access.ts";
import { recall } from "../../../job/recall.ts";
import { inJob } from "../../../job/record.ts";
import { requireVm } from "../../../job/require.ts";
import type { SnapshotDisk } from "../../../job/snapshot-source.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { findBase } from "../capture/base.ts";
import { withBytes } from "../capture/captured-size.ts";
import { toJobDisk } from "../capture/job-disks.ts";
import { chooseDelta } from "../delta.ts";
import type { BackupMemory, MemoryDisk } from "../memory.ts";
import { snapshotOf } from "../snapshot-requests.ts";

type Context = StepContext<BackupMemory>;

export async function access(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job } = context;
  const base = await baseNow(context);
  const memory: BackupMemory = { ...context.memory, base };
  const disks = recall(memory, "disks").map((disk) => snapshotOf(memory, disk));
  const bases = baseSnapshots(memory).map(({ snapshot }) => snapshot);
  const ids = [...disks, ...bases].map((disk) => disk.id.toLowerCase());
  await inJob(context, async (tx, at) => {
    const wanted = wantedAccess(memory);
    const owner = { jobId: job.id, vmId: requireVm(job).id };
    const full = await takeAccess(tx, { wanted, owner, at });
    const name = recall(memory, "disks").find(({ uniqueId }) => uniqueId === full?.disk)?.name;
    if (full !== null) throw tooManyOpen(full, name);
  });
  // Another engine may have revoked these grants with an earlier job, so this process must request them again.
  for (const id of ids) deps.grants.forget(id);
  const captured = await Promise.all(recall(memory, "disks").map((disk) => sizeOf(context, memory, disk)));
  const resized = captured.filter(({ bytes }, at) => bytes !== memory.disks?.[at]?.bytes);
  const refused = await Promise.all(bases.map((base) => tryGrant(context, base)));
  const lost = new Map(refused.filter((one) => one !== null));
  return {
    kind: "done",
    notice: notice("read-access-opened", { disks: disks.length }),
    ...(resized.length === 0
      ? {}
      : { detail: { resized: resized.map(({ name, bytes }) => ({ name, bytes })) } }),
    memory: {
      disks: captured,
      base: base && {
        ...base,
        disks: base.disks.map((disk) => ({ ...disk, lost: lost.get(disk.snapshot?.id ?? "") ?? disk.lost })),
      },
    },
    save: async (tx) => {
      if (resized.length > 0) await setJobDisks(tx, job.id, captured.map(toJobDisk));
      for (const resourceId of ids) await markResourceCreated(tx, { kind: "grant", resourceId });
    },
  };
}

/** The disk with the size of its snapshot: only the opened snapshot tells it exactly. Nothing is planned yet. */
async function sizeOf(
  { deps, signal }: Context,
  memory: BackupMemory,
  disk: MemoryDisk,
): Promise<MemoryDisk> {
  let grant = await deps.grants.get(snapshotOf(memory, disk).id, signal);
  const renew = async () => (grant = await deps.grants.renew(grant, signal));
  const { size } = await openSasDisk({ grant, renew, signal, now: deps.azure.now });
  return withBytes(disk, size);
}

/**
 * The base as it is when the transfer starts: an earlier transfer of the VM may have added a point since this job's snapshot, or
 * the point that the job found may be deleted.
 */
async function baseNow(context: Context): Promise<NonNullable<BackupMemory["base"]> | null> {
  const known = context.memory.base ?? null;
  const found = (await findBase(context, recall(context.memory, "disks"))) ?? null;
  return found?.pointId === known?.pointId ? known : found;
}

/** Every snapshot that the job opens, with its disk. */
function wantedAccess(memory: BackupMemory): WantedAccess[] {
  const own = recall(memory, "disks").map((disk) => ({ disk, snapshot: snapshotOf(memory, disk) }));
  return [...own, ...baseSnapshots(memory)].map(({ disk, snapshot }) => ({
    resourceId: snapshot.id.toLowerCase(),
    disk: disk.uniqueId,
  }));
}

/** Kept snapshots whose changed ranges may be listed, with their disks. */
function baseSnapshots(
  memory: BackupMemory,
): { readonly disk: MemoryDisk; readonly snapshot: SnapshotDisk }[] {
  return recall(memory, "disks").flatMap((disk) => {
    const base = memory.base?.disks.find(({ key }) => key === disk.key) ?? null;
    const choice = chooseDelta({
      uniqueId: disk.uniqueId,
      bytes: disk.bytes,
      snapshot: snapshotOf(memory, disk),
      base,
    });
    return choice.baseSnapshot === null ? [] : [{ disk, snapshot: choice.baseSnapshot }];
  });
}

/** Opens a kept snapshot. Returns its id with a notice when it cannot be read: the plan continues without it. */
async function tryGrant(
  { deps, signal }: Context,
  base: SnapshotDisk,
): Promise<[id: string, why: Notice] | null> {
  try {
    await deps.grants.get(base.id, signal);
    return null;
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND") || isKluisError(error, "AZURE_REJECTED")) {
      return [base.id, notice("delta-snapshot-unreadable", { azureMessage: azureMessageOf(error) })];
    }
    throw error;
  }
}
