import {
  countGovernedVms,
  countPolicyVms,
  createPolicy as create,
  holdGuardrails,
  listPolicies as list,
  listPolicyVersions,
  listPolicyVms,
  type PolicyRow,
  readGuardrails,
  readStoreRates,
  requirePolicy,
} from "@kluis/db";
import {
  can,
  describePolicy,
  documentForLedger,
  type Guardrails,
  mustBeAllowed,
  mustFitAzure,
  mustKeepGuardrails,
  noticeText,
  policyViolations,
  type StoreRates,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { violationViews } from "../guardrails/facts.ts";
import { record } from "../record.ts";
import { policyEvent, saved } from "./events.ts";
import { changesOf, limitNotes, nextRunOf, policySight } from "./facts.ts";
import type { CreatePolicyInput } from "./inputs.ts";
import { teamFor } from "./offers.ts";
import { mayChangeScripts } from "./update.ts";
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
