/** Whose change of rules removed a recovery point. */
import { z } from "zod";
import type { Actor } from "../ledger/audit.ts";
import type { PolicyDocument } from "./policy.ts";
import { judgeRetention, type RetentionPoint } from "./retention.ts";

/** `aged`: it grew old under rules that did not change. `edit`: a new version. `assignment`: the VM came under the policy. */
export const removalCauseKinds = ["aged", "edit", "assignment"] as const;
export type RemovalCauseKind = (typeof removalCauseKinds)[number];

/** Which rules removed a point, as its row and the ledger record it. */
export const removalCauseSchema = z.object({
  kind: z.enum(removalCauseKinds),
  policy: z.string(),
  version: z.int(),
});
export type RemovalCause = z.infer<typeof removalCauseSchema>;

/** The rules of a VM from a time on. */
export interface RuleChangeFact {
  readonly at: Date;
  readonly by: Actor | null;
  readonly kind: Exclude<RemovalCauseKind, "aged">;
  readonly version: number;
  readonly document: PolicyDocument;
}

export interface RuleHistory {
  /** The rules before the first change; null: none, which keep everything. */
  readonly before: PolicyDocument | null;
  /** The oldest first. The last one holds now. */
  readonly changes: readonly RuleChangeFact[];
}

/** A point with the time since which rules have held for it. */
export interface DatedPoint extends RetentionPoint {
  readonly createdAt: Date;
}

/**
 * Returns the change that removed each point: the first one since the point exists whose rules do not keep it, where the rules before
 * still would. Points without an entry grew old under the rules that held when they were made.
 * @param removed the points that the rules of now do not keep
 */
export function removalCauses(
  points: readonly DatedPoint[],
  {
    removed,
    history,
    now,
  }: { readonly removed: ReadonlySet<string>; readonly history: RuleHistory; readonly now: Date },
): ReadonlyMap<string, RuleChangeFact> {
  const kept = new Map<PolicyDocument, ReadonlySet<string>>();
  const keeps = (document: PolicyDocument | null, id: string): boolean => {
    if (document === null) return true;
    const known = kept.get(document) ?? keptBy(points, document, now);
    kept.set(document, known);
    return known.has(id);
  };
  const causes = new Map<string, RuleChangeFact>();
  for (const point of points) {
    if (!removed.has(point.id)) continue;
    const since = history.changes.findLastIndex(({ at }) => at <= point.createdAt);
    const own = since === -1 ? history.before : (history.changes[since]?.document ?? null);
    if (!keeps(own, point.id)) continue;
    const cause = history.changes.slice(since + 1).find(({ document }) => !keeps(document, point.id));
    if (cause !== undefined) causes.set(point.id, cause);
  }
  return causes;
}

function keptBy(points: readonly RetentionPoint[], document: PolicyDocument, now: Date): ReadonlySet<string> {
  const { retention, schedule } = document;
  const verdicts = judgeRetention(points, { retention, timeZone: schedule.timeZone, now });
  return new Set(verdicts.flatMap(({ id, keep }) => (keep ? [id] : [])));
}

/** Such as `nightly, version 4, saved by Ada`. */
export function describeRemovalCause({ kind, policy, version }: RemovalCause, by: string): string {
  switch (kind) {
    case "aged":
      return `no rule of ${policy}, version ${version}, keeps it anymore`;
    case "edit":
      return `version ${version} of ${policy}, saved by ${by}, does not keep it`;
    case "assignment":
      return `${policy}, version ${version}, under which ${by} put the VM, does not keep it`;
  }
  return kind satisfies never;
}
