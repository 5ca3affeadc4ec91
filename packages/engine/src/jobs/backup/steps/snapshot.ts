/**
 * Creates the snapshot, a restore point of the VM or a snapshot of each disk, and checks what Azure captured and which consistency
 * it reached.
 */
import {
  getVm,
  inspectDisks,
  type Poll,
  pollRestorePoint,
  type RestorePointFacts,
  startRestorePoint,
} from "@kluis/azure";
import { addWarning, markResourceCreated, type Tx } from "@kluis/db";
import {
  type Consistency,
  errorInfo,
  isStoppedState,
  judgeConsistency,
  KluisError,
  limits,
  type Notice,
  notice,
  noticeText,
  type PowerState,
} from "@kluis/domain";
import { recall } from "../../../job/recall.ts";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import type { SnapshotSource } from "../../../job/snapshot-source.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { beginAttempt, failAttempt } from "../capture/attempt.ts";
import { matchCaptured } from "../capture/captured-disks.ts";
import { captureDisks } from "../capture/disk-snapshots.ts";
import { readGuestAfter } from "../capture/guest.ts";
import { saveJobDisks } from "../capture/job-disks.ts";
import { ownedSince } from "../capture/owned-since.ts";
import { isSameDisk } from "../capture/same-disk.ts";
import {
  provenLevel,
  readScriptsAfter,
  readStoppedScripts,
  scriptsDetail,
  scriptsNotice,
} from "../capture/scripts-outcome.ts";
import type { BackupMemory } from "../memory.ts";
import { restorePointRequest } from "../snapshot-requests.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** The pause between checks of a snapshot's copy: Premium SSD v2 and Ultra disks are copied before they can be read. */
const COPY_POLL_MS = 5_000;
/** A copy of hours is checked less often: each check reads the restore point of every disk. */
const COPY_POLL_PART = 1 / 10;
const COPY_POLL_LONGEST_MS = 5 * 60_000;

function elapsedMs({ deps, memory }: Context): number {
  const startedAt = new Date(memory.snapshotStartedAt ?? deps.clock.now()).getTime();
  return deps.clock.now().getTime() - startedAt;
}

function copyPause(context: Context): number {
  return Math.min(COPY_POLL_LONGEST_MS, Math.max(COPY_POLL_MS, elapsedMs(context) * COPY_POLL_PART));
}

function neverCopied(percent: number): KluisError {
  const hours = limits.snapshotCopyMostMs / 3_600_000;
  return new KluisError("AZURE_FAILED", {
    reason: "never-ended",
    message: `Azure has copied ${percent} % of the snapshot in ${hours} hours.`,
    action: "Kluis tries again automatically. If this happens again, ask Azure Support about the snapshot.",
    params: { operation: "copy the snapshot", percent, hours },
  });
}

export async function snapshot(context: Context): Promise<Result> {
  if (context.memory.snapshotStartedAt === undefined)
    return (await readStoppedScripts(context)) ?? beginAttempt(context);
  if (recall(context.memory, "consistency").request === "disks") return ofDisks(context);
  let poll: Poll<RestorePointFacts>;
  try {
    poll = await pollOrStart(context);
  } catch (error) {
    return failAttempt(context, error);
  }
  if (poll.status === "running") return waitForAzure(poll, notice("snapshot-creating", {}));
  const { disks, ...point } = poll.result;
  const source: SnapshotSource = { kind: "restore-point", ...point, disks: [...disks] };
  // The guest first: what it says about this snapshot must not be hours old when Azure copies a disk for hours.
  return (
    (await readGuestAfter(context)) ??
    (await readScriptsAfter(context)) ??
    waitForCopy(context, source) ??
    finish(context, source, await powerAfter(context, source))
  );
}

/** The snapshots of single disks: no guest takes part. */
async function ofDisks(context: Context): Promise<Result> {
  const captured = await captureDisks(context);
  if (captured.kind !== "captured") return captured;
  const { source, after } = captured;
  return (
    waitForCopy(context, source) ??
    finish(context, source, { powerState: after.powerState, deallocatedAt: null })
  );
}

