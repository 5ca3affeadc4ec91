/** Creates the snapshot, a restore point of the VM, and checks what Azure captured and which consistency it reached. */
import { getVm, type Poll, pollRestorePoint, type RestorePointFacts, startRestorePoint } from "@kluis/azure";
import { addWarning, markResourceCreated } from "@kluis/db";
import {
  errorInfo,
  isStoppedState,
  judgeConsistency,
  KluisError,
  notice,
  noticeText,
  type PowerState,
} from "@kluis/domain";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { beginAttempt, failAttempt } from "../capture/attempt.ts";
import { readGuestAfter } from "../capture/guest.ts";
import { saveJobDisks } from "../capture/job-disks.ts";
import { reconcile } from "../capture/reconcile.ts";
import { type BackupMemory, recall } from "../memory.ts";
import { requirePolicy, requireVm } from "../require.ts";
import { restorePointRequest } from "../snapshot.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** The pause between checks of a snapshot's copy: Premium SSD v2 and Ultra disks are copied before they can be read. */
const COPY_POLL_MS = 5_000;
/** A copy of hours is checked less often: each check reads the restore point of every disk. */
const COPY_POLL_PART = 1 / 10;
const COPY_POLL_LONGEST_MS = 5 * 60_000;

function copyPause({ deps, memory }: Context): number {
  const startedAt = new Date(memory.snapshotStartedAt ?? deps.clock.now()).getTime();
  const elapsedMs = deps.clock.now().getTime() - startedAt;
  return Math.min(COPY_POLL_LONGEST_MS, Math.max(COPY_POLL_MS, elapsedMs * COPY_POLL_PART));
}

export async function snapshot(context: Context): Promise<Result> {
  if (context.memory.snapshotStartedAt === undefined) return beginAttempt(context);
  let poll: Poll<RestorePointFacts>;
  try {
    poll = await pollOrStart(context);
  } catch (error) {
    return failAttempt(context, error);
  }
  if (poll.status === "running") return waitForAzure(poll, notice("snapshot-creating", {}));
  const copying = poll.result.disks.filter((disk) => disk.completionPercent < 100);
  if (copying.length === 0) return (await readGuestAfter(context)) ?? finish(context, poll.result);
  const percent = Math.floor(Math.min(...copying.map((disk) => disk.completionPercent)));
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

async function finish(context: Context, facts: RestorePointFacts): Promise<Result> {
  const { deps, job, memory } = context;
  const captured = await reconcile(context, facts);
  const judged = await judge(context, facts);
  const { wanted, reached, lower, reason } = judged;
  const cause = lower?.code ?? null;
  const shortfall = { vm: requireVm(job).name, wanted, reached, cause };
  if (!judged.acceptable) return { kind: "fail", error: notReached(shortfall, reason) };
  const endedAt = deps.clock.now().toISOString();
  return {
    kind: "done",
    notice: notice("snapshot-created", { consistency: reached }),
    detail: {
      restorePoint: facts.name,
      azure: facts.consistency,
      wanted,
      reached,
      reason,
      attempts: memory.attempts ?? [],
      powerStates: [...(memory.seen ?? []).map(({ powerState }) => powerState), judged.after],
      changed: captured?.changes ?? [],
    },
    memory: {
      operation: undefined,
      lastFailure: undefined,
      ...captured?.memory,
      snapshot: {
        facts: { kind: "restore-point", ...facts, disks: [...facts.disks] },
        endedAt,
        reached,
        reason,
        notice: lower,
      },
    },
    save: async (tx) => {
      const collectionId = facts.collectionId.toLowerCase();
      await markResourceCreated(tx, { kind: "restore-point-collection", resourceId: collectionId });
      const point = { kind: "restore-point", resourceId: facts.id.toLowerCase() } as const;
      await markResourceCreated(tx, { ...point, detail: { ...facts } });
      if (captured !== null) await saveJobDisks(tx, job.id, captured.chosen);
      if (lower !== null) await addWarning(tx, job.id, errorInfo(lowerThanWanted(shortfall, reason)));
    },
    events: [
      {
        kind: "snapshot.created",
        target: { type: "snapshot", id: facts.id, name: facts.name },
        data: { consistency: reached, azure: facts.consistency },
      },
    ],
  };
}

/** The level that the snapshot has, by the report of Azure and the looks at the VM before and after. */
async function judge({ deps, job, memory, signal }: Context, facts: RestorePointFacts) {
  const plan = recall(memory, "consistency");
  const { id, os: osType, powerState: before } = recall(memory, "vm");
  const { otherwise } = requirePolicy(job).document.consistency;
  // Only the snapshot of a stopped VM depends on what happened meanwhile.
  const after: PowerState | null = isStoppedState(before)
    ? ((await getVm(deps.azure, id, { signal }))?.powerState ?? null)
    : null;
  const looks = memory.seen ?? [];
  const lookedAt = looks.at(-1)?.at ?? recall(memory, "snapshotStartedAt");
  const judged = judgeConsistency(
    plan,
    {
      osType,
      before,
      after,
      earlier: looks.map(({ powerState }) => powerState),
      lookedAt: new Date(lookedAt).getTime(),
      takenAt: new Date(facts.createdAt).getTime(),
    },
    { azure: facts.consistency, otherwise },
  );
  const { reached, notice: lower, acceptable } = judged;
  const reason = lower === null ? null : noticeText(lower);
  return { wanted: plan.wanted, reached, lower, reason, acceptable, after };
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
