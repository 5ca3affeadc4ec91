import {
  addPolicyVersion,
  countGovernedVms,
  countPolicyVms,
  createPolicy as create,
  databaseNow,
  holdGuardrails,
  listPolicies as list,
  listPolicyVersions,
  listPolicyVms,
  noteViolations,
  type PolicyRow,
  policyChanged,
  readGuardrails,
  readStoreRates,
  requirePolicy,
} from "@kluis/db";
import {
  can,
  canonicalJson,
  changesRootCode,
  describePolicy,
  documentForLedger,
  type Guardrails,
  mustBeAllowed,
  mustFitAzure,
  mustKeepGuardrails,
  noticeText,
  type PolicyDocument,
  policyViolations,
  retentionFloor,
  type StoreRates,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { violationViews } from "../guardrails/facts.ts";
import { record } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import { countsOf, effectsOfVersion, mustMayShorten } from "./effects.ts";
import { policyEvent, saved } from "./events.ts";
import { changesOf, limitNotes, nextRunOf, policySight } from "./facts.ts";
import type { CreatePolicyInput, UpdatePolicyInput } from "./inputs.ts";
import { teamFor } from "./offers.ts";
import type { policyRow, policyView, savedPolicyView } from "./view.ts";

export async function listPolicies(ctx: SignedInContext): Promise<z.input<typeof policyRow>[]> {
  const { prisma } = ctx.api.db;
  const policies = await list(prisma, policySight(ctx));
  const counts = await countPolicyVms(prisma, seen(ctx));
  const facts = { rates: await readStoreRates(prisma), guardrails: await readGuardrails(prisma) };
  return policies.map((policy) => viewOf(ctx, policy, { vmCount: counts.get(policy.id) ?? 0, ...facts }));
}

/** @throws KluisError POLICY_NOT_FOUND */
export async function getPolicy(ctx: SignedInContext, ref: string): Promise<z.input<typeof policyView>> {
  const { prisma } = ctx.api.db;
  const policy = await requirePolicy(prisma, ref, policySight(ctx));
  const vms = await listPolicyVms(prisma, seen(ctx), policy.id);
  const versions = await listPolicyVersions(prisma, policy.id);
  const facts = { rates: await readStoreRates(prisma), guardrails: await readGuardrails(prisma) };
  const row = viewOf(ctx, policy, { vmCount: vms.length, ...facts });
  return {
    ...row,
    vms,
    governedVms: row.can.edit ? await countGovernedVms(prisma, policy.id) : null,
    versions: versions.map((version, index) => ({
      ...version,
      sentence: describePolicy(version.document),
      changes: changesOf(versions[index + 1]?.document, version.document),
    })),
  };
}

function viewOf(
  ctx: SignedInContext,
  policy: PolicyRow,
  {
    vmCount,
    rates,
    guardrails,
  }: { readonly vmCount: number; readonly rates: StoreRates; readonly guardrails: Guardrails },
): z.input<typeof policyRow> {
  const { version, document } = policy.current;
  const notes = limitNotes(document, rates);
  return {
    ...policy,
    currentVersion: version,
    document,
    sentence: describePolicy(document),
    vmCount,
    nextRunAt: nextRunOf(document, ctx.api.clock.now()),
    notes: notes.map(noticeText),
    noteNotices: [...notes],
    violations: violationViews(policyViolations(document, guardrails)),
    can: { edit: can(ctx.who.access, "policy:write", { kind: "team", teamId: policy.team?.id ?? null }) },
  };
}

type Saved = z.input<typeof savedPolicyView>;

/** @throws KluisError FORBIDDEN, CONFLICT when the name is taken, NOT_FOUND for another team, INPUT_INVALID when a team is required, or when Azure cannot do what the policy says, GUARDRAIL */
export async function createPolicy(ctx: SignedInContext, input: CreatePolicyInput): Promise<Saved> {
  const teamId = await teamFor(ctx, input.team);
  mustBeAllowed(ctx.who.access, "policy:write", { kind: "team", teamId });
  mayChangeScripts(ctx, { teamId, before: undefined, after: input.document });
  mustFitAzure(input.document);
  const { actor } = ctx.who;
  return record(ctx, async (tx) => {
    const { name, description, document } = input;
    mustKeepGuardrails(policyViolations(document, await holdGuardrails(tx)));
    const policy = await create(tx, { name, description, document, teamId, actor }, ctx.api.clock);
    const event = policyEvent(ctx, policy, {
      kind: "policy.created",
      data: { document: documentForLedger(document), description },
    });
    return { result: saved(policy), events: [event] };
  });
}

/** @throws KluisError POLICY_NOT_FOUND, FORBIDDEN also without the right to shorten retention of each VM that loses points, INPUT_INVALID when Azure cannot do it, GUARDRAIL, CONFLICT when another user saved meanwhile */
export async function updatePolicy(ctx: SignedInContext, input: UpdatePolicyInput): Promise<Saved> {
  const before = await requirePolicy(ctx.api.db.prisma, input.policy, policySight(ctx));
  const teamId = before.team?.id ?? null;
  mustBeAllowed(ctx.who.access, "policy:write", { kind: "team", teamId });
  const { expectedVersion, document, description } = input;
  mustBeCurrent(before, expectedVersion);
  mayChangeScripts(ctx, { teamId, before: before.current.document, after: document });
  mustFitAzure(document);
  const edit = { id: before.id, expectedVersion, document, actor: ctx.who.actor };
  return record(ctx, async (tx) => {
    const target = { kind: "team", teamId } as const;
    const guardrails = await holdGuardrails(tx);
    // What existed before a guardrail keeps its other facts editable.
    if (canonicalJson(document) !== canonicalJson(before.current.document))
      mustKeepGuardrails(policyViolations(document, guardrails));
    const access = await requireNow(ctx, tx, { permission: "policy:write", target });
    // Locks the policy: from here no VM comes under it that the effect does not count.
    const policy = await addPolicyVersion(tx, { ...edit, description }, ctx.api.clock);
    const rules = { before: before.current.document, after: document, now: await databaseNow(tx) };
    const leastDays = retentionFloor(guardrails).shortestDays;
    const effects = await effectsOfVersion(tx, { policyId: policy.id, ...rules, leastDays });
    mustMayShorten(access, effects);
    const event = policyEvent(ctx, policy, {
      kind: "policy.changed",
      data: {
        before: { version: before.current.version, document: documentForLedger(before.current.document) },
        after: { version: policy.current.version, document: documentForLedger(policy.current.document) },
        effect: countsOf(effects),
      },
    });
    await noteViolations(tx);
    return { result: saved(policy), events: [event] };
  });
}

/** What follows is compared with the version that was read: the edit must be of this one. @throws KluisError CONFLICT */
function mustBeCurrent({ name, current }: PolicyRow, expectedVersion: number): void {
  if (current.version !== expectedVersion) throw policyChanged(name, current.version);
}

/** Scripts that Kluis places run as root in every Linux VM of the policy. @throws KluisError FORBIDDEN */
function mayChangeScripts(
  ctx: SignedInContext,
  edit: {
    readonly teamId: string | null;
    readonly before: PolicyDocument | undefined;
    readonly after: PolicyDocument;
  },
): void {
  const { teamId, before, after } = edit;
  if (!changesRootCode(before?.consistency, after.consistency)) return;
  mustBeAllowed(ctx.who.access, "policy:scripts", { kind: "team", teamId });
}
