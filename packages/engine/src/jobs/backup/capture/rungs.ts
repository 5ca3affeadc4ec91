/** Which rungs of the ladder are open for a VM as it was seen, and why its disks are captured one by one. */
import { type DiskFinding, type VmDetails, vmFactsOf } from "@kluis/azure";
import { getProtection } from "@kluis/db";
import {
  chooseRung,
  diskKeyOf,
  isStoppedState,
  judgeSuitability,
  type Notice,
  notice,
  type RungChoice,
  refusalOfVm,
  refusedDisks,
  type SnapshotRequest,
  type SuitabilityFinding,
  suitabilityInput,
} from "@kluis/domain";
import type { StepContext } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";
import { requirePolicy, requireVm } from "../require.ts";

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
  const crash = judgeFor(vm, findings, "crash");
  const isPossible = refusalOfVm(crash) === null;
  const canSnapshotDisks =
    isStoppedState(vm.powerState) && refusalOfVm(judgeFor(vm, findings, "disks")) === null;
  const left = canSnapshotDisks ? await leftByPoint(context, vm, findings) : [];
  // A VM that no request suits gets the refusal of its rule instead.
  const isRefused = !isPossible && refusalOfVm(judgeFor(vm, findings, "best")) !== null;
  const { osType, powerState, agentState, traits } = vm;
  const seen = {
    osType,
    powerState,
    agentState,
    extensionsAllowed: traits.extensionsAllowed,
    canCrash: isRefused || (isPossible && left.length === 0),
    canSnapshotDisks,
  };
  const attempts = memory.attempts ?? [];
  const choice = chooseRung(seen, requirePolicy(job).document.consistency, attempts);
  const isEach = choice.kind === "try" && choice.request === "disks";
  const failed = attempts.findLast(({ request }) => request !== "disks")?.notice ?? null;
  const why = isPossible
    ? notice("captured-by-disk-kind", { disks: left.join(", ") })
    : notice("captured-by-disk-size", { size: vm.size });
  return {
    choice,
    canCrash: seen.canCrash,
    canSnapshotDisks,
    captured: isEach ? (failed ?? why) : null,
  };
}

/** Names of the disks that a restore point of the stopped VM leaves out, although snapshots of single disks include them. */
async function leftByPoint(
  { deps, job }: Context,
  vm: VmDetails,
  findings: readonly DiskFinding[],
): Promise<string[]> {
  const protection = await getProtection(deps.db.prisma, requireVm(job).id);
  const unwanted = new Set(protection?.excludedDisks ?? []);
  const byPoint = refusedDisks(judgeFor(vm, findings, "crash"));
  const alone = refusedDisks(judgeFor(vm, findings, "disks"));
  return findings.flatMap(({ ref }) => {
    const key = diskKeyOf(ref.slot);
    return byPoint.has(key) && !alone.has(key) && !unwanted.has(key) ? [ref.name] : [];
  });
}
