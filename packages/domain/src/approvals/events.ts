/** Ledger events about requests for a second person. */
import type { Actor, LedgerDraft, LedgerKind, LedgerTarget } from "../ledger/audit.ts";
import { type ApprovalKind, approvalKindTexts } from "./approval.ts";

export type ApprovalEventKind = Extract<LedgerKind, `approval.${string}`>;

interface AboutRequest {
  readonly id: string;
  readonly kind: ApprovalKind;
  /** Teams that reached what it affects when it was made. */
  readonly teamIds: readonly string[];
  /** What it is about. */
  readonly target: LedgerTarget;
}

/** An event about a request. */
export function approvalEvent(
  kind: ApprovalEventKind,
  request: AboutRequest,
  { actor, data }: { readonly actor: Actor; readonly data: Readonly<Record<string, unknown>> },
): LedgerDraft {
  const name = `${approvalKindTexts[request.kind]}: ${request.target.name}`;
  return {
    kind,
    actor,
    target: { type: "approval", id: request.id, name },
    teamIds: request.teamIds,
    data: { kind: request.kind, about: { ...request.target }, ...data },
  };
}
