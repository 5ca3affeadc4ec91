/** What a change of rules does to the recovery points that exist: judged by the function that prunes them. */
import { canonicalJson } from "../base/canonical-json.ts";
import type { PolicyDocument, TierRule } from "./policy.ts";
import {
  judgeRetention,
  type RetentionPoint,
  type RetentionTier,
  type RetentionVerdict,
} from "./retention.ts";

export interface RuleChange {
  /** The rules that hold now; null: none, as for a VM whose protection was stopped and whose points are kept. */
  readonly before: PolicyDocument | null;
  readonly after: PolicyDocument;
  readonly now: Date;
  /** The guardrail `retention.shortestDays`, under both rules. */
  readonly leastDays: number;
}

export interface RuleEffect {
  /** Points that the rules of now keep and the new ones remove at once, the newest first. */
  readonly removed: readonly string[];
  /** Points that the new rules keep for a shorter time. */
  readonly sooner: readonly string[];
}

/** Tells whether two policies keep the same points. */
export function keepTheSame(before: PolicyDocument, after: PolicyDocument): boolean {
  if (canonicalJson(before.retention) !== canonicalJson(after.retention)) return false;
  return before.schedule.timeZone === after.schedule.timeZone;
}

/** Returns the points that a change of rules takes, at once or sooner. */
export function ruleEffect(
  points: readonly RetentionPoint[],
  { before, after, now, leastDays }: RuleChange,
): RuleEffect {
  if (points.length === 0 || (before !== null && keepTheSame(before, after)))
    return { removed: [], sooner: [] };
  const judge = ({ retention, schedule }: PolicyDocument): RetentionVerdict[] =>
    judgeRetention(points, { retention, timeZone: schedule.timeZone, now, leastDays });
  const old = before === null ? null : new Map(judge(before).map((verdict) => [verdict.id, verdict]));
  const fewer = countOf(after.retention.keepLast) < countOf(before?.retention.keepLast);
  const removed: string[] = [];
  const sooner: string[] = [];
  for (const verdict of judge(after)) {
    const was = old === null ? null : (old.get(verdict.id) ?? null);
    if (was !== null && !was.keep) continue;
    if (!verdict.keep) removed.push(verdict.id);
    else if (isSooner(was, verdict, fewer)) sooner.push(verdict.id);
  }
  return { removed, sooner };
}

const countOf = (rule: TierRule | undefined): number => (typeof rule === "number" ? rule : 0);

/** Tiers that end within days, whatever the policy says. */
const passing: readonly RetentionTier[] = ["recent", "undeleted"];

function isSooner(was: RetentionVerdict | null, is: RetentionVerdict, fewer: boolean): boolean {
  if (is.tiers.includes("pinned")) return false;
  const lasts = ({ tiers }: RetentionVerdict): boolean => tiers.some((tier) => !passing.includes(tier));
  // Kept without any rule until now; what only its age or a guardrail protects goes when it has the age.
  if (was === null)
    return is.tiers.length > 0 && is.tiers.every((tier) => tier === "guardrail" || passing.includes(tier));
  if (lasts(was) && is.tiers.length > 0 && !lasts(is)) return true;
  if (fewer && was.tiers.includes("last")) return true;
  if (is.expiresAt === null) return false;
  // Kept without an end until now, by a count that paused backups do not reach: an age ends it.
  if (was.expiresAt === null) return is.timed && !was.timed;
  return is.expiresAt < was.expiresAt;
}
