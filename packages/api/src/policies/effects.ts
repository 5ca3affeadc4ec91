/** What a change of rules takes of the recovery points of VMs. */
import { governedVms, type Tx } from "@kluis/db";
import { keepTheSame, type PolicyDocument, ruleEffect, type VmEffect } from "@kluis/domain";

/** Returns the VMs of a policy that lose points, now or sooner than by its version before. */
export async function effectsOfVersion(
  tx: Tx,
  change: {
    readonly policyId: string;
    readonly before: PolicyDocument;
    readonly after: PolicyDocument;
    readonly now: Date;
    /** The guardrail `retention.shortestDays`; 0: none. */
    readonly leastDays: number;
  },
): Promise<VmEffect[]> {
  if (keepTheSame(change.before, change.after)) return [];
  const effects: VmEffect[] = [];
  for await (const { points, ...vm } of governedVms(tx, change.policyId)) {
    const { removed, sooner } = ruleEffect(points, change);
    if (removed.length + sooner.length === 0) continue;
    effects.push({ vm, removed: removed.length, sooner: sooner.length });
  }
  return effects;
}

/** What a change takes, in counts: who reads them may not see every VM. */
export function countsOf(effects: readonly VmEffect[]): Record<"vms" | "removed" | "sooner", number> {
  return {
    vms: effects.length,
    removed: effects.reduce((sum, one) => sum + one.removed, 0),
    sooner: effects.reduce((sum, one) => sum + one.sooner, 0),
  };
}
