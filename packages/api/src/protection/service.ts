import {
  assign,
  findVms,
  getProtection,
  holdGuardrails,
  holdPolicy,
  holdVmPoints,
  type JudgedAssignment,
  judgeAssignment,
  notify,
  requirePolicy,
  type Tx,
} from "@kluis/db";
import { diskKeySchema, goneFromAzure, noEffect } from "@kluis/domain";
import { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import { digestOf } from "../approvals/digest.ts";
import type { Done, Look, Operation } from "../approvals/operation.ts";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVmFor, unknownVm } from "../lookup.ts";
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
  const kept = current?.excludedDisks.filter((key) => vm.disks.some((disk) => disk.key === key));
  const excludedDisks = [...new Set(wanted ?? kept ?? [])];
  const { done, requested } = await askSecondPerson(ctx, moveOperation, {
    input: { vmId: vm.id, policyId: policy.id, excludedDisks },
    ...why,
  });
  return { vm, policy, excludedDisks, jobId: done?.jobId ?? null, requested };
}

const moveSchema = z.strictObject({
  vmId: z.uuid(),
  policyId: z.uuid(),
  excludedDisks: z.array(diskKeySchema),
});
type Move = z.infer<typeof moveSchema>;
interface Moved {
  readonly jobId: string | null;
}

/** A policy for a VM. It needs a second person when its rules take points. */
export const moveOperation: Operation<Move, Moved> = {
  kind: "protection.set",
  schema: moveSchema,
  async hold(tx, { vmId, policyId }): Promise<void> {
    await holdGuardrails(tx);
    await holdPolicy(tx, policyId);
    await holdVmPoints(tx, vmId);
  },

  async look(ctx, tx, input): Promise<Look> {
    const { vm, policy, before, effect, days } = await judgeMove(ctx, tx, input);
    const { removed, sooner } = effect;
    return {
      needed: removed.length + sooner.length > 0,
      items: [{ vmId: vm.id, pointId: null }],
      targets: [{ kind: "vm", vm }],
      target: { type: "vm", id: vm.id, name: `${vm.name}: ${policy.name}` },
      policyId: null,
      circumstances: {
        protection: digestOf(before && [before.id, before.policyId, before.state, before.excludedDisks]),
        policy: digestOf([policy.id, policy.current.version]),
      },
      effect: { ...noEffect, vms: 1, points: removed.length, sooner: sooner.length, undoDays: days },
    };
  },

  async run(ctx, tx, { input }): Promise<Done<Moved>> {
    const judged = await judgeMove(ctx, tx, input);
    const { events, jobId } = await assign(tx, judged, { actor: ctx.who.actor, clock: ctx.api.clock });
    await notify(tx, "inventory", { vmId: judged.vm.id });
    return { result: { jobId }, events };
  },
};

/** Everything that can refuse a policy for a VM that the user sees. */
async function judgeMove(ctx: SignedInContext, tx: Tx, input: Move): Promise<JudgedAssignment> {
  const [vm] = await findVms(tx, seen(ctx), input.vmId);
  if (vm === undefined) throw unknownVm(input.vmId);
  const { access } = ctx.who;
  const policy = await requirePolicy(tx, input.policyId, policySight(ctx));
  return judgeAssignment(tx, { vm, policy, excludedDisks: input.excludedDisks, access });
}
