import { getProtection, requirePolicy } from "@kluis/db";
import { excludedOf, moveOperation } from "@kluis/db/actions";
import { goneFromAzure } from "@kluis/domain";
import type { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { policySight } from "../policies/facts.ts";
import type { SetProtectionInput } from "./inputs.ts";
import type { protectionView } from "./view.ts";

/**
 * Puts a VM under a policy and starts its first backup; changes policy and excluded disks of a protected VM. When that takes recovery
 * points, a second person must approve it.
 * @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN also beyond the reach of the policy or where points go without the right, DISK_NOT_FOUND, DISK_NOT_SUPPORTED, GUARDRAIL; CONFLICT for a retired policy; CONNECTION_UNUSABLE when no
 * backup can start
 */
export async function protectVm(
  ctx: SignedInContext,
  { vm: vmRef, policy: policyRef, excludedDisks: wanted, ...why }: SetProtectionInput,
): Promise<z.input<typeof protectionView>> {
  const vm = await lookupVmFor(ctx, "protection:write", vmRef);
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const policy = await requirePolicy(ctx.api.db.prisma, policyRef, policySight(ctx));
  const current = await getProtection(ctx.api.db.prisma, vm.id);
  const excludedDisks = excludedOf(vm, { wanted, current });
  const { done, requested } = await askSecondPerson(ctx, moveOperation, {
    input: { vmId: vm.id, policyId: policy.id, excludedDisks },
    ...why,
  });
  return { vm, policy, excludedDisks, jobId: done?.jobId ?? null, requested };
}
