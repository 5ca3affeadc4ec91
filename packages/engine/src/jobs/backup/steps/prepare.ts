/** Looks at the VM as it is now: what can be protected, and what the new point can be compared with. */
import {
  type DiskFinding,
  type DiskSlot,
  getVm,
  inspectDisks,
  type Json,
  parseArmId,
  type VmDetails,
} from "@kluis/azure";
import {
  addJobDisks,
  addWarning,
  findKeptSnapshot,
  getProtection,
  newestPoint,
  newId,
  refreshVm,
  type WorkJob,
} from "@kluis/db";
import { type DiskKey, type ErrorInfo, errorInfo, KluisError, planConsistency } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { z } from "zod";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type BackupMemory, type MemoryDisk, type SnapshotDisk, snapshotSchema } from "../memory.ts";
import { requirePolicy, requireVm } from "../require.ts";

type Context = StepContext<BackupMemory>;

export async function prepare(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job, signal } = context;
  const vmRow = requireVm(job);
  const vm = await requireLiving(context);
  const consistency = planFor(job, vm);
  if (consistency instanceof KluisError) return { kind: "fail", error: consistency };
  const findings = await inspectDisks(deps.azure, vm, {
    crashConsistent: consistency.request === "crash",
    signal,
  });
  const chosen = await chooseDisks(context, findings);
  const base = await findBase(context, chosen.disks);
  const pointId = context.memory.pointId ?? newId(deps.clock);
  const names = chosen.disks.map((disk) => disk.name);
  return {
    kind: "done",
    message: `${vm.name} is ${vm.powerState}; ${names.length === 1 ? "1 disk" : `${names.length} disks`} to protect.`,
    detail: { disks: names, excluded: chosen.excluded, powerState: vm.powerState, agent: vm.agentState },
    memory: {
      pointId,
      vm: {
        id: vm.id,
        key: vm.resourceId,
        azureVmId: vm.azureVmId,
        name: vm.name,
        subscriptionId: vm.subscriptionId,
        resourceGroup: parseArmId(vm.id).resourceGroup,
        location: vm.location,
        os: vm.osType,
        tags: { ...vm.tags },
        powerState: vm.powerState,
        agentState: vm.agentState,
        configuration: asObject(vm.configuration),
      },
      disks: chosen.disks,
      excluded: chosen.excluded,
      base,
      consistency,
    },
    save: async (tx) => {
      await refreshVm(tx, vmRow.id, {
        powerState: vm.powerState,
        agentState: vm.agentState,
        at: deps.clock.now(),
      });
      await addJobDisks(tx, job.id, chosen.disks.map(toJobDisk));
      for (const refused of chosen.refused) await addWarning(tx, job.id, refusalWarning(refused));
    },
  };
}

function refusalWarning({ name, reason }: ChosenDisks["refused"][number]): ErrorInfo {
  const params = { disk: name, why: reason };
  return errorInfo(
    new KluisError("DISK_NOT_SUPPORTED", { reason: "disk-kind", message: `${name}: ${reason}`, params }),
  );
}

/** The VM of the job, not another one that has its name by now. */
async function requireLiving({ deps, job, signal }: Context): Promise<VmDetails> {
  const row = requireVm(job);
  const vm = await getVm(deps.azure, row.resourceId, { signal });
  if (vm !== null && vm.azureVmId.toLowerCase() === row.azureVmId.toLowerCase()) return vm;
  throw new KluisError("VM_NOT_FOUND", {
    reason: vm === null ? "gone" : "replaced",
    message:
      vm === null
        ? `${row.name} does not exist in Azure any more.`
        : `${row.name} was deleted; another virtual machine has its name now.`,
    action:
      vm === null ? "Its recovery points stay. Stop its protection." : "Protect the new virtual machine.",
    params: { vm: row.name },
  });
}

