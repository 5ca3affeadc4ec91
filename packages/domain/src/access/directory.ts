/** What Kluis believes about groups and accounts when the directory answers, and when it does not. */

import type { KluisError } from "../errors/errors.ts";
import type { LedgerDraft } from "../ledger/audit.ts";

/** The application permissions of Microsoft Graph that reading the directory needs. */
export const graphPermissions = ["GroupMember.Read.All", "User.Read.All"] as const;

/**
 * current: the groups of a user were read in time. kept: not at the last sign-in, and those of before still give rights. expired:
 * they give none.
 */
export const groupStates = ["current", "kept", "expired"] as const;
export type GroupState = (typeof groupStates)[number];

/** A user without groups loses nothing by their age. */
export function groupStateOf(facts: {
  readonly isValid: boolean;
  readonly isEmpty: boolean;
  /** Read at the last sign-in. */
  readonly isRead: boolean;
}): GroupState {
  const { isValid, isEmpty, isRead } = facts;
  if (isRead) return isValid || isEmpty ? "current" : "expired";
  return isValid && !isEmpty ? "kept" : "expired";
}

/** Accounts that may disappear at once without a second look: fewer than these are users who leave. */
const goneFew = 3;
/** A larger part of all accounts is more likely a mistake in the directory or in its rights. */
const goneShare = 0.25;

/**
 * Whether so many accounts are gone at once that ending them waits for a person: all of them, or more than a quarter and more than
 * three. A wrong tenant, or a directory that hides its users, looks like this.
 */
export function isMassDisappearance({
  followed,
  gone,
}: {
  readonly followed: number;
  readonly gone: number;
}): boolean {
  if (gone === 0) return false;
  const isAll = gone >= followed;
  return isAll || (gone > goneFew && gone > followed * goneShare);
}

export interface SignInGroups {
  /** The groups of the user; null: those that are stored stay, with their age. */
  readonly groupIds: readonly string[] | null;
  /** Why the groups could not be read. */
  readonly problem: KluisError | null;
}

/**
 * The groups of a user who signs in: those of the token, else those of the directory. When neither has them, the stored ones
 * stay, and give rights until they are too old.
 * @param read asks the directory; called only when the token has no groups
 */
export async function groupsAtSignIn(
  inToken: readonly string[] | null,
  read: () => Promise<readonly string[] | KluisError>,
): Promise<SignInGroups> {
  if (inToken !== null) return { groupIds: inToken, problem: null };
  const found = await read();
  return found instanceof Error ? { groupIds: null, problem: found } : { groupIds: found, problem: null };
}

/** Groups that an event names; of more it has the number. */
const namedMost = 50;

/** The event of changed groups of a user, without who it is. */
export function groupsChangedEvent(change: {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly names: ReadonlyMap<string, string>;
}): Pick<LedgerDraft, "kind" | "data"> {
  const { before, after, names } = change;
  const without = (all: readonly string[], others: readonly string[]) => {
    const ids = new Set(others);
    const left = all.filter((id) => !ids.has(id));
    return {
      count: left.length,
      groups: left.slice(0, namedMost).map((id) => ({ id, name: names.get(id) ?? id })),
    };
  };
  return {
    kind: "person.groups-changed",
    data: { added: without(after, before), removed: without(before, after) },
  };
}
