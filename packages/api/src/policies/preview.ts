import { listPointViews, listPolicyVms, type PointRow, requirePolicy } from "@kluis/db";
import {
  describePolicy,
  judgeRetention,
  longestGapSeconds,
  nextOccurrences,
  type PolicyDocument,
  type RetentionVerdict,
} from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { iso } from "../shape.ts";
import type { PolicyPreview, Ref } from "../views/index.ts";
import { policySight } from "./facts.ts";
import type { PreviewPolicyInput } from "./inputs.ts";

/** VMs and points per VM that a preview judges; enough for an editor, bounded for the server. */
const mostVms = 20;
const mostPoints = 400;

export async function previewPolicy(ctx: SignedInContext, input: PreviewPolicyInput): Promise<PolicyPreview> {
  const { document } = input;
  const now = ctx.api.clock.now();
  const runs = nextOccurrences(document.schedule, now, 10);
  const { timeZone } = document.schedule;
  const vms = await vmsAskedAbout(ctx, input);
  const judged = await Promise.all(vms.slice(0, mostVms).map((vm) => judgeVm(ctx, document, vm)));
  const points = judged.flat().toSorted((a, b) => b.takenAt.localeCompare(a.takenAt));
  const removed = points.filter((point) => !point.keep).length;
  return {
    sentence: describePolicy(document),
    timeZone,
    nextRuns: runs.map((at) => ({ at: iso(at), local: localTime(at, timeZone) })),
    longestGapSeconds: longestGapSeconds(document.schedule),
    points,
    removed,
    notes: notes(document, { runs, vms: vms.length, removed }),
  };
}

async function vmsAskedAbout(ctx: SignedInContext, input: PreviewPolicyInput): Promise<readonly Ref[]> {
  if (input.vm !== undefined) {
    const vm = await lookupVm(ctx, input.vm);
    return [{ id: vm.id, name: vm.name }];
  }
  if (input.policy === undefined) return [];
  const policy = await requirePolicy(ctx.api.db.prisma, input.policy, policySight(ctx));
  return listPolicyVms(ctx.api.db.prisma, seen(ctx), policy.id);
}

async function judgeVm(
  ctx: SignedInContext,
  document: PolicyDocument,
  vm: Ref,
): Promise<PolicyPreview["points"]> {
  const { rows } = await listPointViews(ctx.api.db.prisma, seen(ctx), {
    filter: { vmId: vm.id, state: ["available", "damaged"] },
    order: { sort: "takenAt", direction: "desc", page: 1, pageSize: mostPoints },
  });
  const verdicts = judgeRetention(
    rows.map((row) => ({
      id: row.id,
      takenAt: new Date(row.takenAt),
      pinned: row.pinnedAt !== null,
      good: row.state === "available",
    })),
    {
      retention: document.retention,
      timeZone: document.schedule.timeZone,
      now: ctx.api.clock.now(),
      protectionActive: true,
    },
  );
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  return rows.flatMap((row) => verdictView(row, vm, byId.get(row.id)));
}

function verdictView(
  row: PointRow,
  vm: Ref,
  verdict: RetentionVerdict | undefined,
): PolicyPreview["points"][number][] {
  if (verdict === undefined) return [];
  const { keep, tiers, reason } = verdict;
  return [{ id: row.id, vm, takenAt: row.takenAt, keep, tiers, reason, expiresAt: iso(verdict.expiresAt) }];
}

function localTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(at);
}

function notes(
  document: PolicyDocument,
  facts: { readonly runs: readonly Date[]; readonly vms: number; readonly removed: number },
): string[] {
  const found: string[] = [];
  const offsets = new Set(facts.runs.map((at) => offsetOf(at, document.schedule.timeZone)));
  if (offsets.size > 1) {
    found.push("The clocks change between these runs: the local times stay as written, the UTC times move.");
  }
  if (facts.removed > 0) {
    const points = facts.removed === 1 ? "1 recovery point" : `${facts.removed} recovery points`;
    found.push(`Saving this lets ${points} expire at the next clean-up.`);
  }
  if (facts.vms > mostVms)
    found.push(`Only the first ${mostVms} of ${facts.vms} virtual machines are judged here.`);
  if (document.instantRestoreDays > 5) {
    found.push(
      "More than five days of instant restore keep many snapshots in Azure; each is paid for there.",
    );
  }
  return found;
}

function offsetOf(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
