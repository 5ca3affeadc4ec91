/** A VM comes under a policy, or its policy and disks change. */
import { diskKeySchema, noEffect } from "@kluis/domain";
import { z } from "zod";
import { holdVmPoints } from "../approvals/facts.ts";
import { notify } from "../events/listen.ts";
import { holdGuardrails } from "../guardrails/read.ts";
import { holdPolicy } from "../policies/governed.ts";
import { requirePolicy } from "../policies/read.ts";
import { assign, type JudgedAssignment, judgeAssignment } from "../protections/assign.ts";
import type { ProtectionRow } from "../protections/write.ts";
import type { Tx } from "../tx.ts";
import type { StoredVm } from "../vms/write.ts";
import type { ActingContext } from "./acting.ts";
import { digestOf } from "./digest.ts";
import type { Done, Look, Operation } from "./operation.ts";
import { policySightOf, requireSeen } from "./sight.ts";

/** The disks that a VM under another policy does not back up: the wanted ones, or those that are excluded now. */
export function excludedOf(
  vm: Pick<StoredVm, "disks">,
  {
    wanted,
    current,
  }: { readonly wanted: readonly string[] | undefined; readonly current: ProtectionRow | null },
): string[] {
  const kept = current?.excludedDisks.filter((key) => vm.disks.some((disk) => disk.key === key));
  return [...new Set(wanted ?? kept ?? [])];
}

const moveSchema = z.strictObject({
  vmId: z.uuid(),
  policyId: z.uuid(),
  excludedDisks: z.array(diskKeySchema),
});
export type Move = z.infer<typeof moveSchema>;
export interface Moved {
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
async function judgeMove(ctx: ActingContext, tx: Tx, input: Move): Promise<JudgedAssignment> {
  const vm = await requireSeen(ctx, tx, input.vmId);
  const { access } = ctx.who;
  const policy = await requirePolicy(tx, input.policyId, policySightOf(access));
  return judgeAssignment(tx, { vm, policy, excludedDisks: input.excludedDisks, access });
}
