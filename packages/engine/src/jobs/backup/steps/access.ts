/** Read access to the snapshot's disks, and to the kept snapshot's where changed ranges can be listed. Only ids are written down. */
import { inTransaction, markResourceCreated, planResource } from "@kluis/db";
import { isKluisError, KluisError } from "@kluis/domain";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { chooseDelta } from "../delta.ts";
import { type BackupMemory, type MemoryDisk, recall, type SnapshotDisk } from "../memory.ts";
import { requireVm } from "../require.ts";
import { diskKeyOf } from "./prepare.ts";

type Context = StepContext<BackupMemory>;

export async function access(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job, memory, signal } = context;
  const at = deps.clock.now();
  const disks = recall(memory, "disks").map((disk) => snapshotOf(memory, disk));
  const bases = baseSnapshots(memory);
  const ids = [...disks, ...bases].map((disk) => disk.id.toLowerCase());
  await inTransaction(deps.db, async (tx) => {
    for (const resourceId of ids) {
      await planResource(tx, { kind: "grant", resourceId, jobId: job.id, vmId: requireVm(job).id }, at);
    }
  });
  // What this process knows of these grants may be over: another engine may have ended them with an earlier job.
  for (const id of ids) deps.grants.forget(id);
  await Promise.all(disks.map((disk) => deps.grants.get(disk.id, signal)));
  const refused = await Promise.all(bases.map((base) => tryGrant(context, base)));
  const lost = new Map(refused.filter((one) => one !== null));
  const base = memory.base ?? null;
  return {
    kind: "done",
    message: `Read access to ${disks.length === 1 ? "1 disk" : `${disks.length} disks`} of the snapshot.`,
    memory: {
      base: base && {
        ...base,
        disks: base.disks.map((disk) => ({ ...disk, lost: lost.get(disk.snapshot?.id ?? "") ?? null })),
      },
    },
    save: async (tx) => {
      for (const resourceId of ids) await markResourceCreated(tx, { kind: "grant", resourceId });
    },
  };
}

/** The snapshot of a disk. @throws KluisError AZURE_FAILED when Azure left the disk out */
export function snapshotOf(memory: BackupMemory, disk: Pick<MemoryDisk, "key" | "name">): SnapshotDisk {
  const found = recall(memory, "snapshot").facts.disks.find(({ slot }) => diskKeyOf(slot) === disk.key);
  if (found !== undefined) return found;
  throw new KluisError("AZURE_FAILED", {
    reason: "restore-point-without-disk",
    message: `Azure's snapshot does not hold the disk ${disk.name}.`,
    params: { disk: disk.name },
  });
}

/** Kept snapshots that changed ranges can be asked against. */
function baseSnapshots(memory: BackupMemory): SnapshotDisk[] {
  return recall(memory, "disks").flatMap((disk) => {
    const base = memory.base?.disks.find(({ key }) => key === disk.key) ?? null;
    const choice = chooseDelta({
      uniqueId: disk.uniqueId,
      bytes: disk.bytes,
      snapshot: snapshotOf(memory, disk),
      base,
    });
    return choice.baseSnapshot ?? [];
  });
}

/** A kept snapshot that is gone is no base any more: its id is returned with the reason, and the plan goes without it. */
async function tryGrant(
  { deps, signal }: Context,
  base: SnapshotDisk,
): Promise<[id: string, reason: string] | null> {
  try {
    await deps.grants.get(base.id, signal);
    return null;
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND") || isKluisError(error, "AZURE_REJECTED")) {
      return [base.id, `The kept snapshot cannot be read. ${error.message}`];
    }
    throw error;
  }
}
