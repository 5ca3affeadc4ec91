/** Creates the snapshot, a restore point of the VM, and checks which consistency Azure reached. */
import {
  type Poll,
  pollRestorePoint,
  type RestorePointFacts,
  restorePointIds,
  startRestorePoint,
} from "@kluis/azure";
import { addWarning, markResourceCreated, planResource } from "@kluis/db";
import { errorInfo, isGuestFailure, judgeConsistency, KluisError, notice, noticeText } from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { inJob } from "../../../job/record.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { type BackupMemory, guestSituation, recall } from "../memory.ts";
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
  const { memory } = context;
  if (memory.snapshotStartedAt === undefined) return plan(context);
  try {
    const poll = await pollOrStart(context);
    if (poll.status === "running") return waitForAzure(poll, notice("snapshot-creating", {}));
    const copying = poll.result.disks.filter((disk) => disk.completionPercent < 100);
    if (copying.length === 0) return finish(context, poll.result);
    const percent = Math.floor(Math.min(...copying.map((disk) => disk.completionPercent)));
    return {
      kind: "wait",
      afterMs: copyPause(context),
      notice: notice("snapshot-copying", { percent }),
      memory: { operation: undefined },
    };
  } catch (error) {
    if (!isGuestFailure(error) || recall(memory, "consistency").request === "crash") throw error;
    return retryWithoutAgent(context, error);
  }
}

/** Records the resources that the step will create, before it calls Azure. */
async function plan(context: Context): Promise<Result> {
  const { job } = context;
  const { collectionId, restorePointId } = restorePointIds(restorePointRequest(context));
  const shared = { jobId: job.id, vmId: requireVm(job).id };
  const at = await inJob(context, async (tx, now) => {
    await planResource(
      tx,
      { ...shared, kind: "restore-point-collection", resourceId: collectionId.toLowerCase() },
      now,
    );
    await planResource(
      tx,
      { ...shared, kind: "restore-point", resourceId: restorePointId.toLowerCase() },
      now,
    );
    return now;
  });
  return { kind: "again", memory: { snapshotStartedAt: at.toISOString(), operation: undefined } };
}

async function pollOrStart(context: Context): Promise<Poll<RestorePointFacts>> {
  const { deps, memory, signal } = context;
  if (memory.operation?.kind === "restore-point")
    return pollRestorePoint(deps.azure, memory.operation, { signal });
  return startRestorePoint(deps.azure, restorePointRequest(context), { signal });
}

function finish(context: Context, facts: RestorePointFacts): Result {
  const { deps, job, memory } = context;
  const plan = recall(memory, "consistency");
  const { otherwise } = requirePolicy(job).document.consistency;
  const judged = judgeConsistency(plan, guestSituation(memory), { azure: facts.consistency, otherwise });
  const { reached, notice: lower } = judged;
  const reason = lower === null ? null : noticeText(lower);
  const { wanted } = plan;
  const shortfall = { vm: requireVm(job).name, wanted, reached, cause: lower?.code ?? null };
  if (!judged.acceptable) {
    const error = new KluisError("CONSISTENCY_NOT_REACHED", {
      reason: "required",
      message:
        `The snapshot is ${reached}-consistent, and the policy requires ${wanted} consistency. ${reason ?? ""}`.trim(),
      action:
        "Check the VSS writers and the guest agent of the VM, or let the policy continue with the next lower level.",
      params: shortfall,
    });
    return { kind: "fail", error };
  }
  const warning = new KluisError("CONSISTENCY_NOT_REACHED", {
    reason: "lower",
    message: `The recovery point is ${reached}-consistent. ${reason ?? ""}`.trim(),
    params: shortfall,
  });
  const endedAt = deps.clock.now().toISOString();
  return {
    kind: "done",
    notice: notice("snapshot-created", { consistency: reached }),
    detail: { restorePoint: facts.name, azure: facts.consistency, wanted, reached, reason },
    memory: {
      operation: undefined,
      snapshot: { facts: { ...facts, disks: [...facts.disks] }, endedAt, reached, reason, notice: lower },
    },
    save: async (tx) => {
      const collectionId = facts.collectionId.toLowerCase();
      await markResourceCreated(tx, { kind: "restore-point-collection", resourceId: collectionId });
      await markResourceCreated(tx, {
        kind: "restore-point",
        resourceId: facts.id.toLowerCase(),
        detail: { ...facts },
      });
      if (lower !== null) await addWarning(tx, job.id, errorInfo(warning));
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

/** The agent did not complete the restore point. If the policy allows it, requests a crash-consistent one of the same name. */
function retryWithoutAgent({ job, memory }: Context, error: KluisError): Result {
  if (requirePolicy(job).document.consistency.otherwise === "fail") return { kind: "fail", error };
  const plan = recall(memory, "consistency");
  const lower = notice("guest-agent-failed", { azureMessage: azureMessageOf(error) });
  const warning = new KluisError("AGENT_NOT_READY", {
    reason: "crash-only",
    message: `${error.message} The snapshot is crash-consistent only.`,
    params: { ...error.params, vm: requireVm(job).name },
  });
  return {
    kind: "again",
    memory: {
      operation: undefined,
      consistency: { ...plan, request: "crash", reason: noticeText(lower), notice: lower },
    },
    save: (tx) => addWarning(tx, job.id, errorInfo(warning)),
  };
}
