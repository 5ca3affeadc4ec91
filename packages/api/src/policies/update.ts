/** A new version of a policy: saved at once, or requested when it takes recovery points. */
import {
  addPolicyVersion,
  databaseNow,
  holdGuardrails,
  noteViolations,
  type PolicyRow,
  policyChanged,
  requirePolicy,
  type Tx,
} from "@kluis/db";
import { digestOf } from "@kluis/db/actions";
import {
  canonicalJson,
  changesRootCode,
  documentForLedger,
  mustBeAllowed,
  mustFitAzure,
  mustKeepGuardrails,
  mustMayShorten,
  noEffect,
  type PolicyDocument,
  policyDocumentSchema,
  policyViolations,
  retentionFloor,
  textLines,
  undoDays,
  type VmEffect,
} from "@kluis/domain";
import { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import type { Done, Look, Operation } from "../approvals/operation.ts";
import type { SignedInContext } from "../context.ts";
import { countsOf, effectsOfVersion } from "./effects.ts";
import { policyEvent, saved } from "./events.ts";
import { policySight } from "./facts.ts";
import type { UpdatePolicyInput } from "./inputs.ts";
import type { savedPolicyView, updatedPolicyView } from "./view.ts";

/**
 * Saves a new version. When it removes points of any VM, or keeps them for a shorter time, a second person must approve it.
 * @throws KluisError POLICY_NOT_FOUND, FORBIDDEN also without the right to shorten retention of each VM that loses points, INPUT_INVALID when Azure cannot do it or a reason is missing, GUARDRAIL, CONFLICT when another user saved meanwhile
 */
export async function updatePolicy(
  ctx: SignedInContext,
  { policy: ref, expectedVersion, document, description, ...why }: UpdatePolicyInput,
): Promise<z.input<typeof updatedPolicyView>> {
  const policy = await requirePolicy(ctx.api.db.prisma, ref, policySight(ctx));
  const { done, requested } = await askSecondPerson(ctx, updatePolicyOperation, {
    input: {
      policyId: policy.id,
      expectedVersion,
      document,
      ...(description !== undefined && { description }),
    },
    ...why,
  });
  return { ...(done ?? saved(policy)), requested };
}

const editSchema = z.strictObject({
  policyId: z.uuid(),
  expectedVersion: z.int(),
  description: textLines.optional(),
  document: policyDocumentSchema,
});
type Edit = z.infer<typeof editSchema>;
type Saved = z.input<typeof savedPolicyView>;

/** A new version of a policy. It needs a second person when it takes points. */
export const updatePolicyOperation: Operation<Edit, Saved> = {
  kind: "policies.update",
  schema: editSchema,
  async hold(tx, { policyId }): Promise<void> {
    await holdGuardrails(tx);
    // From here no VM comes under the policy that the effect does not count.
    await tx.$queryRaw`SELECT id FROM "Policy" WHERE id = ${policyId}::uuid FOR UPDATE`;
  },

  async look(ctx, tx, input): Promise<Look> {
    const { before, effects, days } = await judge(ctx, tx, input);
    const teamId = before.team?.id ?? null;
    const { vms, removed, sooner } = countsOf(effects);
    const ids = effects.map(({ vm }) => vm.id).toSorted();
    return {
      needed: effects.length > 0,
      items: ids.map((vmId) => ({ vmId, pointId: null })),
      targets: [{ kind: "team", teamId }, ...effects.map(({ vm }) => ({ kind: "vm", vm }) as const)],
      target: { type: "policy", id: before.id, name: before.name },
      policyId: before.id,
      circumstances: {
        machines: digestOf(ids),
        policy: digestOf([before.id, before.current.version, teamId]),
      },
      effect: { ...noEffect, vms, points: removed, sooner, undoDays: days },
    };
  },

  async run(ctx, tx, { input, reason }): Promise<Done<Saved>> {
    const { before, effects } = await judge(ctx, tx, input);
    const { policyId: id, ...edit } = input;
    const policy = await addPolicyVersion(tx, { id, ...edit, actor: ctx.who.actor }, ctx.api.clock);
    const event = policyEvent(ctx, policy, {
      kind: "policy.changed",
      data: {
        before: { version: before.current.version, document: documentForLedger(before.current.document) },
        after: { version: policy.current.version, document: documentForLedger(policy.current.document) },
        effect: countsOf(effects),
        ...(reason === "" ? {} : { reason }),
      },
    });
    await noteViolations(tx);
    return { result: saved(policy), events: [event] };
  },
};

async function judge(
  ctx: SignedInContext,
  tx: Tx,
  { policyId, expectedVersion, document }: Edit,
): Promise<{ readonly before: PolicyRow; readonly effects: VmEffect[]; readonly days: number }> {
  const before = await requirePolicy(tx, policyId, policySight(ctx));
  const teamId = before.team?.id ?? null;
  mustBeAllowed(ctx.who.access, "policy:write", { kind: "team", teamId });
  if (before.current.version !== expectedVersion) throw policyChanged(before.name, before.current.version);
  mayChangeScripts(ctx, { teamId, before: before.current.document, after: document });
  mustFitAzure(document);
  const guardrails = await holdGuardrails(tx);
  // What existed before a guardrail keeps its other facts editable.
  if (canonicalJson(document) !== canonicalJson(before.current.document))
    mustKeepGuardrails(policyViolations(document, guardrails));
  const rules = { before: before.current.document, after: document, now: await databaseNow(tx) };
  const floor = retentionFloor(guardrails);
  const effects = await effectsOfVersion(tx, {
    policyId: before.id,
    ...rules,
    leastDays: floor.shortestDays,
  });
  mustMayShorten(ctx.who.access, effects);
  return { before, effects, days: undoDays(document, floor.softDeleteDays) };
}

/** Scripts that Kluis places run as root in every Linux VM of the policy. @throws KluisError FORBIDDEN */
export function mayChangeScripts(
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
