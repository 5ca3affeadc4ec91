/** The periods of the work that the engine repeats, and when its silence is a problem. */
import { limits } from "../base/limits.ts";
import { type Notice, notice } from "../notices/notices.ts";
import type { WorkName } from "./recurring-names.ts";

export interface WorkRule {
  readonly everyMs: number;
  /** How long one run works before it continues as a new task, so that a stop or another task never waits for long. */
  readonly budgetMs: number;
  /** A pass that succeeded longer ago than this is a problem: several periods, and the time that a long pass needs. */
  readonly overdueMs: number;
}

const minute = 60_000;
const hour = 60 * minute;

export const workRules: Readonly<Record<WorkName, WorkRule>> = {
  schedule: { everyMs: limits.scheduleTickMs, budgetMs: 20_000, overdueMs: 5 * minute },
  forecast: { everyMs: limits.forecastMs, budgetMs: 30_000, overdueMs: 15 * minute },
  discovery: { everyMs: limits.discoverMs, budgetMs: 5 * minute, overdueMs: hour },
  retention: { everyMs: 10 * minute, budgetMs: 2 * minute, overdueMs: 3 * hour },
  history: { everyMs: hour, budgetMs: 2 * minute, overdueMs: 24 * hour },
  "kept-snapshots": { everyMs: 10 * minute, budgetMs: 2 * minute, overdueMs: 3 * hour },
  // Each removal wakes it at once, and each sweep too.
  reconcile: { everyMs: 15 * minute, budgetMs: 5 * minute, overdueMs: hour },
  // 10,000 collections take three hours and a half: it uses a part of Azure's budget only.
  sweep: { everyMs: 15 * minute, budgetMs: 15 * minute, overdueMs: 12 * hour },
  collection: { everyMs: hour, budgetMs: 50 * minute, overdueMs: 24 * hour },
  anchor: { everyMs: limits.ledgerAnchorMs, budgetMs: minute, overdueMs: 3 * hour },
  // Each backup and each copy wakes it at once.
  copies: { everyMs: 10 * minute, budgetMs: 5 * minute, overdueMs: 3 * hour },
  // The end of a scheduled verification wakes it too.
  verification: { everyMs: 10 * minute, budgetMs: 2 * minute, overdueMs: 3 * hour },
  // Expired requests cannot be approved in any case; this only records their end.
  approvals: { everyMs: 5 * minute, budgetMs: minute, overdueMs: hour },
  // Each discovery wakes it, and so does each change of a rule.
  assignment: { everyMs: limits.discoverMs, budgetMs: 5 * minute, overdueMs: hour },
  // An account that the directory has disabled ends here within this period.
  directory: { everyMs: limits.directoryReadMs, budgetMs: 5 * minute, overdueMs: 2 * hour },
  // Damage wakes it at once.
  "damage-reach": { everyMs: hour, budgetMs: 10 * minute, overdueMs: 24 * hour },
  // A difference between vault and database wakes it at once.
  comparison: { everyMs: 24 * hour, budgetMs: 50 * minute, overdueMs: 72 * hour },
};

/** Repeated work: the pass under way, and the last one that ended. */
export interface WorkState {
  readonly name: WorkName;
  /** Failed items of the pass under way, and of the last one. */
  readonly failed: number;
  readonly lastFailed: number;
  readonly lastDone: number;
  /** When the first or the last pass began, whichever is known: the age of work that never succeeded. */
  readonly startedAt: Date | null;
  readonly lastEndedAt: Date | null;
  readonly lastSuccessAt: Date | null;
}

export type WorkVerdict =
  | { readonly kind: "healthy"; readonly notice: Notice }
  /** Show the error of the first failed item, of the pass under way or of the last one. */
  | { readonly kind: "failing"; readonly failed: number; readonly of: "current" | "last" }
  | { readonly kind: "overdue"; readonly notice: Notice };

/** Judges the work at an instant. A failed item of the pass under way shows at once. */
export function judgeWork(state: WorkState, now: Date): WorkVerdict {
  if (state.failed > 0) return { kind: "failing", failed: state.failed, of: "current" };
  if (state.lastFailed > 0) return { kind: "failing", failed: state.lastFailed, of: "last" };
  const since = state.lastSuccessAt ?? state.startedAt;
  const ageMs = since === null ? 0 : now.getTime() - since.getTime();
  const { overdueMs } = workRules[state.name];
  if (ageMs > overdueMs) {
    const minutes = Math.floor(ageMs / minute);
    return { kind: "overdue", notice: notice("work-overdue", { minutes, limit: overdueMs / minute }) };
  }
  return { kind: "healthy", notice: notice("work-healthy", { done: state.lastDone }) };
}
