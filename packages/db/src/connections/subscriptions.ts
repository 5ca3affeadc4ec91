/** Which connection reads which subscription: at most one per subscription. */
import { KluisError } from "@kluis/domain";
import type { Tx } from "../tx.ts";
import { raiseConfigVersion } from "./config-version.ts";
import { type HeldSubscription, listHeld } from "./held.ts";
import { lockConnections } from "./write.ts";

export interface SubscriptionChoice {
  readonly id: string;
  readonly name: string;
}

export interface Selection {
  readonly connectionId: string;
  readonly tenantId: string;
  readonly subscriptions: readonly SubscriptionChoice[];
}

/** A subscription that another enabled connection reads. */
export interface TakenSubscription {
  readonly subscriptionId: string;
  readonly connection: string;
}

/** Those of the choice that another enabled connection reads. One of a disabled connection is free to take. */
export async function listTaken(
  tx: Tx,
  { connectionId, subscriptions }: Pick<Selection, "connectionId" | "subscriptions">,
): Promise<TakenSubscription[]> {
  const rows = await tx.subscription.findMany({
    where: {
      id: { in: subscriptions.map(({ id }) => id.toLowerCase()) },
      connectionId: { not: connectionId },
      connection: { state: "enabled" },
    },
    select: { id: true, connection: { select: { name: true } } },
    orderBy: { id: "asc" },
  });
  return rows.map(({ id, connection }) => ({ subscriptionId: id, connection: connection?.name ?? "" }));
}

/**
 * Makes these the subscriptions of a connection; it releases all others. Returns false when nothing changed.
 * @throws KluisError CONFLICT naming the first one that another enabled connection reads, or that cannot be released yet
 */
export async function selectSubscriptions(tx: Tx, selection: Selection): Promise<boolean> {
  await lockConnections(tx);
  const [taken] = await listTaken(tx, selection);
  if (taken !== undefined) throw subscriptionTaken(taken);
  const { connectionId, tenantId } = selection;
  const wanted = new Map(selection.subscriptions.map(({ id, name }) => [id.toLowerCase(), name]));
  const given = await tx.subscription.findMany({
    where: { connectionId, id: { notIn: [...wanted.keys()] } },
    select: { id: true },
  });
  const released = given.map(({ id }) => id);
  const [held] = await listHeld(tx, released);
  if (held !== undefined) throw subscriptionHeld(held);
  await tx.subscription.updateMany({ where: { id: { in: released } }, data: { connectionId: null } });
  const kept = await tx.subscription.count({ where: { connectionId } });
  for (const [id, name] of wanted) {
    const facts = { tenantId, connectionId };
    await tx.subscription.upsert({ where: { id }, create: { id, name, ...facts }, update: facts });
  }
  const changed = released.length > 0 || kept !== wanted.size;
  if (changed) await raiseConfigVersion(tx);
  return changed;
}

export function subscriptionTaken({ subscriptionId, connection }: TakenSubscription): KluisError {
  return new KluisError("CONFLICT", {
    reason: "subscription-taken",
    message: `The connection ${connection} already reads subscription ${subscriptionId}.`,
    action: "Deselect it there, or disable that connection first.",
    params: { subscription: subscriptionId, connection },
  });
}

/** Why a connection must keep reading a subscription. */
export function subscriptionHeld({ id: subscription, jobs, resources }: HeldSubscription): KluisError {
  return new KluisError("CONFLICT", {
    reason: "subscription-held",
    message: `Kluis has ${jobs} open jobs and ${resources} snapshots or unfinished disks in subscription ${subscription}, and needs this connection to end and remove them.`,
    action: "Wait until they are gone, or disable the connection: then no new work starts.",
    params: { subscription, jobs, resources },
  });
}
