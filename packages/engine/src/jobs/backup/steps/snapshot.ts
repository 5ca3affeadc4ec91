/** The snapshot: a restore point of the VM, named after the job, so that starting it again meets the same one. */
import {
  type Poll,
  pollRestorePoint,
  type RestorePointFacts,
  type RestorePointRequest,
  restorePointIds,
  startRestorePoint,
} from "@kluis/azure";
import { addWarning, inTransaction, markResourceCreated, planResource } from "@kluis/db";
import { errorInfo, isKluisError, judgeConsistency, KluisError } from "@kluis/domain";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type BackupMemory, guestSituation, recall } from "../memory.ts";
import { requirePolicy, requireVm } from "../require.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** How long to wait before looking again whether a snapshot's data can be read (Premium SSD v2 and Ultra copy first). */
const COMPLETION_PAUSE_MS = 5_000;

export async function snapshot(context: Context): Promise<Result> {
  const { deps, memory } = context;
  if (memory.snapshotStartedAt === undefined) return plan(context);
  try {
    const poll = await look(context);
    if (poll.status === "running") {
      const message = "Azure takes the snapshot.";
      return { kind: "wait", afterMs: poll.retryAfterMs, message, memory: { operation: poll.operation } };
    }
    const waiting = poll.result.disks.filter((disk) => disk.completionPercent < 100);
    if (waiting.length > 0) {
      const percent = Math.min(...waiting.map((disk) => disk.completionPercent));
      deps.log.debug({ jobId: context.job.id, percent }, "snapshot is not readable yet");
      const message = `Azure makes the snapshot readable (${Math.floor(percent)} %).`;
      return { kind: "wait", afterMs: COMPLETION_PAUSE_MS, message, memory: { operation: undefined } };
    }
    return taken(context, poll.result);
  } catch (error) {
    if (!isKluisError(error, "AGENT_NOT_READY") || recall(memory, "consistency").request === "crash")
      throw error;
    return withoutAgent(context, error);
  }
}

export function restorePointRequest({
  deps,
  job,
  memory,
}: Pick<Context, "deps" | "job" | "memory">): RestorePointRequest {
  const vm = recall(memory, "vm");
  return {
    vmId: vm.id,
    location: vm.location,
    jobId: job.id,
    installationId: deps.installationId,
    crashConsistent: recall(memory, "consistency").request === "crash",
    excludeDiskIds: recall(memory, "excluded").flatMap(({ resourceId }) => resourceId ?? []),
  };
}

/** Writes down what will be made, before Azure is asked. */
async function plan(context: Context): Promise<Result> {
  const { deps, job } = context;
  const { collectionId, restorePointId } = restorePointIds(restorePointRequest(context));
  const at = deps.clock.now();
  const shared = { jobId: job.id, vmId: requireVm(job).id };
  await inTransaction(deps.db, async (tx) => {
    await planResource(
      tx,
      { ...shared, kind: "restore-point-collection", resourceId: collectionId.toLowerCase() },
      at,
    );
    await planResource(
      tx,
      { ...shared, kind: "restore-point", resourceId: restorePointId.toLowerCase() },
      at,
    );
  });
  return { kind: "again", memory: { snapshotStartedAt: at.toISOString(), operation: undefined } };
}

async function look(context: Context): Promise<Poll<RestorePointFacts>> {
  const { deps, memory, signal } = context;
  const request = restorePointRequest(context);
  if (memory.operation?.kind === "restore-point")
    return pollRestorePoint(deps.azure, memory.operation, { signal });
  return startRestorePoint(deps.azure, request, { signal });
}

function taken(context: Context, facts: RestorePointFacts): Result {
  const { deps, job, memory } = context;
  const plan = recall(memory, "consistency");
  const { otherwise } = requirePolicy(job).document.consistency;
  const outcome = judgeConsistency(plan, guestSituation(memory), { azure: facts.consistency, otherwise });
  const { reached, reason } = outcome;
  const { wanted } = plan;
  if (!outcome.acceptable) {
    const error = new KluisError("CONSISTENCY_NOT_REACHED", {
      message:
        `The snapshot is ${reached}-consistent, and the policy wants ${wanted}-consistent or nothing. ${reason ?? ""}`.trim(),
      action:
        "Look at the VSS writers and the guest agent of the VM, or let the policy continue with the next lower level.",
    });
    return { kind: "fail", error };
  }
  const warning = new KluisError("CONSISTENCY_NOT_REACHED", {
    message: `The recovery point is ${reached}-consistent. ${reason ?? ""}`.trim(),
  });
  return {
    kind: "done",
    message: `Snapshot taken, ${reached}-consistent.`,
    detail: { restorePoint: facts.name, azure: facts.consistency, wanted, reached, reason },
    memory: {
      operation: undefined,
      snapshot: {
        facts: { ...facts, disks: [...facts.disks] },
        endedAt: deps.clock.now().toISOString(),
        reached,
        reason,
      },
    },
    save: async (tx) => {
      const collectionId = facts.collectionId.toLowerCase();
      await markResourceCreated(tx, { kind: "restore-point-collection", resourceId: collectionId });
      await markResourceCreated(tx, {
        kind: "restore-point",
        resourceId: facts.id.toLowerCase(),
        detail: { ...facts },
      });
      if (reason !== null) await addWarning(tx, job.id, errorInfo(warning));
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

/** The agent left the restore point undone. When the policy allows, a crash-consistent one is taken under the same name. */
function withoutAgent({ job, memory }: Context, error: KluisError): Result {
  if (requirePolicy(job).document.consistency.otherwise === "fail") return { kind: "fail", error };
  const plan = recall(memory, "consistency");
  const warning = new KluisError("AGENT_NOT_READY", {
    message: `${error.message} The snapshot is crash-consistent only.`,
  });
  return {
    kind: "again",
    memory: { operation: undefined, consistency: { ...plan, request: "crash", reason: error.message } },
    save: (tx) => addWarning(tx, job.id, errorInfo(warning)),
  };
}
