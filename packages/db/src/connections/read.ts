/** Connections to Azure as the engine opens them and pages show them. */
import {
  type ConnectionTest,
  connectionClouds,
  connectionTestSchema,
  credentialKinds,
  type ErrorInfo,
  KluisError,
  settingSources,
  switchStates,
} from "@kluis/domain";
import { z } from "zod";
import { fromJson } from "../json.ts";
import { errorInfoSchema } from "../subscriptions/write.ts";
import { idOrName } from "../text.ts";
import type { Tx } from "../tx.ts";
import { lockForAdmission } from "./held.ts";

const rowSchema = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(settingSources),
  state: z.enum(switchStates),
  cloud: z.enum(connectionClouds),
  tenantId: z.string(),
  authorityHost: z.string(),
  armUrl: z.string(),
  credentialKind: z.enum(credentialKinds),
  clientId: z.string().nullable(),
  secretChangedAt: z.date().nullable(),
  createdAt: z.date(),
  changedAt: z.date(),
  testAskedAt: z.date().nullable(),
  testedAt: z.date().nullable(),
  testedBy: z.string().nullable(),
  testOk: z.boolean().nullable(),
});

/** Never holds the sealed secret: {@link readSealedSecrets} reads it for the process that opens the connection. */
export interface ConnectionRow extends z.infer<typeof rowSchema> {
  /** The last test with the present credential. */
  readonly test: ConnectionTest | null;
  /** The subscriptions that Kluis reads through it, by name. */
  readonly subscriptions: readonly ReadSubscription[];
}

/** A subscription as the last discovery found it. */
export interface ReadSubscription {
  readonly id: string;
  readonly name: string;
  readonly readable: boolean;
  /** Why it, or one of its VMs, could not be read; null when everything was. */
  readonly problem: ErrorInfo | null;
  readonly problemSince: Date | null;
}

const select = {
  id: true,
  name: true,
  source: true,
  state: true,
  cloud: true,
  tenantId: true,
  authorityHost: true,
  armUrl: true,
  credentialKind: true,
  clientId: true,
  secretChangedAt: true,
  createdAt: true,
  changedAt: true,
  testAskedAt: true,
  testedAt: true,
  testedBy: true,
  testOk: true,
  test: true,
  subscriptions: {
    select: { id: true, name: true, readable: true, problem: true, problemSince: true },
    orderBy: { name: "asc" },
  },
} as const;

type Selected = {
  readonly test: unknown;
  readonly subscriptions: readonly (Omit<ReadSubscription, "problem"> & { readonly problem: unknown })[];
};

function toRow({ test, subscriptions, ...facts }: Selected): ConnectionRow {
  const row = fromJson(rowSchema, facts, "AzureConnection");
  return {
    ...row,
    // A replaced credential clears `testOk`: the stored result is about the one before.
    test:
      row.testOk === null || test === null
        ? null
        : fromJson(connectionTestSchema, test, "AzureConnection.test"),
    subscriptions: subscriptions.map(({ problem, ...facts }) => ({
      ...facts,
      problem: problem === null ? null : fromJson(errorInfoSchema, problem, "Subscription.problem"),
    })),
  };
}

/** All connections, the oldest first. */
export async function listConnections(tx: Tx): Promise<ConnectionRow[]> {
  const rows = await tx.azureConnection.findMany({ select, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
  return rows.map(toRow);
}

/** Finds a connection by id or name; null when there is none. */
export async function findConnection(tx: Tx, ref: string): Promise<ConnectionRow | null> {
  const row = await tx.azureConnection.findFirst({ where: { OR: idOrName(ref) }, select });
  return row && toRow(row);
}

/** @throws KluisError NOT_FOUND */
export async function requireConnection(tx: Tx, ref: string): Promise<ConnectionRow> {
  const found = await findConnection(tx, ref);
  if (found !== null) return found;
  throw new KluisError("NOT_FOUND", {
    reason: "connection",
    message: `There is no connection "${ref}".`,
    action: "List the connections.",
    params: { connection: ref },
  });
}

/** The sealed secrets of connections, by id. For the process that opens them only. */
export async function readSealedSecrets(tx: Tx): Promise<ReadonlyMap<string, Uint8Array>> {
  const rows = await tx.azureConnection.findMany({
    where: { sealedSecret: { not: null } },
    select: { id: true, sealedSecret: true },
  });
  return new Map(rows.flatMap(({ id, sealedSecret }) => (sealedSecret ? [[id, sealedSecret] as const] : [])));
}

/** The connection of a subscription; null when no connection reads it. */
async function connectionOfSubscription(
  tx: Tx,
  subscriptionId: string,
): Promise<{ readonly id: string; readonly name: string; readonly state: ConnectionRow["state"] } | null> {
  const row = await tx.subscription.findUnique({
    where: { id: subscriptionId.toLowerCase() },
    select: { connection: { select: { id: true, name: true, state: true } } },
  });
  const found = row?.connection ?? null;
  return found && { ...found, state: z.enum(switchStates).parse(found.state) };
}

/** As `connectionOfSubscription`, by lower-case id. A subscription that no connection reads has no entry. */
export async function connectionsOfSubscriptions(
  tx: Tx,
  subscriptionIds: readonly string[],
): Promise<Map<string, { readonly name: string; readonly state: ConnectionRow["state"] }>> {
  const rows = await tx.subscription.findMany({
    where: { id: { in: subscriptionIds.map((id) => id.toLowerCase()) } },
    select: { id: true, connection: { select: { name: true, state: true } } },
  });
  const found = rows.flatMap(({ id, connection }) =>
    connection === null
      ? []
      : [[id, { name: connection.name, state: z.enum(switchStates).parse(connection.state) }] as const],
  );
  return new Map(found);
}

/**
 * Requires that new work of a subscription may start, and keeps its connection until the transaction ends.
 * @throws KluisError CONNECTION_UNUSABLE with reason `disabled` or `none`
 */
export async function mustBeConnected(tx: Tx, subscriptionId: string): Promise<void> {
  await lockForAdmission(tx, subscriptionId);
  const problem = notConnected(await connectionOfSubscription(tx, subscriptionId), subscriptionId);
  if (problem !== null) throw problem;
}

/** Why new work of a subscription may not start; null when it may. */
export function notConnected(
  connection: { readonly name: string; readonly state: ConnectionRow["state"] } | null,
  subscriptionId: string,
): KluisError | null {
  if (connection === null) {
    return new KluisError("CONNECTION_UNUSABLE", {
      reason: "none",
      message: `No connection to Azure reads subscription ${subscriptionId}.`,
      action: "Ask an owner to select the subscription in a connection, under Settings.",
      params: { subscription: subscriptionId },
    });
  }
  if (connection.state === "enabled") return null;
  return new KluisError("CONNECTION_UNUSABLE", {
    reason: "disabled",
    message: `The connection ${connection.name} is disabled, so no new work starts in its subscriptions.`,
    action: "Ask an owner to enable it under Settings.",
    params: { connection: connection.name },
  });
}
