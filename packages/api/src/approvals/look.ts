/** What a stored request would do now, for its requester with the rights of now. */
import { isDatabaseLost, type StoredApproval, type Tx } from "@kluis/db";
import {
  type ApprovalCancelReason,
  changedCircumstance,
  type ErrorCode,
  isChangeKind,
  isKluisError,
  type KluisError,
} from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { actingRequester } from "./acting.ts";
import type { BoundOperation, Look } from "./operation.ts";

type Found =
  | { readonly look: Look; readonly requester: SignedInContext }
  /** An approval would cancel it. */
  | { readonly cancels: ApprovalCancelReason }
  /** An approval would fail. */
  | { readonly fails: KluisError };

/** @param ctx of the user who looks or decides: the requester's rights are read here */
export async function lookAgain(
  ctx: SignedInContext,
  tx: Tx,
  {
    request,
    operation,
    hold,
  }: { readonly request: StoredApproval; readonly operation: BoundOperation; readonly hold: boolean },
): Promise<Found> {
  const acting = await actingRequester(ctx, tx, request);
  if ("gone" in acting) return { cancels: acting.gone };
  try {
    if (hold) await operation.hold(tx);
    const look = await operation.look(acting.ctx, tx);
    const changed = changedCircumstance(request.circumstances, look.circumstances);
    return changed === null ? { look, requester: acting.ctx } : { cancels: changed };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const cancels = isChangeKind(request.kind) ? cancelsChange(error) : cancelOf(error);
    return cancels === null ? { fails: error } : { cancels };
  }
}

/** Whether the operation was refused, and not something in Kluis broke. */
export function isRefusal(error: unknown): error is KluisError {
  return isKluisError(error) && error.code !== "INTERNAL" && !isDatabaseLost(error);
}

const cancels: Readonly<Partial<Record<ErrorCode, ApprovalCancelReason>>> = {
  FORBIDDEN: "right",
  POINT_NOT_FOUND: "points",
  VM_NOT_FOUND: "machines",
  VM_NOT_PROTECTED: "protection",
  POLICY_NOT_FOUND: "policy",
};

function cancelOf({ code, reason }: KluisError): ApprovalCancelReason | null {
  if (code === "CONFLICT") return reason?.startsWith("policy-") === true ? "policy" : "points";
  return cancels[code] ?? null;
}

/** A guardrail refuses what someone can still decide otherwise; anything else says that the configuration is another one. */
function cancelsChange({ code }: KluisError): ApprovalCancelReason | null {
  if (code === "FORBIDDEN") return "right";
  return code === "CONFLICT" || code === "NOT_FOUND" ? "configuration" : null;
}
