/** Who may decide a request. */
import { type Access, type AccessTarget, can } from "../access/access.ts";
import type { SignInMethod } from "../ledger/audit.ts";

/** A person as the directory knows them. */
export interface DirectoryPerson {
  readonly tenantId: string;
  readonly objectId: string;
  /** Accounts with the same value belong to one human being, as an owner has said; null: no other account is known. */
  readonly humanId: string | null;
}

/** Tells whether two accounts belong to one human being. */
export type SameHuman = (a: DirectoryPerson, b: DirectoryPerson) => boolean;

/** One object of the directory is one human being, and so are accounts that an owner linked. */
export const isSameHuman: SameHuman = (a, b) =>
  (a.humanId !== null && a.humanId === b.humanId) ||
  (a.tenantId.toLowerCase() === b.tenantId.toLowerCase() &&
    a.objectId.toLowerCase() === b.objectId.toLowerCase());

/** A token can reject, which changes nothing; only a person who is signed in approves. An agent decides nothing. */
export type Decision = "approve" | "reject";

export interface Decider {
  readonly person: DirectoryPerson;
  readonly via: SignInMethod;
  readonly access: Access;
  readonly decision: Decision;
}

/** `same-person`: the requester, also by another session or account. `token`: only a person who is signed in approves. */
export const decisionRefusals = ["same-person", "token", "permission"] as const;
export type DecisionRefusal = (typeof decisionRefusals)[number];

/**
 * Returns why the decider may not decide; null when they may. They need the right on everything that the request affects.
 * @param targets what the request affects; one that names none is of the whole organization
 */
export function decisionRefusal(
  request: { readonly requester: DirectoryPerson; readonly targets: readonly AccessTarget[] },
  decider: Decider,
  sameHuman: SameHuman,
): DecisionRefusal | null {
  const { requester, targets } = request;
  const affected = targets.length === 0 ? [{ kind: "organisation" } as const] : targets;
  if (!affected.every((target) => can(decider.access, "approval:decide", target))) return "permission";
  if (sameHuman(requester, decider.person)) return "same-person";
  if (decider.via === "session") return null;
  return decider.via === "agent" || decider.decision === "approve" ? "token" : null;
}

/** Tells whether the decider may decide the request. */
export function mayDecide(...parts: Parameters<typeof decisionRefusal>): boolean {
  return decisionRefusal(...parts) === null;
}
