/** Decides which disks of a VM a backup includes. */
import type { DiskFacts, DiskFinding } from "@kluis/azure";
import { getProtection } from "@kluis/db";
import { type DiskKey, diskKeyOf, KluisError, type Notice, notice, noticeText } from "@kluis/domain";
import type { StepContext } from "../../job/step.ts";
import type { BackupMemory, MemoryDisk } from "./memory.ts";
import { requireVm } from "./require.ts";

export interface RefusedDisk {
  readonly name: string;
  readonly reason: string;
}

export interface ChosenDisks {
  readonly disks: MemoryDisk[];
  readonly excluded: NonNullable<BackupMemory["excluded"]>;
  /** Disks that cannot be backed up, although their owner did not exclude them. */
  readonly refused: RefusedDisk[];
}

/** @throws KluisError DISK_NOT_SUPPORTED when no disk is left */
export async function chooseDisks(
  { deps, job }: Pick<StepContext<BackupMemory>, "deps" | "job">,
  findings: readonly DiskFinding[],
): Promise<ChosenDisks> {
  const vm = requireVm(job);
  const protection = await getProtection(deps.db.prisma, vm.id);
  const unwanted = new Set(protection?.excludedDisks ?? []);
  const chosen: ChosenDisks = { disks: [], excluded: [], refused: [] };
  for (const { ref, facts, refusal } of findings) {
    const key = diskKeyOf(ref.slot);
    const leaveOut = (why: Notice): string => {
      const reason = noticeText(why);
      chosen.excluded.push({ key, name: ref.name, resourceId: ref.diskId, reason, notice: why });
      return reason;
    };
    if (unwanted.has(key)) leaveOut(notice("disk-excluded", {}));
    else if (refusal !== null || facts === null) {
      const reason = leaveOut(refusal?.notice ?? notice("disk-missing", {}));
      chosen.refused.push({ name: ref.name, reason });
    } else chosen.disks.push(memoryDisk(key, facts));
  }
  if (chosen.disks.length > 0) return chosen;
  const reasons = chosen.excluded.map((disk) => `${disk.name}: ${disk.reason}`).join(" ");
  throw new KluisError("DISK_NOT_SUPPORTED", {
    reason: "no-disk-left",
    message: `VM ${vm.name} has no disk that can be backed up. ${reasons}`,
    action: "Include at least one disk that Kluis can back up.",
    params: { vm: vm.name, reasons },
  });
}

function memoryDisk(key: DiskKey, facts: DiskFacts): MemoryDisk {
  return {
    key,
    name: facts.name,
    resourceId: facts.diskId,
    uniqueId: facts.uniqueId,
    bytes: facts.sizeBytes,
    sku: facts.sku,
    configuration: { ...facts, zones: [...facts.zones], tags: { ...facts.tags } },
  };
}
