/**
 * What an error means for a transfer: retry it, park the transfer while an outage lasts, or give it up. Pure, and the same for
 * backups and restores.
 *
 * A parked transfer uses no tries, and keeps its snapshot or its new disk, and everything that was moved.
 */

import { limits } from "../base/limits.ts";
import { type ErrorCode, isLimited, type Retry } from "../errors/errors.ts";
import { isOpenJobState, type JobKind, type JobStage, type JobState } from "../jobs/job-states.ts";
import type { TransferReason } from "./transfer-wait.ts";

/**
 * - `retry`: no outage; the rule of the task's retries decides.
 * - `soft`: may be a hiccup; an outage only after a few tries in a row.
 * - `outage`: lasts until someone or something outside of the job ends it.
 */
export type OutageKind = "retry" | "soft" | "outage";

const outageKinds = {
  INPUT_INVALID: "retry",
  NOT_FOUND: "retry",
  CONFLICT: "retry",
  NOT_SIGNED_IN: "retry",
  TOKEN_INVALID: "retry",
  FORBIDDEN: "retry",
  GUARDRAIL: "retry",
  RATE_LIMITED: "retry",
  CONFIG_INVALID: "outage",
  VM_NOT_FOUND: "retry",
  VM_NOT_PROTECTED: "retry",
  POLICY_NOT_FOUND: "retry",
  POINT_NOT_FOUND: "retry",
  DISK_NOT_FOUND: "retry",
  DISK_NOT_SUPPORTED: "retry",
  JOB_ALREADY_RUNNING: "retry",
  CONSISTENCY_NOT_REACHED: "retry",
  EXTENSION_FAILED: "retry",
  AGENT_NOT_READY: "retry",
  GUEST_FAILED: "retry",
  TRANSFER_GIVEN_UP: "retry",
  AZURE_UNREACHABLE: "soft",
  AZURE_AUTH_FAILED: "outage",
  AZURE_FORBIDDEN: "outage",
  AZURE_NOT_FOUND: "retry",
  AZURE_SUBSCRIPTION_UNUSABLE: "outage",
  AZURE_LIMIT_REACHED: "outage",
  AZURE_CONFLICT: "soft",
  AZURE_THROTTLED: "soft",
  AZURE_REJECTED: "retry",
  AZURE_FAILED: "soft",
  AZURE_SAS_EXPIRED: "soft",
  DISK_ACCESS_REFUSED: "outage",
  DELTA_BASE_INVALID: "retry",
  CONNECTION_UNUSABLE: "outage",
  DIRECTORY_UNUSABLE: "retry",
  VAULT_UNUSABLE: "outage",
  VAULT_UNREACHABLE: "soft",
  VAULT_FULL: "outage",
  VAULT_NOT_INITIALISED: "outage",
  VAULT_ALREADY_EXISTS: "retry",
  VAULT_VERSION_UNSUPPORTED: "outage",
  VAULT_KEY_WRONG: "outage",
  KEY_VAULT_UNUSABLE: "outage",
  VAULT_DATA_DAMAGED: "retry",
  VAULT_OBJECT_MISSING: "retry",
  VAULT_OBJECT_EXISTS: "retry",
  CLOCK_WRONG: "retry",
  DATABASE_UNREACHABLE: "retry",
  DISK_FULL: "outage",
  PORT_IN_USE: "retry",
  CANCELLED: "retry",
  INTERNAL: "retry",
} as const satisfies Record<ErrorCode, OutageKind>;

/** Tries in a row after which a `soft` error is an outage: 1 s, 2 s and 4 s apart. */
const SOFT_TRIES = 3;

/**
 * What a job would lose if an outage failed it now:
 * - `nothing`: no outage parks it.
 * - `place`: only its place and its tries. What no retry can change fails it at once: a person waits, and can correct it.
 * - `work`: a snapshot, or data that was moved. Each outage parks it, because someone outside of the job can end each.
 */
export type TransferStake = "nothing" | "place" | "work";

/** What a restore would lose. A disk that only needs its network access is removed rather than left open for days. */
export function restoreStake(restore: {
  /** The step that writes to the disk has begun. */
  readonly hasWritten: boolean;
  readonly uploadEnded: boolean;
}): TransferStake {
  return restore.hasWritten && !restore.uploadEnded ? "work" : "place";
}

export interface TransferFailure {
  readonly kind: JobKind;
  readonly stake: TransferStake;
  readonly error: { readonly code: ErrorCode; readonly retry: Retry; readonly retryAfterMs: number | null };
  /** Failures of the same task in a row, before this one. */
  readonly failedBefore: number;
  /** Since when the transfer is parked; null while it is not. */
  readonly parkedSince: Date | null;
  /** When it began to move; null: it has not. */
  readonly startedAt: Date | null;
  readonly now: Date;
  /** A newer snapshot of the VM is complete; never of a restore, which nothing replaces. */
  readonly hasNewerCapture: boolean;
  /** When the backup had to be complete; null without a deadline. */
  readonly deadlineAt: Date | null;
}

/** `superseded`: a newer snapshot is complete. `expired`: the outage lasted too long. */
export type TransferGiveUpReason = "superseded" | "expired";

export type TransferVerdict =
  | { readonly kind: "continue" }
  | { readonly kind: "park"; readonly pauseMs: number }
  | { readonly kind: "give-up"; readonly reason: TransferGiveUpReason };

