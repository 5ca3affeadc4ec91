/** The recovery point that a new one is compared with. */
import { listKeptOf, newestPoint } from "@kluis/db";
import { diskKeyOf, type Notice, notice } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import { keptDisks } from "../../../job/snapshot-source.ts";
import type { StepContext } from "../../../job/step.ts";
import { vaultIdOf } from "../../../job/vault-of.ts";
import type { BackupMemory, MemoryDisk } from "../memory.ts";

type Context = StepContext<BackupMemory>;

/** The newest available recovery point of the VM in the job's vault, with its kept snapshot. */
export async function findBase(
  { deps, job }: Context,
  disks: readonly MemoryDisk[],
): Promise<BackupMemory["base"]> {
  const point = await newestPoint(deps.db.prisma, { vmId: requireVm(job).id, vaultId: vaultIdOf(job) });
  if (point === null) return null;
  const snapshots = keptDisks(await listKeptOf(deps.db.prisma, point.id));
  const isExpected = requirePolicy(job).document.instantRestoreDays > 0;
  const missing: Notice | null = isExpected ? notice("delta-snapshot-missing", {}) : null;
  const keys = new Set<string>(disks.map((disk) => disk.key));
  return {
    pointId: point.id,
    disks: point.disks
      .filter((disk) => keys.has(disk.diskKey))
      .map((disk) => {
        const of = snapshots.find((one) => diskKeyOf(one.slot) === disk.diskKey) ?? null;
        return {
          key: disk.diskKey,
          uniqueId: disk.diskUniqueId,
          bytes: disk.diskBytes,
          root: disk.root === null ? null : parseNodeRef(disk.root),
          snapshot: of,
          lost: of === null ? missing : null,
        };
      }),
  };
}