/** What to ask Azure for, or the error when the policy forbids what can be had. */
function planFor(job: WorkJob, vm: VmDetails): NonNullable<BackupMemory["consistency"]> | KluisError {
  const rules = requirePolicy(job).document.consistency;
  const plan = planConsistency(
    { osType: vm.osType, powerState: vm.powerState, agentState: vm.agentState },
    rules,
  );
  const { wanted, request, reason, needsExtension } = plan;
  if (request !== null) return { wanted, request, reason, needsExtension };
  return new KluisError("AGENT_NOT_READY", {
    message: `No ${wanted}-consistent snapshot can be taken. ${reason ?? ""}`.trim(),
    action: "Check the guest agent of the VM, or let the policy continue with the next lower level.",
  });
}

interface ChosenDisks {
  readonly disks: MemoryDisk[];
  readonly excluded: NonNullable<BackupMemory["excluded"]>;
  /** Left out though nobody asked for it. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

async function chooseDisks({ deps, job }: Context, findings: readonly DiskFinding[]): Promise<ChosenDisks> {
  const protection = await getProtection(deps.db.prisma, requireVm(job).id);
  const unwanted = new Set(protection?.excludedDisks ?? []);
  const chosen: ChosenDisks & { refused: { name: string; reason: string }[] } = {
    disks: [],
    excluded: [],
    refused: [],
  };
  for (const { ref, facts, refusal } of findings) {
    const key = diskKeyOf(ref.slot);
    const leaveOut = (reason: string): void => {
      chosen.excluded.push({ key, name: ref.name, resourceId: ref.diskId, reason });
    };
    if (unwanted.has(key)) leaveOut("Excluded from protection by its owner.");
    else if (refusal !== null || facts === null) {
      const reason = refusal?.reason ?? "Azure does not describe this disk.";
      leaveOut(reason);
      chosen.refused.push({ name: ref.name, reason });
    } else {
      chosen.disks.push({
        key,
        name: facts.name,
        resourceId: facts.diskId,
        uniqueId: facts.uniqueId,
        bytes: facts.sizeBytes,
        sku: facts.sku,
        configuration: { ...facts, zones: [...facts.zones], tags: { ...facts.tags } },
      });
    }
  }
  if (chosen.disks.length > 0) return chosen;
  const { name } = requireVm(job);
  const reasons = chosen.excluded.map((disk) => `${disk.name}: ${disk.reason}`).join(" ");
  throw new KluisError("DISK_NOT_SUPPORTED", {
    reason: "no-disk-left",
    message: `No disk of ${name} can be backed up. ${reasons}`,
    action: "Include at least one disk that Kluis can back up.",
    params: { vm: name, reasons },
  });
}

/** The newest good recovery point, with the snapshot that is kept of it. */
async function findBase({ deps, job }: Context, disks: readonly MemoryDisk[]): Promise<BackupMemory["base"]> {
  const point = await newestPoint(deps.db.prisma, requireVm(job).id);
  if (point === null) return null;
  const kept = await findKeptSnapshot(deps.db.prisma, point.id);
  const snapshot = kept === null ? null : snapshotSchema.safeParse(kept.detail);
  const snapshots = snapshot?.success === true ? snapshot.data.disks : [];
  const keys = new Set<string>(disks.map((disk) => disk.key));
  return {
    pointId: point.id,
    disks: point.disks
      .filter((disk) => keys.has(disk.diskKey))
      .map((disk) => ({
        key: disk.diskKey,
        uniqueId: disk.diskUniqueId,
        bytes: disk.diskBytes,
        root: disk.root === null ? null : parseNodeRef(disk.root),
        snapshot: snapshots.find((one) => diskKeyOf(one.slot) === disk.diskKey) ?? null,
        lost: null,
      })),
  };
}

export function diskKeyOf(slot: DiskSlot | SnapshotDisk["slot"]): DiskKey {
  return slot === "os" ? "os" : String(slot);
}

function toJobDisk(disk: MemoryDisk): Parameters<typeof addJobDisks>[2][number] {
  const { key, name, resourceId, uniqueId, sku, bytes } = disk;
  return { diskKey: key, name, resourceId, diskUniqueId: uniqueId, sku, diskBytes: bytes };
}

function asObject(value: Json): Record<string, Json> {
  return z.record(z.string(), z.custom<Json>()).parse(value);
}
