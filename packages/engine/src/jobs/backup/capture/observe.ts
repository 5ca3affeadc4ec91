/** Reads the VM and its disks as they are now, and decides from that which snapshot to request and of which disks. */
import {
  type DiskFinding,
  getVm,
  inspectDisks,
  type Json,
  parseArmId,
  readVmConfiguration,
  type VmDetails,
} from "@kluis/azure";
import {
  KluisError,
  noticeText,
  type RungChoice,
  refusalOfVm,
  type SuitabilityFinding,
  storedError,
  vmRefusal,
} from "@kluis/domain";
import { z } from "zod";
import { recordVm } from "../../../inventory/record-vm.ts";
import { requireVm } from "../../../job/require.ts";
import type { StepContext } from "../../../job/step.ts";
import { type ChosenDisks, chooseDisks } from "../choose-disks.ts";
import type { BackupMemory } from "../memory.ts";
import { findBase } from "./base.ts";
import { goneFromAzure } from "./gone.ts";
import { chooseFor, judgeFor } from "./rungs.ts";

type Context = StepContext<BackupMemory>;
type Consistency = NonNullable<BackupMemory["consistency"]>;

/** The VM as it is now, and what the next try captures of it. */
export interface Observation {
  readonly vm: VmDetails;
  readonly suitability: readonly SuitabilityFinding[];
  readonly chosen: ChosenDisks;
  /** The part of the job's memory that this look replaces. */
  readonly memory: Pick<BackupMemory, "vm" | "disks" | "excluded" | "base" | "consistency" | "seen">;
}

/** @returns a KluisError when no backup is possible: the VM is gone, refused, or the policy forbids the reachable level */
export async function observe(context: Context): Promise<Observation | KluisError> {
  const { deps, memory, signal } = context;
  const vm = await findVm(context);
  if (vm instanceof KluisError) return vm;
  const findings = await inspectDisks(deps.azure, vm, { signal });
  // The inventory must not be older than the recovery point: a disk may have grown since the last discovery.
  await recordVm(deps, vm, findings);
  const { choice, ...rungs } = await chooseFor(context, vm, findings);
  if (choice.kind === "fail") return refused(context, choice, { vm, findings });
  const suitability = judgeFor(vm, findings, choice.request);
  const refusal = refusalOfVm(suitability);
  if (refusal !== null) return vmRefusal(vm, refusal);
  const chosen = await chooseDisks(context, findings, suitability);
  const { wanted, request, notice: lower } = choice;
  const consistency: Consistency = {
    wanted,
    request,
    reason: lower === null ? null : noticeText(lower),
    notice: lower,
    needsExtension: request === "best",
    ...rungs,
  };
  const seen = [...(memory.seen ?? []), { at: deps.clock.now().toISOString(), powerState: vm.powerState }];
  return {
    vm,
    suitability,
    chosen,
    memory: {
      vm: await memoryVm(context, vm),
      disks: chosen.disks,
      excluded: chosen.excluded,
      base: await findBase(context, chosen.disks),
      consistency,
      seen: seen.slice(-LOOKS_KEPT),
    },
  };
}

/** Looks that a job remembers: more than the ladder has tries. */
const LOOKS_KEPT = 50;

interface Seen {
  readonly vm: VmDetails;
  readonly findings: readonly DiskFinding[];
}

/** The error when no rung is left, or when the policy forbids those that are. */
function refused(
  { job, memory }: Context,
  { why, wanted, notice: lower }: Extract<RungChoice, { kind: "fail" }>,
  { vm, findings }: Seen,
): KluisError {
  if (memory.lastFailure !== undefined) return storedError(memory.lastFailure);
  const refusal = refusalOfVm(judgeFor(vm, findings, "crash"));
  if (why !== "policy" && refusal !== null) return vmRefusal(vm, refusal);
  const reason = lower === null ? "" : noticeText(lower);
  return new KluisError("AGENT_NOT_READY", {
    reason: "required",
    message: `The policy requires a ${wanted}-consistent snapshot. ${reason}`.trim(),
    action: "Check the guest agent of the VM, or let the policy continue with the next lower level.",
    params: { vm: requireVm(job).name, wanted, cause: lower?.code ?? null },
  });
}

/** The VM of the job, or VM_NOT_FOUND, also when another VM was created with its name. */
async function findVm({ deps, job, signal }: Context): Promise<VmDetails | KluisError> {
  const row = requireVm(job);
  const vm = await getVm(deps.azure, row.resourceId, { signal });
  if (vm === null) return goneFromAzure(row);
  if (vm.azureVmId.toLowerCase() === row.azureVmId.toLowerCase()) return vm;
  return new KluisError("VM_NOT_FOUND", {
    reason: "replaced",
    message: `VM ${row.name} was deleted, and another VM was created with its name.`,
    action: "Protect the new virtual machine.",
    params: { vm: row.name },
  });
}

async function memoryVm({ deps, signal }: Context, vm: VmDetails): Promise<NonNullable<BackupMemory["vm"]>> {
  const configuration: Json = await readVmConfiguration(deps.azure, vm, { signal });
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
