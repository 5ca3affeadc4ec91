/** The gate of every procedure that changes the configuration: while a guardrail enforces it, only what a second person approved passes. */
import { findPermit, holdGuardrails, holdGuardrailsAlone, requireVault, type Tx, usePermit } from "@kluis/db";
import {
  approvalEvent,
  type ChangeKind,
  isChangeKind,
  isPermittedChangeKind,
  KluisError,
  type PermittedChangeKind,
} from "@kluis/domain";
import { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { Gate, Passed, VmEvent } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import { factsOf, fixedFacts } from "./facts.ts";
import { storedInput } from "./inputs.ts";

/** Reads the guardrails and keeps them so until the transaction ends. Before every other lock, as everything does. */
export async function holdFor(tx: Tx, kind: ChangeKind): Promise<boolean> {
  const guardrails = await (kind === "guardrails.update" ? holdGuardrailsAlone(tx) : holdGuardrails(tx));
  return guardrails.approvals?.configuration === "enforced";
}

/** The gate of a call. The call passes it in the transaction that makes the change. */
export function gateOf(ctx: SignedInContext, path: string, input: unknown): Gate {
  return async (tx) => {
    if (!isChangeKind(path)) throw needed(path);
    if (!(await holdFor(tx, path))) return null;
    const passed = isPermittedChangeKind(path) ? await takePermit(ctx, tx, { kind: path, input }) : null;
    if (passed === null) throw needed(path);
    return passed;
  };
}

function needed(change: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "second-person",
    message: "A guardrail requires a second person for every change of configuration. Nothing was changed.",
    action: "Request the change with a reason. Another person then approves it.",
    params: { change },
  });
}

async function takePermit(
  ctx: SignedInContext,
  tx: Tx,
  { kind, input }: { readonly kind: PermittedChangeKind; readonly input: unknown },
): Promise<Passed | null> {
  await requireNow(ctx, tx, { permission: "platform:manage", target: { kind: "organisation" } });
  const personId = ctx.who.person.id;
  const permit = await findPermit(tx, { kind, input: storedInput(kind, input), personId });
  if (permit === null || !(await usePermit(tx, permit.id))) return null;
  const isForKeys = kind.startsWith("vaultKeys.");
  if (isForKeys && (await vaultOf(tx, input)).id !== permit.target.id) throw changedSince(permit.id);
  const used = approvalEvent("approval.used", permit, { actor: ctx.who.actor, data: {} });
  return {
    confirm: (events) => {
      const isSame = isForKeys || fixedFacts(factsOf(events)) === permit.circumstances["configuration"];
      if (!isSame) throw changedSince(permit.id);
      const approval = { id: permit.id, approvedById: permit.deciderId };
      return [used, ...events.map((event): VmEvent => ({ ...event, data: { ...event.data, approval } }))];
    },
  };
}

const ofVault = z.object({ vault: z.string() });

/** The vault that the input of a change of keys names. */
export function vaultOf(tx: Tx, input: unknown): ReturnType<typeof requireVault> {
  return requireVault(tx, ofVault.parse(input).vault);
}

function changedSince(id: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "approval-changed",
    message: "The change would do something else by now than was approved.",
    action: "Request it again.",
    params: { approval: id },
  });
}
