/** Reads the VM as it is now: which disks can be backed up, and what the new recovery point can be compared with. */
import {
  getVm,
  inspectDisks,
  type Json,
  parseArmId,
  readVmConfiguration,
  type VmDetails,
  vmFactsOf,
} from "@kluis/azure";
import { addJobDisks, addWarning, findKeptSnapshot, newestPoint, newId, type WorkJob } from "@kluis/db";
import {
  diskKeyOf,
  errorInfo,
  judgeSuitability,
  KluisError,
  type Notice,
  notice,
  noticeText,
  planConsistency,
  refusalOfVm,
  suitabilityInput,
  vmRefusal,
} from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { z } from "zod";
import { recordGone, recordVm } from "../../../inventory/record-vm.ts";
import { snapshotSchema } from "../../../job/snapshot.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultIdOf } from "../../../job/vault-of.ts";
import { chooseDisks, type RefusedDisk } from "../choose-disks.ts";
import type { BackupMemory, MemoryDisk } from "../memory.ts";
import { requirePolicy, requireVm } from "../require.ts";

type Context = StepContext<BackupMemory>;

export async function prepare(context: Context): Promise<StepResult<BackupMemory>> {
  const { deps, job, signal } = context;
  const vm = await findVm(context);
  if (vm instanceof KluisError) {
    return { kind: "fail", error: vm, save: (tx) => recordGone(tx, deps, requireVm(job)) };
  }
  const consistency = planFor(job, vm);
  if (consistency instanceof KluisError) return { kind: "fail", error: consistency };
  const findings = await inspectDisks(deps.azure, vm, { signal });
  // The inventory must not be older than the recovery point: a disk may have grown since the last discovery.
  await recordVm(deps, vm, findings);
  const suitability = judgeSuitability(suitabilityInput(vmFactsOf(vm, findings), consistency.request));
  const refusal = refusalOfVm(suitability);
  if (refusal !== null) return { kind: "fail", error: vmRefusal(vm, refusal) };
  const chosen = await chooseDisks(context, findings, suitability);
  const configuration = await readVmConfiguration(deps.azure, vm, { signal });
  const base = await findBase(context, chosen.disks);
  const pointId = context.memory.pointId ?? newId(deps.clock);
  const names = chosen.disks.map((disk) => disk.name);
  return {
    kind: "done",
    notice: notice("backup-prepared", { vm: vm.name, powerState: vm.powerState, disks: names.length }),
    detail: {
      disks: names,
      excluded: chosen.excluded,
      powerState: vm.powerState,
      agent: vm.agentState,
      suitability,
    },
    memory: {
      pointId,
      vm: memoryVm(vm, configuration),
      disks: chosen.disks,
      excluded: chosen.excluded,
      base,
      consistency,
    },
    save: async (tx) => {
      await addJobDisks(tx, job.id, chosen.disks.map(toJobDisk));
      for (const refused of chosen.refused) await addWarning(tx, job.id, errorInfo(refusalError(refused)));
    },
  };
}

function refusalError({ name, reason }: RefusedDisk): KluisError {
  return new KluisError("DISK_NOT_SUPPORTED", {
    reason: "disk-kind",
    message: `${name}: ${reason}`,
    params: { disk: name, why: reason },
  });
}

function memoryVm(vm: VmDetails, configuration: Json): NonNullable<BackupMemory["vm"]> {
  return {
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
    size: vm.size,
    traits: vm.traits,
    configuration: z.record(z.string(), z.custom<Json>()).parse(configuration),
  };
}

/** The VM of the job, or VM_NOT_FOUND, also when another VM was created with its name. */
async function findVm({ deps, job, signal }: Context): Promise<VmDetails | KluisError> {
  const row = requireVm(job);
  const vm = await getVm(deps.azure, row.resourceId, { signal });
  if (vm === null) {
    return new KluisError("VM_NOT_FOUND", {
      reason: "gone",
      message: `VM ${row.name} no longer exists in Azure.`,
      action: "Stop its protection. Its recovery points are kept.",
      params: { vm: row.name },
    });
  }
  if (vm.azureVmId.toLowerCase() === row.azureVmId.toLowerCase()) return vm;
  return new KluisError("VM_NOT_FOUND", {
    reason: "replaced",
    message: `VM ${row.name} was deleted, and another VM was created with its name.`,
    action: "Protect the new virtual machine.",
    params: { vm: row.name },
  });
}

/** What to request from Azure, or the error when the policy forbids the reachable level. */
function planFor(job: WorkJob, vm: VmDetails): NonNullable<BackupMemory["consistency"]> | KluisError {
  const rules = requirePolicy(job).document.consistency;
  const plan = planConsistency(
    { osType: vm.osType, powerState: vm.powerState, agentState: vm.agentState },
    rules,
  );
  const { wanted, request, notice: lower, needsExtension } = plan;
  const reason = lower === null ? null : noticeText(lower);
  if (request !== null) return { wanted, request, reason, notice: lower, needsExtension };
  return new KluisError("AGENT_NOT_READY", {
    reason: "required",
    message: `The policy requires a ${wanted}-consistent snapshot. ${reason ?? ""}`.trim(),
    action: "Check the guest agent of the VM, or let the policy continue with the next lower level.",
    params: { vm: vm.name, wanted, cause: lower?.code ?? null },
  });
}

/** The newest available recovery point of the VM in the job's vault, with its kept snapshot. */
async function findBase({ deps, job }: Context, disks: readonly MemoryDisk[]): Promise<BackupMemory["base"]> {
  const point = await newestPoint(deps.db.prisma, { vmId: requireVm(job).id, vaultId: vaultIdOf(job) });
  if (point === null) return null;
  const kept = await findKeptSnapshot(deps.db.prisma, point.id);
  const snapshot = kept === null ? null : snapshotSchema.safeParse(kept.detail);
  const snapshots = snapshot?.success === true ? snapshot.data.disks : [];
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

function toJobDisk(disk: MemoryDisk): Parameters<typeof addJobDisks>[2][number] {
  const { key, name, resourceId, uniqueId, sku, bytes } = disk;
  return { diskKey: key, name, resourceId, diskUniqueId: uniqueId, sku, diskBytes: bytes };
}
