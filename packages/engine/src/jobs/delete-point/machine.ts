/**
 * The deletion of a recovery point: removes its manifest, and leaves its kept snapshot to the reconciler. Its row stays as evidence.
 */
import {
  endJob,
  loadPoint,
  markPointDeleted,
  markPointDeleting,
  type PointRef,
  wantRemoved,
} from "@kluis/db";
import { deletePointParametersSchema, KluisError, type LedgerTarget, notice } from "@kluis/domain";
import { z } from "zod";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { mayDelete } from "../../runtime/vault-trust.ts";
import { accountSoon } from "../../upkeep/collect/task.ts";

const memorySchema = z.object({
  deleting: z.boolean().optional(),
});
type Memory = z.infer<typeof memorySchema>;
type Context = StepContext<Memory>;

export const deletePointMachine: Machine<"delete-point", Memory> = {
  parse: (memory) => memorySchema.parse(memory ?? {}),
  steps: { delete: deletePoint },
  taskOf: () => "point.delete",
  // The manifest is removed first, so that a started deletion cannot be undone.
  isCancellable: () => false,
  isCommitted: (memory) => memory.deleting === true,
  // Parts of the point may be gone, so it can never be called whole again.
  whenStuck: "continues",
  cleanUp: () => Promise.resolve({ kind: "done" }),
};

/** Vault and database differ, and a person decides. */
const DIFFERS_PAUSE_MS = 5 * 60_000;

async function deletePoint(context: Context): Promise<StepResult<Memory>> {
  const { deps, job, memory, signal } = context;
  const point = await requirePoint(context);
  // Removed meanwhile in a way that can be undone: it is purged when its time is over.
  const isRemoved = point.state === "soft-deleted" && memory.deleting !== true;
  if (point.state === "deleted" || isRemoved) return endAsDeleted(context);
  const parameters = deletePointParametersSchema.safeParse(job.parameters);
  if (memory.deleting !== true) {
    if (!parameters.success) return { kind: "fail", error: withoutReason(job.id) };
    return {
      kind: "again",
      memory: { deleting: true },
      save: async (tx) => {
        if (!(await markPointDeleting(tx, point.id))) throw pointPinned(point);
      },
    };
  }
  if (!(await mayDelete(deps.db.prisma, point.vaultId)))
    return { kind: "wait", afterMs: DIFFERS_PAUSE_MS, notice: notice("point-deletion-waits", {}) };
  const { vault } = await vaultOf(context);
  await vault.deleteManifest(point.id, signal);
  // A deletion that has started cannot stop for want of its reason: parts of the point are gone.
  const reason = parameters.success ? parameters.data.reason : "not recorded";
  const at = deps.clock.now();
  const target: LedgerTarget = {
    type: "point",
    id: point.id,
    name: `${point.vmName} ${point.takenAt.toISOString()}`,
  };
  return {
    kind: "done",
    notice: notice("point-deleted", {}),
    save: async (tx, now) => {
      await wantRemoved(tx, { where: { pointId: point.id }, reason: "point-deleted", at: now });
      await accountSoon(tx, point.vaultId);
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

/** Another job deleted the point first. This one must end too, or it would be retried forever. */
function endAsDeleted({ deps, job }: Context): StepResult<Memory> {
  const at = deps.clock.now();
  return {
    kind: "done",
    notice: notice("point-already-deleted", {}),
    save: async (tx) => {
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
    },
    events: [{ kind: "job.succeeded" }],
  };
}

function withoutReason(jobId: string): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "fields",
    message: "The job does not say why the recovery point is deleted.",
    action: "Delete the recovery point again, with a reason.",
    params: { fields: "reason", jobId },
  });
}

/** A pin has an effect until the deletion starts; after that, parts of the point may be missing. */
async function requirePoint({ deps, job, memory }: Context): Promise<PointRef> {
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  if (point === null) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      params: { point: job.pointId },
    });
  }
  const hasStarted = memory.deleting === true || point.state === "deleting" || point.state === "deleted";
  if (point.pinnedAt === null || hasStarted) return point;
  throw pointPinned(point);
}

function pointPinned({ id, pinnedAt }: PointRef): KluisError {
  return new KluisError("CONFLICT", {
    reason: "point-pinned",
    message: `Recovery point ${id} is pinned and cannot be deleted.`,
    action: "Unpin it first.",
    params: { point: id, pinnedAt: pinnedAt?.toISOString() ?? null },
  });
}
