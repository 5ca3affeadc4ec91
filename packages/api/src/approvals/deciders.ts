/** Who could decide a request. */
import { getPerson, listAccounts, listPeopleWithRoles, readAccess, type Tx } from "@kluis/db";
import {
  type AccessTarget,
  approvalLimits,
  type Decision,
  type DecisionRefusal,
  decisionRefusal,
  isSameHuman,
  mayDecide,
} from "@kluis/domain";
import type { SignedInContext } from "../context.ts";

interface Decidable {
  readonly requesterId: string;
  readonly targets: readonly AccessTarget[];
}

/** The accounts of the human being whose account this is. */
export async function sameHumans(tx: Tx, personId: string): Promise<readonly string[]> {
  return (await listAccounts(tx, personId)).map(({ id }) => id);
}

/** Returns why the user, with the rights in `ctx`, may not decide; null when they may. */
export async function refusalOf(
  ctx: SignedInContext,
  tx: Tx,
  { requesterId, targets, decision }: Decidable & { readonly decision: Decision },
): Promise<DecisionRefusal | null> {
  const requester = await getPerson(tx, requesterId);
  const person = await getPerson(tx, ctx.who.person.id);
  if (requester === null || person === null) return "permission";
  const decider = { person, via: ctx.who.actor.via, access: ctx.who.access, decision };
  return decisionRefusal({ requester, targets }, decider, isSameHuman);
}

/** Counts the users who could decide, of those who have signed in; at most `approvalLimits.deciderMost` of them are looked at. */
export async function countDeciders(
  tx: Tx,
  { requesterId, targets }: Decidable,
): Promise<{ readonly count: number; readonly hasMore: boolean }> {
  const requester = await getPerson(tx, requesterId);
  const people = await listPeopleWithRoles(tx, approvalLimits.deciderMost + 1);
  const looked = people.slice(0, approvalLimits.deciderMost);
  if (requester === null) return { count: 0, hasMore: false };
  let count = 0;
  for (const person of looked) {
    const decider = {
      person,
      via: "session",
      access: await readAccess(tx, person),
      decision: "approve",
    } as const;
    if (mayDecide({ requester, targets }, decider, isSameHuman)) count += 1;
  }
  return { count, hasMore: people.length > looked.length };
}
