/** The snapshot goes, or stays for instant restore. Read access ends in either case. */
import { addWarning } from "@kluis/db";
import { errorInfo, KluisError } from "@kluis/domain";
import { removeSnapshot, revokeJobGrants } from "../../../job/snapshot-removal.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type BackupMemory, recall } from "../memory.ts";
import { requirePolicy } from "../require.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

const DAY_MS = 86_400_000;

export async function removeJobSnapshot(context: Context): Promise<Result> {
  const { deps, job, memory, signal } = context;
  try {
    await revokeJobGrants(deps, job.id, signal);
    const days = requirePolicy(job).document.instantRestoreDays;
    if (days > 0) return keep(memory, days);
    return await remove(context);
  } catch (error) {
    // The point is durable: what Azure refuses for good must not undo it. The sweeper goes on trying.
    if (!(error instanceof KluisError) || error.retry !== "never" || error.code === "CANCELLED") throw error;
    const warning = errorInfo(error);
    return {
      kind: "done",
      message: `The snapshot could not be removed: ${error.message}`,
      memory: { operation: undefined },
      save: (tx) => addWarning(tx, job.id, warning),
    };
  }
}

function keep(memory: BackupMemory, days: number): Result {
  const taken = new Date(recall(memory, "snapshot").facts.createdAt).getTime();
  const keepUntil = new Date(taken + days * DAY_MS).toISOString();
  return {
    kind: "done",
    message: `The snapshot stays for instant restore until ${keepUntil}.`,
    detail: { keepUntil },
    memory: { keepUntil },
  };
}

async function remove({ deps, memory, signal }: Context): Promise<Result> {
  const { facts } = recall(memory, "snapshot");
  const snapshot = {
    restorePointId: facts.id,
    collectionId: facts.collectionId,
    operation: memory.operation ?? null,
  };
  const removal = await removeSnapshot(deps, snapshot, signal);
  if (removal.kind === "running") {
    const message = "Azure removes the snapshot.";
    return { kind: "wait", afterMs: removal.retryAfterMs, message, memory: { operation: removal.operation } };
  }
  return {
    kind: "done",
    message: "Snapshot removed.",
    save: removal.save,
    memory: { operation: undefined, snapshotRemovedAt: deps.clock.now().toISOString() },
    events: [{ kind: "snapshot.removed", target: { type: "snapshot", id: facts.id, name: facts.name } }],
  };
}
