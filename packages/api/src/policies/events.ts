/** What the ledger records about policies, and what a change of one answers. */
import type { PolicyRow } from "@kluis/db";
import type { LedgerKind } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { VmEvent } from "../record.ts";
import type { savedPolicyView } from "./view.ts";

export function saved(policy: PolicyRow): z.input<typeof savedPolicyView> {
  return { id: policy.id, name: policy.name, version: policy.current.version };
}

export function policyEvent(
  ctx: SignedInContext,
  policy: PolicyRow,
  what: {
    readonly kind: LedgerKind & `policy.${string}`;
    readonly data: Readonly<Record<string, unknown>>;
  },
): VmEvent {
  return {
    kind: what.kind,
    actor: ctx.who.actor,
    target: { type: "policy", id: policy.id, name: policy.name },
    teamIds: policy.team === null ? [] : [policy.team.id],
    data: { version: policy.current.version, ...what.data },
  };
}
