/** Whether a VM can come under a policy at all, whatever its power state is at the moment. Pure. */
import { KluisError } from "../errors/errors.ts";
import type { VmDisk } from "../vms/vm.ts";
import type { OsType } from "../vms/vm-os.ts";
import { vmRefusal } from "../vms/vm-refusal.ts";
import {
  judgeSuitability,
  refusalOfVm,
  refusedDisks,
  type SuitabilityFinding,
  type SuitabilityInput,
  suitabilityInput,
  vmRefusalCodes,
} from "../vms/vm-suitability.ts";
import { suitabilityTexts } from "../vms/vm-suitability-texts.ts";
import { type ConsistencyRules, planConsistency } from "./consistency.ts";
import { nextRequest } from "./single-disks.ts";

type JudgedVm = Omit<SuitabilityInput, "request"> & { readonly osType: OsType };

/** What a VM without a policy is judged by: the rules that a new policy has. */
const usualRules: ConsistencyRules = { wanted: "application", otherwise: "continue", vss: "full" };

/** Findings about the next backup of a VM, in its present power state, without the disks that its protection excludes. */
export function suitabilityOf(
  vm: JudgedVm,
  { rules, excluded }: { readonly rules: ConsistencyRules | undefined; readonly excluded: readonly string[] },
): SuitabilityFinding[] {
  const disks = vm.disks.filter(({ key }) => !excluded.includes(key));
  const { request } = planConsistency(vm, rules ?? usualRules);
  const judged = { ...vm, disks };
  return judgeSuitability(suitabilityInput(judged, nextRequest(judged, request)));
}

/** A guest that takes part: what refuses the VM then, refuses it always. */
const able = { powerState: "running", agentState: "ready" } as const;

function refusalsUnder(vm: JudgedVm, rules: ConsistencyRules): readonly SuitabilityFinding[] {
  return suitabilityOf({ ...vm, ...able }, { rules, excluded: [] });
}

/** The kinds of restore point that a policy can request of a guest that takes part. */
export const restorePointKinds = ["best", "crash"] as const;
export type RestorePointKind = (typeof restorePointKinds)[number];

export function restorePointKind(rules: ConsistencyRules): RestorePointKind {
  return planConsistency({ osType: "linux", ...able }, rules).request === "crash" ? "crash" : "best";
}

/** Why nothing of a VM can be backed up. */
export const vmRefusalKinds = [...vmRefusalCodes, "no-disk-left"] as const;
export type VmRefusalKind = (typeof vmRefusalKinds)[number];

type ProtectableVm = Omit<JudgedVm, "disks"> & { readonly disks: readonly VmDisk[] };

/** By the kind of restore point: what refuses the VM with all its disks. A kind that is missing is possible. */
export function vmRefusals(vm: ProtectableVm): Partial<Record<RestorePointKind, VmRefusalKind>> {
  const of = (kind: RestorePointKind): Partial<Record<RestorePointKind, VmRefusalKind>> => {
    const rules: ConsistencyRules = kind === "crash" ? { ...usualRules, wanted: "crash" } : usualRules;
    const findings = refusalsUnder(vm, rules);
    const refusal =
      refusalOfVm(findings) ?? (disksLeft(vm.disks, findings).length === 0 ? "no-disk-left" : null);
    return refusal === null ? {} : { [kind]: refusal };
  };
  return { ...of("best"), ...of("crash") };
}

function disksLeft(disks: readonly VmDisk[], findings: readonly SuitabilityFinding[]): readonly VmDisk[] {
  const refused = refusedDisks(findings);
  return disks.filter(({ key, unsupported }) => unsupported === null && !refused.has(key));
}

/** @throws KluisError DISK_NOT_FOUND, DISK_NOT_SUPPORTED, INPUT_INVALID when no backup under these rules could succeed */
export function mustBeProtectable(
  vm: ProtectableVm & { readonly name: string },
  { excluded, rules }: { readonly excluded: readonly string[]; readonly rules: ConsistencyRules },
): void {
  const unknown = excluded.find((key) => !vm.disks.some((disk) => disk.key === key));
  if (unknown !== undefined) {
    const disks = vm.disks.map((disk) => disk.key).join(", ");
    throw new KluisError("DISK_NOT_FOUND", {
      reason: "in-vm",
      message: `The virtual machine ${vm.name} has no disk ${unknown}.`,
      action: `Its disks are ${disks}.`,
      params: { vm: vm.name, disk: unknown, disks },
    });
  }
  const findings = refusalsUnder(vm, rules);
  const refusal = refusalOfVm(findings);
  if (refusal !== null) throw vmRefusal(vm, refusal);
  const wanted = vm.disks.filter((disk) => !excluded.includes(disk.key));
  if (disksLeft(wanted, findings).length > 0) return;
  if (wanted.length === 0) {
    throw new KluisError("INPUT_INVALID", {
      reason: "all-disks-excluded",
      message: `Every disk of ${vm.name} is excluded, so nothing would be backed up.`,
      action: "Include at least one disk.",
      params: { vm: vm.name },
    });
  }
  const refused = refusedDisks(findings);
  const reasonOf = ({ key, unsupported }: VmDisk): string => {
    const code = refused.get(key);
    return code === undefined ? (unsupported ?? "") : suitabilityTexts[code].text;
  };
  const reasons = wanted.map((disk) => `${disk.name}: ${reasonOf(disk)}`).join("; ");
  throw new KluisError("DISK_NOT_SUPPORTED", {
    reason: "no-disk-left",
    message: `${vm.name} cannot be protected: none of its disks can be backed up (${reasons}).`,
    action: "Move its data to disks of a supported type.",
    params: { vm: vm.name, reasons },
  });
}