/** Waits while Azure copies a disk that can be read only afterwards. */
function waitForCopy(context: Context, { disks }: SnapshotSource): Result | null {
  const copying = disks.filter((disk) => disk.completionPercent < 100);
  if (copying.length === 0) return null;
  const percent = Math.floor(Math.min(...copying.map((disk) => disk.completionPercent)));
  if (elapsedMs(context) > limits.snapshotCopyMostMs) return failAttempt(context, neverCopied(percent));
  return {
    kind: "wait",
    afterMs: copyPause(context),
    notice: notice("snapshot-copying", { percent }),
    memory: { operation: undefined },
  };
}

async function pollOrStart(context: Context): Promise<Poll<RestorePointFacts>> {
  const { deps, memory, signal } = context;
  if (memory.operation?.kind === "restore-point")
    return pollRestorePoint(deps.azure, memory.operation, { signal });
  return startRestorePoint(deps.azure, restorePointRequest(context), { signal });
}

/** The VM after the snapshot. */
interface After {
  /** Null: not read, or a disk says that the VM was started or stopped after the instant of the snapshot. */
  readonly powerState: PowerState | null;
  /** Since when it is deallocated, by Azure's clock; null: not known. */
  readonly deallocatedAt: number | null;
}

/** The VM after the snapshot, which only that of a stopped VM depends on. */
async function powerAfter(
  { deps, memory, signal }: Context,
  { createdAt, disks }: SnapshotSource,
): Promise<After> {
  const { id, powerState } = recall(memory, "vm");
  if (!isStoppedState(powerState)) return { powerState: null, deallocatedAt: null };
  const vm = await getVm(deps.azure, id, { signal });
  if (vm === null || !isStoppedState(vm.powerState))
    return { powerState: vm?.powerState ?? "unknown", deallocatedAt: null };
  const findings = await inspectDisks(deps.azure, vm, { signal });
  const captured = findings.filter(({ facts }) =>
    disks.some((disk) => isSameDisk(disk.sourceUniqueId, facts?.uniqueId ?? "")),
  );
  const owned = captured.map(({ raw }) => ownedSince(raw));
  const times = owned.flatMap((since) => (since === null ? [] : [new Date(since).getTime()]));
  const lastAt = Math.max(...times);
  if (lastAt > new Date(createdAt).getTime()) return { powerState: null, deallocatedAt: null };
  const isKnown = times.length > 0 && times.length === owned.length;
  return { powerState: vm.powerState, deallocatedAt: isKnown ? lastAt : null };
}

async function finish(context: Context, facts: SnapshotSource, after: After): Promise<Result> {
  const { deps, job, memory } = context;
  const captured = await matchCaptured(context, facts);
  const judged = judge(context, facts, after);
  const { wanted, reached, lower, reason } = judged;
  const cause = lower?.code ?? null;
  const shortfall = { vm: requireVm(job).name, wanted, reached, cause };
  if (!judged.acceptable)
    return { kind: "fail", error: notReached(shortfall, reason), detail: scriptsDetail(memory) };
  const endedAt = deps.clock.now().toISOString();
  return {
    kind: "done",
    notice: createdNotice(facts, reached),
    detail: {
      ...(facts.kind === "restore-point"
        ? { restorePoint: facts.name }
        : { diskSnapshots: facts.disks.map(({ name }) => name) }),
      capturedBy: facts.kind,
      capturedNotice: recall(memory, "consistency").captured,
      azure: facts.consistency,
      wanted,
      reached,
      reason,
      attempts: memory.attempts ?? [],
      ...scriptsDetail(memory),
      powerStates: [...(memory.seen ?? []).map(({ powerState }) => powerState), after.powerState],
      changed: captured?.changes ?? [],
    },
    memory: {
      operation: undefined,
      diskOperations: undefined,
      lastFailure: undefined,
      ...captured?.memory,
      snapshot: { facts, endedAt, reached, reason, notice: lower },
    },
    save: async (tx) => {
      await markCreated(tx, facts);
      if (captured !== null) await saveJobDisks(tx, job.id, captured.chosen);
      if (lower !== null) await addWarning(tx, job.id, errorInfo(lowerThanWanted(shortfall, reason)));
    },
    events: createdIn(facts).map(({ id, name }) => ({
      kind: "snapshot.created",
      target: { type: "snapshot", id, name },
      data: { consistency: reached, azure: facts.consistency },
    })),
  };
}

