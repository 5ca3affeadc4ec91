/** Changes of connections. The caller appends the ledger event in the same transaction. */
import {
  type Clock,
  type ConnectionCloud,
  type ConnectionTest,
  type CredentialKind,
  KluisError,
  type SettingSource,
  type SwitchState,
} from "@kluis/domain";
import { isUniqueViolation } from "../errors.ts";
import { toJson } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";
import { raiseConfigVersion } from "./config-version.ts";
import { type ConnectionRow, requireConnection } from "./read.ts";

export interface ConnectionCredential {
  readonly credentialKind: CredentialKind;
  readonly clientId: string | null;
  /** From the secret box; null when nothing is stored. */
  readonly sealedSecret: Uint8Array<ArrayBuffer> | null;
}

export interface NewConnection extends ConnectionCredential {
  readonly id: string;
  readonly name: string;
  readonly source: SettingSource;
  readonly state: SwitchState;
  readonly cloud: ConnectionCloud;
  readonly tenantId: string;
  readonly authorityHost: string;
  readonly armUrl: string;
}

/** Serializes changes of connections and of who reads which subscription, until the transaction ends. */
export function lockConnections(tx: Tx): Promise<void> {
  return lockInTransaction(tx, locks.connections);
}

/** @throws KluisError CONFLICT when the name is taken */
export async function createConnection(tx: Tx, made: NewConnection, clock: Clock): Promise<ConnectionRow> {
  const now = clock.now();
  const at = { createdAt: now, changedAt: now, secretChangedAt: made.sealedSecret === null ? null : now };
  try {
    await tx.azureConnection.create({ data: { ...made, ...at }, select: { id: true } });
  } catch (error) {
    throw nameTaken(error, made.name);
  }
  await raiseConfigVersion(tx);
  return requireConnection(tx, made.id);
}

/** What else may change; a new credential invalidates the last test. */
export type ConnectionChange = Partial<
  Pick<NewConnection, "name" | "state" | "cloud" | "tenantId" | "authorityHost" | "armUrl">
> &
  Partial<ConnectionCredential>;

/** @throws KluisError CONFLICT when the name is taken, NOT_FOUND */
export async function changeConnection(
  tx: Tx,
  given: { readonly id: string; readonly change: ConnectionChange },
  clock: Clock,
): Promise<ConnectionRow> {
  const { id, change } = given;
  const now = clock.now();
  const isNewIdentity = ["credentialKind", "clientId", "sealedSecret", "tenantId"].some(
    (key) => key in change,
  );
  const untested = { testOk: null, testedAt: null, testedBy: null, testAskedAt: null };
  try {
    await tx.azureConnection.updateMany({
      where: { id },
      data: {
        ...change,
        changedAt: now,
        ...("sealedSecret" in change && change.sealedSecret !== null ? { secretChangedAt: now } : {}),
        ...(isNewIdentity ? untested : {}),
      },
    });
  } catch (error) {
    throw nameTaken(error, change.name ?? "");
  }
  await raiseConfigVersion(tx);
  return requireConnection(tx, id);
}

/** Removes a connection. Its subscriptions and VMs stay, without a connection. */
export async function removeConnection(tx: Tx, id: string): Promise<void> {
  await tx.azureConnection.deleteMany({ where: { id } });
  await tx.partHealth.deleteMany({ where: { part: `connection:${id}` } });
  await raiseConfigVersion(tx);
}

/** Notes that a user waits for the result of a test. */
export async function noteConnectionTestAsked(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.azureConnection.updateMany({ where: { id }, data: { testAskedAt: at } });
}

/**
 * Stores the result of a test, unless the connection changed since the test began: it would be about another credential.
 * Returns false then.
 */
export async function recordConnectionTest(
  tx: Tx,
  result: {
    readonly id: string;
    readonly changedAt: Date;
    readonly test: ConnectionTest;
    readonly by: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const { id, changedAt, test, by, at } = result;
  const { count } = await tx.azureConnection.updateMany({
    where: { id, changedAt },
    data: { test: toJson(test), testOk: test.error === null, testedAt: at, testedBy: by, testAskedAt: null },
  });
  for (const { id: subscription, name } of test.subscriptions) {
    await tx.subscription.updateMany({ where: { id: subscription, name: { not: name } }, data: { name } });
  }
  return count === 1;
}

function nameTaken(error: unknown, name: string): unknown {
  if (!isUniqueViolation(error, "AzureConnection_name")) return error;
  return new KluisError("CONFLICT", {
    reason: "connection-name-taken",
    message: `A connection with the name "${name}" already exists.`,
    action: "Choose another name.",
    params: { connection: name },
    cause: error,
  });
}
