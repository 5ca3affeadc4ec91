/** Judges whether and how a VM can be backed up, from the facts of the last discovery. */
import {
  judgeSuitability,
  nextRequest,
  type OsType,
  type PolicyDocument,
  planConsistency,
  type SuitabilityFinding,
  type SuitabilityInput,
  suitabilityInput,
  suitabilityTexts,
} from "@kluis/domain";

export type ConsistencyRules = PolicyDocument["consistency"];

/** What a VM without a policy is judged by: the rules that a new policy has. */
const usualRules: ConsistencyRules = { wanted: "application", otherwise: "continue", vss: "full" };

type JudgedVm = Omit<SuitabilityInput, "request"> & { readonly osType: OsType };

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

/** Findings with their English texts. */
export function worded(findings: readonly SuitabilityFinding[]) {
  return findings.map((finding) => ({ ...finding, ...suitabilityTexts[finding.code] }));
}

/** The rules that refuse the VM under a policy, whatever its power state is at the moment. */
export function refusalsUnder(vm: JudgedVm, rules: ConsistencyRules): readonly SuitabilityFinding[] {
  const able = { ...vm, powerState: "running", agentState: "ready" } as const;
  return suitabilityOf(able, { rules, excluded: [] });
}