function createdNotice(facts: SnapshotSource, reached: Consistency): Notice {
  return facts.kind === "restore-point"
    ? notice("snapshot-created", { consistency: reached })
    : notice("disk-snapshots-created", { disks: facts.disks.length, consistency: reached });
}

/** What holds the disks in Azure. */
function createdIn(facts: SnapshotSource): readonly { readonly id: string; readonly name: string }[] {
  return facts.kind === "restore-point" ? [facts] : facts.disks;
}

async function markCreated(tx: Tx, facts: SnapshotSource): Promise<void> {
  if (facts.kind === "disk-snapshots") {
    for (const disk of facts.disks)
      await markResourceCreated(tx, {
        kind: "snapshot",
        resourceId: disk.id.toLowerCase(),
        detail: { ...disk },
      });
    return;
  }
  const collectionId = facts.collectionId.toLowerCase();
  await markResourceCreated(tx, { kind: "restore-point-collection", resourceId: collectionId });
  const point = { kind: "restore-point", resourceId: facts.id.toLowerCase() } as const;
  await markResourceCreated(tx, { ...point, detail: { ...facts } });
}

/** The level that the snapshot has, by the report of Azure and the looks at the VM before and after. */
function judge({ job, memory }: Context, facts: SnapshotSource, after: After) {
  const plan = recall(memory, "consistency");
  const { os: osType, powerState: before } = recall(memory, "vm");
  const { otherwise } = requirePolicy(job).document.consistency;
  const looks = memory.seen ?? [];
  const lookedAt = new Date(looks.at(-1)?.at ?? recall(memory, "snapshotStartedAt")).getTime();
  const takenAt = new Date(facts.createdAt).getTime();
  const judged = judgeConsistency(
    plan,
    {
      osType,
      before,
      after: after.powerState,
      deallocatedAt: after.deallocatedAt,
      earlier: looks.map(({ powerState }) => powerState),
      lookedAt,
      // Snapshots of single disks are of this try: its name is in theirs, whatever the clocks say.
      takenAt:
        facts.kind === "disk-snapshots" ? Math.max(takenAt, lookedAt + limits.clockToleranceMs) : takenAt,
    },
    { azure: provenLevel({ job, memory }, facts.consistency), otherwise },
  );
  const { reached, acceptable } = judged;
  const lower = scriptsNotice(memory, judged.notice);
  const reason = lower === null ? null : noticeText(lower);
  return { wanted: plan.wanted, reached, lower, reason, acceptable };
}

type Shortfall = Readonly<Record<"vm" | "wanted" | "reached", string>> & { readonly cause: string | null };

function notReached(params: Shortfall, reason: string | null): KluisError {
  const { wanted, reached } = params;
  return new KluisError("CONSISTENCY_NOT_REACHED", {
    reason: "required",
    message:
      `The snapshot is ${reached}-consistent, and the policy requires ${wanted} consistency. ${reason ?? ""}`.trim(),
    action:
      "Check the VSS writers and the guest agent of the VM, or let the policy continue with the next lower level.",
    params,
  });
}

function lowerThanWanted(params: Shortfall, reason: string | null): KluisError {
  return new KluisError("CONSISTENCY_NOT_REACHED", {
    reason: "lower",
    message: `The recovery point is ${params.reached}-consistent. ${reason ?? ""}`.trim(),
    params,
  });
}
