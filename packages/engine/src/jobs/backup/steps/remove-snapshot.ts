/** Revokes read access, then removes the snapshot or keeps it for instant restore. */
import { addWarning } from "@kluis/db";
import { errorInfo, failureParams, KluisError, notice } from "@kluis/domain";
import { removeSnapshot, revokeJobGrants, snapshotRemovedEvent } from "../../../job/snapshot-removal.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
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
    // The manifest is durable, so a final refusal of Azure must not undo the backup. The sweeper retries the removal.
    if (!(error instanceof KluisError) || error.retry !== "never" || error.code === "CANCELLED") throw error;
    const warning = errorInfo(error);
    return {
      kind: "done",
      notice: notice("snapshot-removal-failed", failureParams(error)),
      memory: { operation: undefined },
      save: (tx) => addWarning(tx, job.id, warning),
    };
  }
}

function keep(memory: BackupMemory, days: number): Result {
  const takenMs = new Date(recall(memory, "snapshot").facts.createdAt).getTime();
  const keepUntil = new Date(takenMs + days * DAY_MS).toISOString();
  return {
    kind: "done",
    notice: notice("snapshot-kept", { keptUntilAt: keepUntil }),
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
  if (removal.kind === "running") return waitForAzure(removal, notice("snapshot-removing", {}));
  return {
    kind: "done",
    notice: notice("snapshot-removed", {}),
    save: removal.save,
    memory: { operation: undefined, snapshotRemovedAt: deps.clock.now().toISOString() },
    events: [snapshotRemovedEvent(facts.id)],
  };
}
