import { expect, test } from "vitest";
import type { Actor } from "../ledger/audit.ts";
import { type PolicyDocument, policyDocumentSchema, type Retention } from "./policy.ts";
import {
  type DatedPoint,
  describeRemovalCause,
  type RuleChangeFact,
  removalCauses,
} from "./removal-cause.ts";
import { judgeRetention } from "./retention.ts";

const now = new Date("2026-06-30T12:00Z");
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const document = (retention: Retention): PolicyDocument =>
  policyDocumentSchema.parse({
    schedule: { kind: "daily", times: ["01:00"], timeZone: "UTC" },
    retention,
    instantRestoreDays: 0,
    consistency: { wanted: "crash", otherwise: "continue", vss: "full" },
  });
const by = (name: string): Actor => ({ kind: "person", personId: name, name, via: "session" });
const change = (days: number, retention: Retention, more: Partial<RuleChangeFact> = {}): RuleChangeFact => ({
  at: daysAgo(days),
  by: by(`person-${days}`),
  kind: "edit",
  version: 2,
  document: document(retention),
  ...more,
});
const points: readonly DatedPoint[] = [1, 5, 10, 20, 40].map((days) => ({
  id: `p${days}`,
  takenAt: daysAgo(days),
  createdAt: daysAgo(days),
  pinned: false,
  good: true,
}));
const days = (age: number): Retention => ({ daily: { age, unit: "days" } });

function causes(before: PolicyDocument | null, changes: readonly RuleChangeFact[]): Record<string, string> {
  const last = changes.at(-1)?.document ?? before;
  if (last === null) return {};
  const verdicts = judgeRetention(points, { retention: last.retention, timeZone: "UTC", now });
  const removed = new Set(verdicts.flatMap(({ id, keep }) => (keep ? [] : [id])));
  const found = removalCauses(points, { removed, history: { before, changes }, now });
  return Object.fromEntries([...found].map(([id, one]) => [id, one.by?.name ?? "unknown"]));
}

test("a shorter rule is the cause only for what the rules before would keep", () => {
  // p40 is older than both rules allow: it ages out.
  expect(causes(document(days(30)), [change(3, days(7))])).toEqual({
    p10: "person-3",
    p20: "person-3",
  });
});

test("points that were made after the change age out under it", () => {
  expect(causes(document(days(90)), [change(15, days(7))])).toEqual({ p20: "person-15", p40: "person-15" });
});

test("of several edits the first that takes the point is the cause, not the last one", () => {
  const changes = [change(3, days(15)), change(2, { daily: { age: 15, unit: "days" } }), change(1, days(8))];
  expect(causes(document(days(60)), changes)).toEqual({
    p10: "person-1",
    p20: "person-3",
    p40: "person-3",
  });
});

test("a VM that had no rules lost nothing before it was put under the policy", () => {
  const assigned = change(2, days(7), { kind: "assignment", by: by("Ada") });
  expect(causes(null, [assigned])).toEqual({ p10: "Ada", p20: "Ada", p40: "Ada" });
});

test("without changes everything ages out", () => {
  expect(causes(document(days(7)), [])).toEqual({});
});

test("causes are described for the command line and the ledger", () => {
  const cause = { policy: "nightly", version: 4 } as const;
  expect(describeRemovalCause({ kind: "aged", ...cause }, "")).toBe(
    "no rule of nightly, version 4, keeps it anymore",
  );
  expect(describeRemovalCause({ kind: "edit", ...cause }, "Ada")).toBe(
    "version 4 of nightly, saved by Ada, does not keep it",
  );
});
