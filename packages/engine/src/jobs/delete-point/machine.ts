/** Deletion of a recovery point: its manifest goes, its kept snapshot too, its row stays as evidence. The bytes are collected later. */

import { azureOperationSchema } from "@kluis/azure";
import {
  endJob,
  findKeptSnapshot,
  loadPoint,
  markPointDeleted,
  markPointDeleting,
  type PointRef,
} from "@kluis/db";
import { deletePointParametersSchema, KluisError } from "@kluis/domain";
import { z } from "zod";
import { type Removal, removeSnapshot } from "../../job/snapshot-removal.ts";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";
import { snapshotSchema } from "../backup/memory.ts";

const memorySchema = z.object({
  deleting: z.boolean().optional(),
  operation: azureOperationSchema.optional(),
});
type Memory = z.infer<typeof memorySchema>;
type Context = StepContext<Memory>;

export const deletePointMachine: Machine<Memory> = {
  parse: (memory) => memorySchema.parse(memory ?? {}),
  steps: { delete: deletePoint },
  // Whoever asks for a deletion takes the point away from everybody at once: there is no way back that leaves it whole.
  cancellable: () => false,
  // Once the point is no longer offered the deletion goes on to its end.
  committed: (memory) => memory.deleting === true,
  cleanUp: () => Promise.resolve({ kind: "done", message: "Nothing was deleted." }),
};

async function deletePoint(context: Context): Promise<StepResult<Memory>> {
  const { deps, job, memory, signal } = context;
  const point = await requirePoint(context);
  if (point.state === "deleted") return deletedBefore(context);
  if (memory.deleting !== true) {
    return {
      kind: "again",
      memory: { deleting: true },
      save: async (tx) => {
        await markPointDeleting(tx, point.id);
      },
    };
  }
  await deps.vault.vault.deleteManifest(point.id, signal);
  const removal = await removeKept(context, point);
  if (removal?.kind === "running") {
    const message = "Azure removes the kept snapshot.";
    return {
      kind: "wait",
      afterMs: removal.retryAfterMs,
      message,
      memory: { operation: removal.operation },
    };
  }
  const { reason } = deletePointParametersSchema.parse(job.parameters);
  const at = deps.clock.now();
  const target = { type: "point", id: point.id, name: `${point.vmName} ${point.takenAt.toISOString()}` };
  return {
    kind: "done",
    message: "The recovery point is deleted.",
    memory: { operation: undefined },
    save: async (tx) => {
      await removal?.save(tx);
      await markPointDeleted(tx, { pointId: point.id, at, actor: job.actor, reason });
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
    },
    events: [
      {
        kind: reason === "retention" ? "point.pruned" : "point.deleted",
        target,
        data: { reason, by: job.actor },
      },
      { kind: "job.succeeded" },
    ],
    pointId: point.id,
  };
}

/** Another job was quicker: what was asked for is done, and this one must end too, or it would be tried for ever. */
function deletedBefore({ deps, job }: Context): StepResult<Memory> {
  const at = deps.clock.now();
  return {
    kind: "done",
    message: "The recovery point had been deleted already.",
    save: async (tx) => {
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
    },
    events: [{ kind: "job.succeeded" }],
  };
}

/** A pin counts until the deletion begins; from then on parts of the point may be gone. */
async function requirePoint({ deps, job, memory }: Context): Promise<PointRef> {
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  if (point === null)
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      params: { point: job.pointId },
    });
  const begun = memory.deleting === true || point.state === "deleting" || point.state === "deleted";
  if (point.pinnedAt === null || begun) return point;
  throw new KluisError("CONFLICT", {
    reason: "point-pinned",
    message: `The recovery point ${point.id} is pinned and cannot be deleted.`,
    action: "Unpin it first.",
    params: { point: point.id, pinnedAt: point.pinnedAt.toISOString() },
  });
}

/** One look at the removal of the snapshot that is kept of the point; null when none is. */
async function removeKept({ deps, memory, signal }: Context, point: PointRef): Promise<Removal | null> {
  const kept = await findKeptSnapshot(deps.db.prisma, point.id);
  const facts = kept === null ? null : snapshotSchema.safeParse(kept.detail);
  if (facts?.success !== true) return null;
  const { id, collectionId } = facts.data;
  const snapshot = { restorePointId: id, collectionId, operation: memory.operation ?? null };
  return removeSnapshot(deps, snapshot, signal);
}
