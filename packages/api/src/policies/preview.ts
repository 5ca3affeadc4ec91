import {
  databaseNow,
  type LivePoint,
  listNewestLivePoints,
  listPolicyVms,
  type PolicyRow,
  readGuardrails,
  readStoreRates,
  requirePolicy,
} from "@kluis/db";
import {
  can,
  describePolicy,
  isVisible,
  judgeRetention,
  judgeWindow,
  longestGapSeconds,
  type Notice,
  nextOccurrences,
  notice,
  noticeText,
  type PolicyDocument,
  policyViolations,
  type Ref,
  type RetentionFloor,
  type RetentionRules,
  type RetentionVerdict,
  retentionFloor,
  type StoreRates,
  undoDays,
  type VmEffect,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { violationViews } from "../guardrails/facts.ts";
import { lookupVm } from "../lookup.ts";
import { countsOf, effectsOfVersion } from "./effects.ts";
import { changesOf, limitNotes, policySight } from "./facts.ts";
import type { PreviewPolicyInput } from "./inputs.ts";
import type { policyPreview } from "./view.ts";

type Preview = z.input<typeof policyPreview>;

/** The most VMs that a preview judges, and points of each: enough for an editor, bounded for the server. */
const mostVms = 20;
const mostPoints = 400;
/** Instant restore for longer than this gets a hint about its cost. */
const manySnapshotsDays = 5;

/** @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, CONFLICT */
export async function previewPolicy(ctx: SignedInContext, input: PreviewPolicyInput): Promise<Preview> {
  const { document } = input;
  const { timeZone } = document.schedule;
  const runs = nextOccurrences(document.schedule, ctx.api.clock.now(), 10);
  const { prisma } = ctx.api.db;
  const policy =
    input.policy === undefined ? null : await requirePolicy(prisma, input.policy, policySight(ctx));
  const vms = await vmsOf(ctx, input, policy);
  const guardrails = await readGuardrails(prisma);
  const floor = retentionFloor(guardrails);
  const points = await judgeVms(ctx, vms.slice(0, mostVms), { document, floor });
  const effect = await effectOf(ctx, { policy, document, floor, page: input.effectPage });
  const removed = effect?.removed ?? points.filter((point) => !point.keep).length;
  const rates = await readStoreRates(prisma);
  const notes = notesOn(document, { runs, vms: vms.length, removed, rates, floor });
  return {
    sentence: describePolicy(document),
    timeZone,
    nextRuns: runs.map((at) => ({ at, local: localTime(at, timeZone) })),
    longestGapSeconds: longestGapSeconds(document.schedule),
    points,
    removed,
    effect,
    changes: changesOf(policy?.current.document, document),
    violations: violationViews(policyViolations(document, guardrails)),
    notes: notes.map(noticeText),
    noteNotices: notes,
  };
}

/** Returns the VMs whose points are judged: the one in the input, those of the policy in the input, or none. */
async function vmsOf(
  ctx: SignedInContext,
  input: PreviewPolicyInput,
  policy: PolicyRow | null,
): Promise<readonly Ref[]> {
  if (input.vm !== undefined) return [await lookupVm(ctx, input.vm)];
  return policy === null ? [] : listPolicyVms(ctx.api.db.prisma, seen(ctx), policy.id);
}

/** Rules as an editor has them, with what the guardrails of now keep beside them. */
interface Drafted {
  readonly document: PolicyDocument;
  readonly floor: RetentionFloor;
}

/** Judges the newest points of VMs that the user sees; the newest of all first. */
async function judgeVms(
  ctx: SignedInContext,
  vms: readonly Ref[],
  { document, floor }: Drafted,
): Promise<Preview["points"]> {
  const ids = vms.map(({ id }) => id);
  const rows = await listNewestLivePoints(ctx.api.db.prisma, ids, mostPoints);
  const byVm = Map.groupBy(rows, ({ vmId }) => vmId);
  const rules = {
    retention: document.retention,
    timeZone: document.schedule.timeZone,
    now: ctx.api.clock.now(),
    leastDays: floor.shortestDays,
  };
  return vms
    .flatMap((vm) => judgeVm(vm, byVm.get(vm.id) ?? [], rules))
    .toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

function judgeVm(vm: Ref, rows: readonly LivePoint[], rules: RetentionRules) {
  const facts = rows.map(({ id, takenAt, pinnedAt, keptUntil, state }) => ({
    id,
    takenAt,
    pinned: pinnedAt !== null,
    keptUntil,
    good: state === "available",
  }));
  const verdicts = new Map(judgeRetention(facts, rules).map((verdict) => [verdict.id, verdict]));
  return rows.flatMap((row) => {
    const verdict = verdicts.get(row.id);
    if (verdict === undefined) return [];
    const { keep, tiers, reason, expiresAt } = verdict;
    const reasonNotice = verdictNotice(row, verdict);
    const { id, takenAt } = row;
    return [{ id, vm, takenAt, keep, tiers: [...tiers], reason, reasonNotice, expiresAt }];
  });
}

/** Affected VMs on one page. */
const effectRows = 20;

/** Null for a user who may not edit the policy: its counts include machines that they do not see, and walk all of its points. */
function effectOf(
  ctx: SignedInContext,
  { policy, ...edit }: Drafted & { readonly policy: PolicyRow | null; readonly page: number },
): ReturnType<typeof effectPage> | null {
  const teamId = policy?.team?.id ?? null;
  const mayEdit = can(ctx.who.access, "policy:write", { kind: "team", teamId });
  return policy !== null && mayEdit ? effectPage(ctx, { policy, ...edit }) : null;
}

/** The exact effect on all VMs of the policy, and a page of those that the user sees. */
async function effectPage(
  ctx: SignedInContext,
  { policy, document, floor, page }: Drafted & { readonly policy: PolicyRow; readonly page: number },
): Promise<NonNullable<Preview["effect"]> & { readonly removed: number }> {
  const now = await databaseNow(ctx.api.db.prisma);
  const rules = { before: policy.current.document, after: document, now };
  const change = { policyId: policy.id, ...rules, leastDays: floor.shortestDays };
  const effects = await effectsOfVersion(ctx.api.db.prisma, change);
  const visible = effects
    .filter(({ vm }) => isVisible(seen(ctx), vm))
    .toSorted((a, b) => b.removed - a.removed || b.sooner - a.sooner || (a.vm.name < b.vm.name ? -1 : 1));
  const allowed = ({ vm }: VmEffect): boolean => can(ctx.who.access, "retention:shorten", { kind: "vm", vm });
  return {
    ...countsOf(effects),
    removedVms: effects.filter((one) => one.removed > 0).length,
    refusedVms: effects.filter((one) => !allowed(one)).length,
    rows: visible
      .slice((page - 1) * effectRows, page * effectRows)
      .map((one) => ({ ...one, allowed: allowed(one) })),
    page,
    total: visible.length,
  };
}

function verdictNotice({ state }: LivePoint, { keep, tiers }: RetentionVerdict): Notice {
  if (keep) return notice(tiers.length > 0 ? "retention-kept" : "retention-kept-damaged", {});
  return notice(state === "available" ? "retention-removed" : "retention-removed-damaged", {});
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

function notesOn(
  document: PolicyDocument,
  facts: {
    readonly runs: readonly Date[];
    readonly vms: number;
    readonly removed: number;
    readonly rates: StoreRates;
    readonly floor: RetentionFloor;
  },
): Notice[] {
  const { vms, removed: points } = facts;
  const days = document.instantRestoreDays;
  const offsets = new Set(facts.runs.map((at) => offsetOf(at, document.schedule.timeZone)));
  return [
    ...limitNotes(document, facts.rates),
    ...judgeWindow(document, facts.runs),
    ...(offsets.size > 1 ? [notice("preview-clocks-change", {})] : []),
    ...(points > 0
      ? [
          notice("preview-points-expire", { points }),
          notice("preview-points-undo", { days: undoDays(document, facts.floor.softDeleteDays) }),
        ]
      : []),
    ...(vms > mostVms ? [notice("preview-more-vms", { judged: mostVms, vms })] : []),
    ...(days > manySnapshotsDays ? [notice("preview-many-snapshots", { days })] : []),
  ];
}

function offsetOf(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
