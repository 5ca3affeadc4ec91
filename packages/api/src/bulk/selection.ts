/** Which VMs a bulk action is about, and whether the user may start it. */
import { isUuid, listFleetIds, listVisibleRefs, requirePolicy } from "@kluis/db";
import { unknownVm } from "@kluis/db/actions";
import {
  type BulkKind,
  bulkMost,
  bulkPermissions,
  KluisError,
  mustBeAllowed,
  takesPolicy,
} from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { fleetScope, policySight } from "../policies/facts.ts";
import type { Selection } from "./inputs.ts";

/**
 * Returns the ids of the VMs, by name.
 * @throws KluisError VM_NOT_FOUND, CONFLICT for a name of several; INPUT_INVALID for none
 */
export async function resolveSelection(
  ctx: SignedInContext,
  selection: Selection,
  limit: number,
): Promise<readonly string[]> {
  const { prisma } = ctx.api.db;
  if ("filter" in selection) {
    const ids = await listFleetIds(prisma, await fleetScope(ctx), { filter: selection.filter, limit });
    if (ids.length === 0) throw noVms();
    return ids;
  }
  const named = [...new Set(selection.vms.map((ref) => (isUuid(ref) ? ref.toLowerCase() : ref)))];
  const ids = named.filter(isUuid);
  const found = new Set((await listVisibleRefs(prisma, seen(ctx), ids)).map(({ id }) => id));
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw unknownVm(missing);
  for (const ref of named) if (!isUuid(ref)) found.add((await lookupVm(ctx, ref)).id);
  return (await listVisibleRefs(prisma, seen(ctx), [...found])).map(({ id }) => id);
}

/** The user must hold the permissions anywhere; each VM is checked when it is done. @throws KluisError FORBIDDEN */
export function mustMayStart(ctx: Pick<SignedInContext, "who">, kind: BulkKind): void {
  for (const permission of bulkPermissions[kind])
    mustBeAllowed(ctx.who.access, permission, { kind: "anywhere" });
}

/**
 * Returns the policy that VMs come under; null for an action without one.
 * @throws KluisError POLICY_NOT_FOUND; INPUT_INVALID without one, or with one that the action does not take
 */
export async function policyOf(
  ctx: SignedInContext,
  { kind, policy }: { readonly kind: BulkKind; readonly policy?: string | undefined },
): Promise<{ readonly id: string; readonly name: string } | null> {
  if (takesPolicy(kind) !== (policy !== undefined)) {
    throw new KluisError("INPUT_INVALID", {
      reason: "fields",
      message: takesPolicy(kind) ? "The action needs a policy." : "The action takes no policy.",
      action: takesPolicy(kind) ? "Choose a policy." : "Leave the policy out.",
      params: { fields: "policy" },
    });
  }
  return policy === undefined ? null : requirePolicy(ctx.api.db.prisma, policy, policySight(ctx));
}

/** @throws KluisError INPUT_INVALID for more VMs than one bulk action takes */
export function mustFit(kind: BulkKind, count: number): void {
  const most = bulkMost(kind);
  if (count <= most) return;
  throw new KluisError("INPUT_INVALID", {
    reason: "bulk-too-many",
    message: `One such action takes at most ${most} virtual machines.`,
    action: "Select fewer, and repeat it for the others.",
    params: { most },
  });
}

function noVms(): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "bulk-none",
    message: "No virtual machine matches.",
    action: "Change the filter, or name the virtual machines.",
  });
}
