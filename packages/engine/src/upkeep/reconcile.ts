/**
 * The reconciler: makes Azure as the rows of resources say. Jobs, retention and the sweeper only record what is no longer wanted.
 * Each resource has its own tries, pause, limit and error, so that one that cannot be removed stops no other.
 */
import {
  appendEvents,
  type ClaimedRemoval,
  claimRemovals,
  clearGoneAttention,
  confirmRemoval,
  databaseNow,
  inTransaction,
  keepClaimed,
  knownError,
  nextRemovalAt,
  notify,
  type RemovalClaim,
  readUnreadableRemovals,
  recordRemovalTry,
  restUnreadable,
  type Tx,
  teamsOfVm,
  wantEmptyCollectionRemoved,
} from "@kluis/db";
import {
  engineActor,
  errorInfo,
  isSnapshotKind,
  KluisError,
  type LedgerDraft,
  limits,
  nextRemoval,
  removalReasonTexts,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";
import { type RemovalOutcome, removers } from "./removers.ts";
import { refreshRemovalAttention } from "./stuck-removals.ts";

/** Resources that one engine removes at the same time. */
const CONCURRENCY = 4;
/** Resources that one page claims: they are all tried within the life of the claim, also when each takes its whole limit. */
const PAGE = CONCURRENCY;
/** The pause while another process uses the resource. */
const BUSY_MS = 5_000;

export interface ReconcileOptions {
  readonly signal: AbortSignal;
  /** Limit of one try; default: domain's. */
  readonly tryMs?: number;
}

/**
 * Removes what is due. A refusal is recorded with the resource, which has its tries, reason and attention; this work does not
 * fail then. Returns when the next try is due, or null when nothing is left to remove.
 */
export async function reconcileAzure(
  deps: EngineDeps,
  { signal, tryMs = limits.removalTryMs }: ReconcileOptions,
): Promise<Again | null> {
  await runWork(deps, reconciling(deps, tryMs), signal);
  await refreshRemovalAttention(deps);
  await clearGoneAttention(deps.db);
  const next = await nextRemovalAt(deps.db.prisma);
  if (next === null) return null;
  const now = await databaseNow(deps.db.prisma);
  return { againInMs: Math.max(0, next.getTime() - now.getTime()) };
}

/** The claims are the cursor: after its try a resource is not due any more. */
function reconciling(deps: EngineDeps, tryMs: number): RecurringWork<ClaimedRemoval> {
  const { db, engineId } = deps;
  const { prisma } = db;
  return {
    name: "reconcile",
    atOnce: CONCURRENCY,
    isShared: true,
    async page() {
      const items = await claimRemovals(prisma, { limit: PAGE, claimMs: limits.removalClaimMs, engineId });
      return { items, next: items.length < PAGE ? null : "claims" };
    },
    nameOf: (item) =>
      "claim" in item
        ? `${item.claim.kind} ${item.claim.resourceId.split("/").at(-1)}`
        : `resource ${item.id}`,
    async work(item, signal) {
      if ("claim" in item) {
        // When the database refuses to store how it went, the claim expires.
        return tryRemoval(deps, item.claim, AbortSignal.any([signal, AbortSignal.timeout(tryMs)]));
      }
      const now = await databaseNow(prisma);
      const at = new Date(now.getTime() + limits.removalLongestPauseMs);
      await restUnreadable(prisma, { id: item.id, at });
      throw item.error;
    },
    async standing() {
      const unreadable = await readUnreadableRemovals(prisma);
      if (unreadable === null) return null;
      const error = new KluisError("INTERNAL", {
        message: "Another version of Kluis recorded this removal.",
        action: "Update every engine to the same version.",
      });
      return { items: unreadable.count, first: unreadable.first, error };
    },
  };
}

async function tryRemoval(deps: EngineDeps, claim: RemovalClaim, signal: AbortSignal): Promise<void> {
  let outcome: RemovalOutcome;
  try {
    outcome = await removers[claim.kind](deps, claim, signal);
  } catch (error) {
    return recordFailure(deps, claim, failureOf(error, signal));
  }
  await inTransaction(deps.db, (tx) => recordOutcome(tx, { deps, claim, outcome }));
}

/** Errors of the time limit say so. An engine that stops records only the end of its claim. */
function failureOf(error: unknown, signal: AbortSignal): KluisError {
  if (signal.aborted && isTimeout(signal.reason)) {
    return new KluisError("AZURE_UNREACHABLE", {
      message: "Azure did not answer the removal in time.",
      cause: error,
    });
  }
  return knownError(error);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}

async function recordFailure(deps: EngineDeps, claim: RemovalClaim, error: KluisError): Promise<void> {
  const { kind, resourceId, tries: before } = claim;
  deps.log.warn({ error, kind, resourceId, tries: before }, "reconciler: not removed; it is tried again");
  await inTransaction(deps.db, async (tx) => {
    const now = await databaseNow(tx);
    const isUnknown =
      claim.state === "planned" && now.getTime() - claim.createdAt.getTime() > limits.plannedUnknownMs;
    if (isUnknown) return recordOutcome(tx, { deps, claim, outcome: { kind: "gone", existed: false } });
    // The engine stops: another one continues at once.
    const isStop = error.code === "CANCELLED";
    const { tries, pauseMs } = isStop ? { tries: before, pauseMs: 0 } : nextRemoval(before, error);
    const nextTryAt = new Date(now.getTime() + pauseMs);
    // An error about the pending deletion ends it: the next try starts again, and finds what Azure did.
    const done = { tries, nextTryAt, error: isStop ? null : errorInfo(error), operation: null };
    if (await recordRemovalTry(tx, claim, done)) await notifyOwner(tx, claim);
  });
}

interface Outcome {
  readonly deps: Pick<EngineDeps, "clock">;
  readonly claim: RemovalClaim;
  readonly outcome: RemovalOutcome;
}

async function recordOutcome(tx: Tx, { deps, claim, outcome }: Outcome): Promise<void> {
  const at = await databaseNow(tx);
  switch (outcome.kind) {
    case "needed":
      return keepClaimed(tx, claim);
    case "busy":
    case "running": {
      const pauseMs =
        outcome.kind === "busy" ? BUSY_MS : Math.min(limits.removalLongestPauseMs, outcome.retryAfterMs);
      const operation = outcome.kind === "busy" ? null : outcome.operation;
      const nextTryAt = new Date(at.getTime() + pauseMs);
      await recordRemovalTry(tx, claim, { tries: claim.tries, nextTryAt, error: null, operation });
      return;
    }
    case "gone": {
      if (!(await confirmRemoval(tx, claim, at))) return;
      if (claim.kind === "restore-point") await wantEmptyCollectionRemoved(tx, claim.resourceId, at);
      await notifyOwner(tx, claim);
      const event = outcome.existed ? removedEvent(claim) : null;
      if (event === null) return;
      const vm = claim.vmId === null ? {} : { vmId: claim.vmId, teamIds: await teamsOfVm(tx, claim.vmId) };
      await appendEvents(tx, deps.clock, [{ ...event, ...vm }]);
      return;
    }
    default:
      return outcome satisfies never;
  }
}

async function notifyOwner(tx: Tx, { jobId, vmId, kind }: RemovalClaim): Promise<void> {
  if (jobId !== null) await notify(tx, "job", { jobId });
  if (vmId !== null && isSnapshotKind(kind)) await notify(tx, "points", { vmId });
}

function removedEvent({ kind, resourceId, jobId, pointId, reason, tries }: RemovalClaim): LedgerDraft | null {
  const name = resourceId.split("/").at(-1) ?? "";
  const why = reason === null ? {} : { reason: removalReasonTexts[reason] };
  const data = { jobId, pointId, ...why, refusedTries: tries };
  switch (kind) {
    case "restore-point":
    case "snapshot": {
      if (reason === "orphan") break;
      const target = { type: "snapshot", id: resourceId, name } as const;
      return { kind: "snapshot.removed", actor: engineActor, target, data };
    }
    case "grant":
    case "manifest":
    case "restore-point-collection":
      return null;
    case "disk":
      break;
    default:
      return kind satisfies never;
  }
  return {
    kind: "azure-resource.removed",
    actor: engineActor,
    target: { type: kind, id: resourceId, name },
    data,
  };
}
