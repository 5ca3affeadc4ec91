/** What a change of rules takes of the recovery points of VMs, and whether the user may take it. */
import { governedVms, type Tx } from "@kluis/db";
import {
  type Access,
  can,
  KluisError,
  keepTheSame,
  type PolicyDocument,
  type Ref,
  ruleEffect,
  type VmPlace,
} from "@kluis/domain";

export interface VmEffect {
  readonly vm: Ref & VmPlace;
  /** Points that go at once. */
  readonly removed: number;
  /** Points that are kept for a shorter time. */
  readonly sooner: number;
}

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

/**
 * Call it in the transaction that saves. It counts and names no VM: the user may not see all of them.
 * @throws KluisError FORBIDDEN unless the user may shorten the retention of every affected VM
 */
export function mustMayShorten(access: Access, effects: readonly VmEffect[]): void {
  const refused = effects.filter(({ vm }) => !can(access, "retention:shorten", { kind: "vm", vm }));
  if (refused.length === 0) return;
  const points = refused.reduce((sum, { removed, sooner }) => sum + removed + sooner, 0);
  throw new KluisError("FORBIDDEN", {
    reason: "retention-shorten",
    message: `The change deletes recovery points or keeps them for a shorter time, also where you may not: ${points} of ${refused.length} virtual machines.`,
    action:
      "Request the permission retention:shorten on these machines, or keep their points as long as now.",
    params: { permission: "retention:shorten", points, vms: refused.length },
  });
}

/** What a change takes, in counts: who reads them may not see every VM. */
export function countsOf(effects: readonly VmEffect[]): Record<"vms" | "removed" | "sooner", number> {
  return {
    vms: effects.length,
    removed: effects.reduce((sum, one) => sum + one.removed, 0),
    sooner: effects.reduce((sum, one) => sum + one.sooner, 0),
  };
}
