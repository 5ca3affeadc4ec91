/** Which rungs of the ladder are open for a VM as it was seen, and why its disks are captured one by one. */
import { type DiskFinding, type VmDetails, vmFactsOf } from "@kluis/azure";
import { getProtection } from "@kluis/db";
import {
  chooseRung,
  diskKeyOf,
  judgeSuitability,
  type Notice,
  notice,
  type RungChoice,
  refusalOfVm,
  type SingleDisks,
  type SnapshotRequest,
  type SuitabilityFinding,
  singleDisksOf,
  suitabilityInput,
} from "@kluis/domain";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import type { StepContext } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";

type Context = StepContext<BackupMemory>;

export function judgeFor(
  vm: VmDetails,
  findings: readonly DiskFinding[],
  request: SnapshotRequest,
): SuitabilityFinding[] {
  return judgeSuitability(suitabilityInput(vmFactsOf(vm, findings), request));
}

/** The next try, and what it was chosen from. */
export interface ChosenRung {
  readonly choice: RungChoice;
  readonly canCrash: boolean;
  readonly canSnapshotDisks: boolean;
  /** Why the disks get a snapshot each; null for a restore point. */
  readonly captured: Notice | null;
}

export async function chooseFor(
  context: Context,
  vm: VmDetails,
  findings: readonly DiskFinding[],
): Promise<ChosenRung> {
  const { job, memory } = context;
  const { isPossible: canSnapshotDisks, isWithoutPoint, left } = await singleDisks(context, vm, findings);
  // A VM that no request suits gets the refusal of its rule instead.
  const isRefused = isWithoutPoint && refusalOfVm(judgeFor(vm, findings, "best")) !== null;
  const { osType, powerState, agentState, traits } = vm;
  const seen = {
    osType,
    powerState,
    agentState,
    extensionsAllowed: traits.extensionsAllowed,
    canCrash: isRefused || (!isWithoutPoint && left.length === 0),
    canSnapshotDisks,
  };
  const attempts = memory.attempts ?? [];
  const choice = chooseRung(seen, requirePolicy(job).document.consistency, attempts);
  const isEach = choice.kind === "try" && choice.request === "disks";
  const failed = attempts.findLast(({ request }) => request !== "disks")?.notice ?? null;
  const names = findings.flatMap(({ ref }) => (left.includes(diskKeyOf(ref.slot)) ? [ref.name] : []));
  const why = isWithoutPoint
    ? notice("captured-by-disk-size", { size: vm.size })
    : notice("captured-by-disk-kind", { disks: names.join(", ") });
  return {
    choice,
    canCrash: seen.canCrash,
    canSnapshotDisks,
    captured: isEach ? (failed ?? why) : null,
  };
}

/** Judges the disks that the protection includes. */
async function singleDisks(
  { deps, job }: Context,
  vm: VmDetails,
  findings: readonly DiskFinding[],
): Promise<SingleDisks> {
  const protection = await getProtection(deps.db.prisma, requireVm(job).id);
  const unwanted = new Set(protection?.excludedDisks ?? []);
  const facts = vmFactsOf(vm, findings);
  return singleDisksOf({ ...facts, disks: facts.disks.filter(({ key }) => !unwanted.has(key)) });
}
