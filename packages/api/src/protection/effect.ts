/** What a VM's points would lose when it comes under a policy, before that is saved. */
import { effectOnVm, getProtection, isInReach, readGuardrails, requirePolicy } from "@kluis/db";
import { can, policyViolations, retentionFloor, undoDays } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { violationViews } from "../guardrails/facts.ts";
import { lookupVmFor } from "../lookup.ts";
import { policySight } from "../policies/facts.ts";
import type { PreviewProtectionInput } from "./inputs.ts";
import type { protectionPreview } from "./view.ts";

/** Points that a preview lists; its counts are exact. */
const LISTED = 20;

/** @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN */
export async function previewProtection(
  ctx: SignedInContext,
  input: PreviewProtectionInput,
): Promise<z.input<typeof protectionPreview>> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  const { prisma } = ctx.api.db;
  const policy = await requirePolicy(prisma, input.policy, policySight(ctx));
  const before = await getProtection(prisma, vm.id);
  const guardrails = await readGuardrails(prisma);
  const { removed, sooner, points, takenAt } = await effectOnVm(prisma, {
    vm,
    policy,
    before,
    leastDays: retentionFloor(guardrails).shortestDays,
  });
  return {
    vm,
    policy,
    points,
    removed: removed.length,
    sooner: sooner.length,
    undoDays: undoDays(policy.current.document, retentionFloor(guardrails).softDeleteDays),
    rows: removed.slice(0, LISTED).flatMap((id) => {
      const at = takenAt(id);
      return at === undefined ? [] : [{ id, takenAt: at }];
    }),
    allowed: can(ctx.who.access, "retention:shorten", { kind: "vm", vm }),
    inReach: await isInReach(prisma, policy, vm),
    violations: violationViews(policyViolations(policy.current.document, guardrails)),
    retired: policy.retiredAt !== null,
  };
}
