/** Undoes a backup that failed or was canceled: removes its manifest, its read grants and its snapshot. */
import { restorePointIds } from "@kluis/azure";
import { listJobResources } from "@kluis/db";
import { notice } from "@kluis/domain";
import { removeSnapshot, revokeJobGrants, snapshotRemovedEvent } from "../../job/snapshot-removal.ts";
import type { CleanUpResult, StepContext } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { type BackupMemory, withoutUserData } from "./memory.ts";
import { restorePointRequest } from "./snapshot.ts";

export async function cleanUp(
  context: StepContext<BackupMemory>,
): Promise<CleanUpResult<"backup", BackupMemory>> {
  const { deps, job, memory, signal } = context;
  if (memory.sealedAt !== undefined && memory.pointId !== undefined) {
    const { vault } = await vaultOf(context);
    await vault.deleteManifest(memory.pointId, signal);
  }
  await revokeJobGrants(deps, job.id, signal);
  const resources = await listJobResources(deps.db.prisma, job.id);
  if (!resources.some(({ kind }) => kind === "restore-point")) {
    return { kind: "done", memory: withoutUserData(memory) };
  }
  const ids = restorePointIds(restorePointRequest(context));
  const removal = await removeSnapshot(deps, { ...ids, operation: memory.operation ?? null }, signal);
  if (removal.kind === "running") {
    return { kind: "wait", afterMs: removal.retryAfterMs, memory: { operation: removal.operation } };
  }
  return {
    kind: "done",
    memory: withoutUserData(memory),
    save: removal.save,
    events: [snapshotRemovedEvent(ids.restorePointId)],
    finished: { "remove-snapshot": notice("snapshot-removed", {}) },
  };
}
