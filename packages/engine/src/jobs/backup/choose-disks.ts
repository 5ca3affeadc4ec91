/** Decides which disks of a VM a backup includes. */
import type { DiskFinding, Json } from "@kluis/azure";
import { getProtection } from "@kluis/db";
import {
  type DiskFacts,
  type DiskKey,
  diskKeyOf,
  diskRefusalNotices,
  KluisError,
  type Notice,
  notice,
  noticeText,
  refusedDisks,
  type SuitabilityFinding,
} from "@kluis/domain";
import { z } from "zod";
import { requireVm } from "../../job/require.ts";
import type { StepContext } from "../../job/step.ts";
import type { BackupMemory, MemoryDisk } from "./memory.ts";

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

/** @throws KluisError DISK_NOT_SUPPORTED when no disk is left, DISK_NOT_FOUND when Azure finds none of them */
export async function chooseDisks(
  { deps, job }: Pick<StepContext<BackupMemory>, "deps" | "job">,
  disks: readonly DiskFinding[],
  suitability: readonly SuitabilityFinding[],
): Promise<ChosenDisks> {
  const vm = requireVm(job);
  const protection = await getProtection(deps.db.prisma, vm.id);
  const unwanted = new Set(protection?.excludedDisks ?? []);
  const refusals = refusedDisks(suitability);
  const chosen: ChosenDisks = { disks: [], excluded: [], refused: [] };
  for (const { ref, facts, raw } of disks) {
    const key = diskKeyOf(ref.slot);
    const leaveOut = (why: Notice): string => {
      const reason = noticeText(why);
      chosen.excluded.push({ key, name: ref.name, resourceId: ref.diskId, reason, notice: why });
      return reason;
    };
    const refusal = refusals.get(key);
    if (unwanted.has(key)) leaveOut(notice("disk-excluded", {}));
    else if (refusal !== undefined || facts === null) {
      const reason = leaveOut(
        notice(refusal === undefined ? "disk-missing" : diskRefusalNotices[refusal], {}),
      );
      chosen.refused.push({ name: ref.name, reason });
    } else chosen.disks.push(memoryDisk(key, facts, raw));
  }
  if (chosen.disks.length > 0) return chosen;
  throw noDiskLeft(vm.name, chosen);
}

function noDiskLeft(vm: string, { excluded, refused }: ChosenDisks): KluisError {
  const missing = excluded.filter((disk) => disk.notice?.code === "disk-missing");
  if (refused.length > 0 && missing.length === refused.length) {
    const disks = missing.map(({ name }) => name).join(", ");
    return new KluisError("DISK_NOT_FOUND", {
      reason: "in-azure",
      message: `Azure does not find any disk of VM ${vm} that would be backed up: ${disks}.`,
      action: "Check in Azure whether the disks still exist, then start the backup again.",
      params: { vm, disks },
    });
  }
  const reasons = excluded.map((disk) => `${disk.name}: ${disk.reason}`).join(" ");
  return new KluisError("DISK_NOT_SUPPORTED", {
    reason: "no-disk-left",
    message: `VM ${vm} has no disk that can be backed up. ${reasons}`,
    action: "Include at least one disk that Kluis can back up.",
    params: { vm, reasons },
  });
}

/** The manifest keeps the facts, and beside them Azure's whole answer under `azure`. */
function memoryDisk(key: DiskKey, facts: DiskFacts, raw: Json): MemoryDisk {
  return {
    key,
    name: facts.name,
    resourceId: facts.diskId,
    uniqueId: facts.uniqueId,
    bytes: facts.sizeBytes,
    sku: facts.sku,
    configuration: z.record(z.string(), z.custom<Json>()).parse({ ...facts, azure: raw }),
  };
}
