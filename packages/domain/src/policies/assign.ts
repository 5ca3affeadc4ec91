/** What prevents that a VM comes under a policy, beyond guardrails and the VM itself. Pure. */
import { type Access, can, type VmPlace } from "../access/access.ts";
import type { Ref } from "../base/view.ts";
import { KluisError } from "../errors/errors.ts";

/** What a change of rules takes of a VM. */
export interface VmEffect {
  readonly vm: Ref & VmPlace;
  /** Points that go at once. */
  readonly removed: number;
  /** Points that are kept for a shorter time. */
  readonly sooner: number;
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

/**
 * Call it in the transaction that assigns, while the policy is held. A VM that is under the policy already may change its disks.
 * @throws KluisError CONFLICT
 */
export function mustTakeVms(
  policy: Ref & { readonly retiredAt: Date | null },
  before: { readonly policyId: string; readonly state: string } | null,
): void {
  if (policy.retiredAt === null) return;
  if (before?.state === "active" && before.policyId === policy.id) return;
  throw new KluisError("CONFLICT", {
    reason: "policy-retired",
    message: `The policy ${policy.name} is retired and takes no virtual machines.`,
    action: "Choose another policy.",
    params: { policy: policy.name },
  });
}

/** The error of a VM that Azure no longer has. */
export function goneFromAzure(vm: { readonly name: string }): KluisError {
  return new KluisError("VM_NOT_FOUND", {
    reason: "gone",
    message: `The virtual machine ${vm.name} is no longer in Azure.`,
    action: "Restore from its recovery points, which are kept.",
    params: { vm: vm.name },
  });
}