/** Judges a failed try of a transfer. */
export function judgeTransfer(failure: TransferFailure): TransferVerdict {
  const { kind, error, parkedSince, startedAt, now, hasNewerCapture, deadlineAt } = failure;
  if (!mayPark(failure) || !isOutage(failure)) return { kind: "continue" };
  const lastedMs = parkedSince === null ? 0 : Math.max(0, now.getTime() - parkedSince.getTime());
  if (hasNewerCapture && lastedMs >= patienceMs({ startedAt, parkedSince }))
    return { kind: "give-up", reason: "superseded" };
  const lateMs = deadlineAt === null ? lastedMs : now.getTime() - deadlineAt.getTime();
  if (Math.min(lastedMs, lateMs) >= giveUpMs(kind)) return { kind: "give-up", reason: "expired" };
  return { kind: "park", pauseMs: parkPauseMs(lastedMs, error.retryAfterMs ?? 0) };
}

/**
 * How long an outage may last. A restore is given up sooner: its point stays, so only what it has written is lost, and its new disk
 * costs money meanwhile.
 */
export function giveUpMs(kind: JobKind): number {
  return kind === "restore-disk" ? limits.restoreGiveUpMs : limits.transferGiveUpMs;
}

function mayPark({ stake, error }: TransferFailure): boolean {
  switch (stake) {
    case "nothing":
      return false;
    case "place":
      return error.retry !== "never";
    case "work":
      return true;
    default:
      return stake satisfies never;
  }
}

function isOutage({ error, failedBefore, parkedSince }: TransferFailure): boolean {
  const kind: OutageKind = outageKinds[error.code];
  switch (kind) {
    case "retry":
      return false;
    case "outage":
      return true;
    case "soft":
      // Throttling uses no tries. A long pause is an outage; a short one is how Azure slows a caller down.
      if (isLimited(error.retry) && (error.retryAfterMs ?? 0) >= limits.transferLongPauseMs) return true;
      return parkedSince !== null || failedBefore >= SOFT_TRIES;
    default:
      return kind satisfies never;
  }
}

/**
 * How long an outage must last before a newer snapshot replaces a transfer that it has stopped: half as long as the transfer had
 * moved, at least 10 minutes and at most a day. A first transfer of days would otherwise begin again after each short outage.
 */
export function patienceMs({
  startedAt,
  parkedSince,
}: Pick<OlderTransfer, "startedAt" | "parkedSince">): number {
  const movedMs =
    startedAt === null || parkedSince === null ? 0 : parkedSince.getTime() - startedAt.getTime();
  return Math.min(limits.transferPatienceMs, Math.max(limits.transferHiccupMs, movedMs / 2));
}

/** The pause of a parked transfer: half as long as the outage has lasted, between 1 second and 15 minutes. */
export function parkPauseMs(lastedMs: number, atLeastMs = 0): number {
  const { transferPauseShortestMs: shortest, transferPauseLongestMs: longest } = limits;
  return Math.min(longest, Math.max(shortest, atLeastMs, lastedMs / 2));
}

export interface OlderTransfer {
  /** When it began to open its snapshot; null: it has not. */
  readonly startedAt: Date | null;
  readonly parkedSince: Date | null;
}

/**
 * Whether a newer complete snapshot replaces an older transfer of the same VM: one that has not started, or that an outage has
 * stopped for too long. A transfer that moves continues.
 */
export function isReplaced({ startedAt, parkedSince }: OlderTransfer, now: Date): boolean {
  if (startedAt === null) return true;
  return (
    parkedSince !== null && now.getTime() - parkedSince.getTime() >= patienceMs({ startedAt, parkedSince })
  );
}

/** A transfer whose snapshot a newer one replaces, and what it took over from those that it had replaced itself. */
export interface ReplacedTransfer {
  readonly deadlineAt: Date | null;
  readonly firstDeadlineAt: Date | null;
  /** Since when it waits for a slot. */
  readonly servedAt: Date;
  readonly replacedCount: number;
}

/** What a transfer takes over from those that its snapshot replaces. */
export interface Inheritance {
  readonly firstDeadlineAt: Date | null;
  readonly servedAt: Date;
  readonly replacedCount: number;
}

/**
 * A newer snapshot that replaces others takes their place: the first deadline orders its transfer, and it has waited as long as the
 * first of them. Otherwise a VM whose snapshots are replaced again and again would begin at the end each time, and never get a
 * recovery point. Null when it replaces none.
 */
export function inherit(replaced: readonly ReplacedTransfer[]): Inheritance | null {
  const [first] = replaced;
  if (first === undefined) return null;
  const deadlines = replaced.flatMap((one) => one.firstDeadlineAt ?? one.deadlineAt ?? []);
  return {
    firstDeadlineAt: deadlines.length === 0 ? null : earliest(deadlines),
    servedAt: earliest(replaced.map((one) => one.servedAt)),
    replacedCount: replaced.reduce((sum, one) => sum + one.replacedCount + 1, 0),
  };
}

/** Whether so many snapshots in a row got no transfer that a person should know. */
export function isStarved({ replacedCount }: Pick<Inheritance, "replacedCount">): boolean {
  return replacedCount >= limits.replacedAttentionTimes;
}

function earliest(times: readonly Date[]): Date {
  return new Date(Math.min(...times.map((at) => at.getTime())));
}

/** What a transfer that does not move waits for: its turn, or the end of an outage. */
export const transferWaits = ["turn", "outage"] as const;
export type TransferWait = (typeof transferWaits)[number];

/** Returns what a transfer waits for; null when it moves, or when the job is not in that stage. */
export function transferWaitOf(job: {
  readonly state: JobState;
  readonly stage: JobStage;
  readonly parkedSince: Date | string | null;
  /** What its forecast found; missing: there is none. */
  readonly waitsFor?: TransferReason | null;
}): TransferWait | null {
  if (!isOpenJobState(job.state) || job.stage === "cleaning-up") return null;
  if (job.parkedSince !== null) return "outage";
  const waitsFor = job.waitsFor ?? null;
  return job.stage === "transfer-waiting" || waitsFor !== null ? "turn" : null;
}
