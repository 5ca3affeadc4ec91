/** The name of a policy, and whether it takes VMs. Neither changes its rules, so neither makes a version. */
import {
  countGovernedVms,
  databaseNow,
  type PolicyRow,
  renamePolicy as rename,
  requirePolicy,
  setPolicyRetired,
  type Tx,
} from "@kluis/db";
import { mustBeAllowed } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import { policyEvent, saved } from "./events.ts";
import { policySight } from "./facts.ts";
import type { RenamePolicyInput } from "./inputs.ts";
import type { retiredPolicyView, savedPolicyView } from "./view.ts";

/**
 * Points, reports and the ledger refer to the policy by its id, so they show the new name.
 * @throws KluisError POLICY_NOT_FOUND, FORBIDDEN, CONFLICT when the name is taken or was changed meanwhile
 */
export async function renamePolicy(
  ctx: SignedInContext,
  { policy: reference, expectedName, name }: RenamePolicyInput,
): Promise<z.input<typeof savedPolicyView>> {
  const policy = await requireOwn(ctx, reference);
  return record(ctx, async (tx) => {
    await requireWriteNow(ctx, tx, policy);
    const before = expectedName ?? policy.name;
    await rename(tx, { id: policy.id, expectedName: before, name });
    const renamed = { ...policy, name };
    const data = { before: { name: before }, after: { name } };
    const event = policyEvent(ctx, renamed, { kind: "policy.renamed", data });
    return { result: saved(renamed), events: before === name ? [] : [event] };
  });
}

/**
 * Takes no VMs from now on. Those under the policy stay protected until they are moved, and no point is removed.
 * @throws KluisError POLICY_NOT_FOUND, FORBIDDEN
 */
export function retirePolicy(
  ctx: SignedInContext,
  reference: string,
): Promise<z.input<typeof retiredPolicyView>> {
  return setRetired(ctx, reference, true);
}

/** Takes VMs again. @throws KluisError POLICY_NOT_FOUND, FORBIDDEN */
export function reinstatePolicy(
  ctx: SignedInContext,
  reference: string,
): Promise<z.input<typeof retiredPolicyView>> {
  return setRetired(ctx, reference, false);
}

async function setRetired(
  ctx: SignedInContext,
  reference: string,
  retired: boolean,
): Promise<z.input<typeof retiredPolicyView>> {
  const policy = await requireOwn(ctx, reference);
  return record(ctx, async (tx) => {
    await requireWriteNow(ctx, tx, policy);
    const now = await databaseNow(tx);
    const changed = await setPolicyRetired(tx, policy.id, retired ? now : null);
    const vms = await countGovernedVms(tx, policy.id);
    const { retiredAt } = await requirePolicy(tx, policy.id, policySight(ctx));
    const kind = retired ? "policy.retired" : "policy.reinstated";
    const event = policyEvent(ctx, policy, { kind, data: { vms } });
    return { result: { ...saved(policy), retiredAt, vms }, events: changed ? [event] : [] };
  });
}

async function requireOwn(ctx: SignedInContext, reference: string): Promise<PolicyRow> {
  const policy = await requirePolicy(ctx.api.db.prisma, reference, policySight(ctx));
  mustBeAllowed(ctx.who.access, "policy:write", { kind: "team", teamId: policy.team?.id ?? null });
  return policy;
}

async function requireWriteNow(ctx: SignedInContext, tx: Tx, { team }: PolicyRow): Promise<void> {
  await requireNow(ctx, tx, {
    permission: "policy:write",
    target: { kind: "team", teamId: team?.id ?? null },
  });
}
