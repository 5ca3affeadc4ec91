/**
 * The rung below restore points: a snapshot of each disk of a stopped VM. The disks are of one instant only while nothing writes,
 * so the VM is looked at before and after. When it changed meanwhile, the try has failed and its snapshots go.
 */
import {
  type DiskFinding,
  type DiskSnapshotFacts,
  type DiskSnapshotRequest,
  getVm,
  inspectDisks,
  type Poll,
  pollDiskSnapshot,
  startDiskSnapshot,
  type VmDetails,
} from "@kluis/azure";
import { type DiskKey, diskKeyOf, isKluisError, isStoppedState, KluisError, notice } from "@kluis/domain";
import { recall } from "../../../job/recall.ts";
import { requireVm } from "../../../job/require.ts";
import type { DiskSnapshotsSource } from "../../../job/snapshot-source.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import type { BackupMemory, MemoryDisk } from "../memory.ts";
import { diskSnapshotRequests } from "../snapshot-requests.ts";
import { failAttempt } from "./attempt.ts";
import { ownedSince } from "./owned-since.ts";
import { isSameDisk } from "./same-disk.ts";
import { judgeOwned, type OwnedTimes } from "./untouched.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;
type Look = NonNullable<BackupMemory["seenAfter"]>;

export interface CapturedDisks {
  readonly kind: "captured";
  readonly source: DiskSnapshotsSource;
  readonly after: Look;
}

/** Creates the snapshots, or polls them. Returns them when all exist and the VM was stopped all along. */
export async function captureDisks(context: Context): Promise<Result | CapturedDisks> {
  const { deps, memory } = context;
  const requests = diskSnapshotRequests(context);
  const polls = await Promise.allSettled(requests.map((request) => pollOrStart(context, request)));
  const refused = polls.find((poll) => poll.status === "rejected");
  if (refused !== undefined) return failAttempt(context, asChange(refused.reason));
  const states = polls.flatMap((poll, at) => {
    const request = requests[at];
    return poll.status === "fulfilled" && request !== undefined ? [{ request, poll: poll.value }] : [];
  });
  const running = states.flatMap(({ request, poll }) =>
    poll.status === "running" ? [{ key: diskKeyOf(request.slot), ...poll }] : [],
  );
  if (running.length > 0) {
    return {
      kind: "wait",
      afterMs: Math.min(...running.map(({ retryAfterMs }) => retryAfterMs)),
      notice: notice("snapshot-creating", {}),
      memory: { diskOperations: Object.fromEntries(running.map(({ key, operation }) => [key, operation])) },
    };
  }
  const disks = states.flatMap(({ request, poll }) =>
    poll.status === "done" ? [{ ...poll.result, slot: request.slot }] : [],
  );
  // A copy in the background may take hours, in which the VM may start: only the first look counts.
  const look = memory.seenAfter ?? (await lookAfter(context, disks));
  if (look instanceof KluisError) return failAttempt(context, look);
  if (memory.seenAfter === undefined)
    return { kind: "again", memory: { diskOperations: undefined, seenAfter: look } };
  const createdAt = disks.map((disk) => disk.createdAt).toSorted()[0] ?? deps.clock.now().toISOString();
  return {
    kind: "captured",
    source: { kind: "disk-snapshots", createdAt, consistency: "crash", disks },
    after: look,
  };
}

function pollOrStart(
  { deps, memory, signal }: Context,
  request: DiskSnapshotRequest,
): Promise<Poll<Omit<DiskSnapshotFacts, "slot">>> {
  const operation = memory.diskOperations?.[diskKeyOf(request.slot)];
  return operation === undefined
    ? startDiskSnapshot(deps.azure, request, { signal })
    : pollDiskSnapshot(deps.azure, operation, { signal });
}

/** A disk that is gone is a change of the VM: the next look finds out what it has now. */
function asChange(error: unknown): unknown {
  return isKluisError(error, "AZURE_NOT_FOUND") ? changed(error.message, error) : error;
}

function changed(azureMessage: string, cause?: unknown): KluisError {
  return new KluisError("AZURE_CONFLICT", {
    reason: "vm-changed",
    message: azureMessage,
    action: "Do not start the VM or change its disks during the snapshot. Kluis tries again automatically.",
    params: { azureMessage },
    cause,
  });
}

/** The VM after the snapshots. An error when they are not of one instant, or not of the disks that were chosen. */
async function lookAfter(
  context: Context,
  captured: readonly DiskSnapshotFacts[],
): Promise<Look | KluisError> {
  const { deps, job, memory, signal } = context;
  const { azureVmId, name } = requireVm(job);
  const vm = await getVm(deps.azure, requireVm(job).resourceId, { signal });
  if (vm === null || vm.azureVmId.toLowerCase() !== azureVmId.toLowerCase())
    return changed(`VM ${name} was deleted while its disks were captured.`);
  if (vm.powerState === "unknown")
    return changed(`Azure does not say whether VM ${name} was still stopped: its power state is unknown.`);
  if (!isStoppedState(vm.powerState)) return changed(`VM ${name} was started while its disks were captured.`);
  if (placesOf(vm) !== placesBefore(memory))
    return changed(`Disks of VM ${name} were attached or detached while they were captured.`);
  const findings = await inspectDisks(deps.azure, vm, { signal });
  const owned: OwnedTimes[] = [];
  for (const disk of recall(memory, "disks")) {
    const now = findings.find(({ ref }) => diskKeyOf(ref.slot) === disk.key);
    const taken = captured.find(({ slot }) => diskKeyOf(slot) === disk.key);
    const times = { before: ownedSince(disk.configuration["azure"]), after: ownedSince(now?.raw) };
    if (!isStill(disk, now, taken) || judgeOwned([times]) === "used")
      return changed(`Disk ${disk.name} of VM ${name} was in use while it was captured.`);
    owned.push(times);
  }
  if (judgeOwned(owned) === "unknown")
    return changed(
      `Azure does not say since when VM ${name} uses its disks, so nothing proves that it was stopped.`,
    );
  return { at: deps.clock.now().toISOString(), powerState: vm.powerState };
}

/** Which disks the VM has, in a form that can be compared. */
function placesOf(vm: Pick<VmDetails, "diskRefs">): string {
  return placesText(vm.diskRefs.map(({ slot, diskId }) => [diskKeyOf(slot), diskId]));
}

function placesBefore(memory: BackupMemory): string {
  const all = [...recall(memory, "disks"), ...recall(memory, "excluded")];
  return placesText(all.map(({ key, resourceId }) => [key, resourceId]));
}

function placesText(places: readonly (readonly [DiskKey, string | null])[]): string {
  return places
    .map(([key, id]) => `${key} ${id?.toLowerCase() ?? ""}`)
    .toSorted()
    .join("\n");
}

/** The same disk before, in the snapshot and after. */
function isStill(
  before: MemoryDisk,
  now: DiskFinding | undefined,
  taken: DiskSnapshotFacts | undefined,
): boolean {
  if (!now?.facts || !isSameDisk(now.facts.uniqueId, before.uniqueId)) return false;
  return taken !== undefined && isSameDisk(taken.sourceUniqueId, before.uniqueId);
}
