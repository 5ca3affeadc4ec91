/** The connection that the environment of the engine describes: its row follows the environment at every start. */
import { type Clock, type CredentialKind, cloudOf, engineActor, type LedgerDraft } from "@kluis/domain";
import type { Db } from "../client.ts";
import { newId } from "../ids.ts";
import { appendEvents } from "../ledger/append.ts";
import { enqueue } from "../queue/enqueue.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { type HeldSubscription, listHeld } from "./held.ts";
import { type ConnectionRow, listConnections } from "./read.ts";
import { listTaken, selectSubscriptions, type TakenSubscription } from "./subscriptions.ts";
import { changeConnection, createConnection, lockConnections } from "./write.ts";

export interface EnvironmentConnection {
  readonly tenantId: string;
  readonly authorityHost: string;
  readonly armUrl: string;
  readonly credentialKind: CredentialKind;
  readonly clientId: string | null;
  readonly subscriptions: readonly string[];
}

export interface FollowedEnvironment {
  readonly id: string;
  /** Subscriptions of the environment that another enabled connection reads already. */
  readonly taken: readonly TakenSubscription[];
  /** Subscriptions that the environment no longer names, and that the connection reads until Kluis has nothing there. */
  readonly held: readonly HeldSubscription[];
}

/** The name of the row, unless another connection has it. */
const seedName = "main";

/**
 * Creates the row of the environment's connection, or makes it equal to the environment. Keeps its name and state, which users
 * decide. Its credential stays in the environment. Safe to call at the same time in several processes.
 */
export function followEnvironment(
  db: Db,
  given: EnvironmentConnection,
  clock: Clock,
): Promise<FollowedEnvironment> {
  return inTransaction(db, async (tx) => {
    await lockConnections(tx);
    const rows = await listConnections(tx);
    const known = rows.find(({ source }) => source === "environment") ?? null;
    const { row, events } =
      known === null ? await seed(tx, given, { rows, clock }) : await follow(tx, given, { known, clock });
    const names = new Map(row.subscriptions.map(({ id, name }) => [id, name]));
    const choice = given.subscriptions.map((id) => ({ id, name: names.get(id.toLowerCase()) ?? id }));
    const taken = await listTaken(tx, { connectionId: row.id, subscriptions: choice });
    const skipped = new Set(taken.map(({ subscriptionId }) => subscriptionId));
    const free = choice.filter(({ id }) => !skipped.has(id.toLowerCase()));
    const wanted = new Set(choice.map(({ id }) => id.toLowerCase()));
    const dropped = row.subscriptions.filter(({ id }) => !wanted.has(id));
    const held = await listHeld(
      tx,
      dropped.map(({ id }) => id),
    );
    const kept = dropped.filter(({ id }) => held.some((one) => one.id === id));
    const subscriptions = [...free, ...kept];
    const selection = { connectionId: row.id, tenantId: given.tenantId, subscriptions };
    if ((await selectSubscriptions(tx, selection)) && known !== null) {
      events.push(event(row, "connection.changed", { subscriptions: subscriptions.map(({ id }) => id) }));
    }
    await appendEvents(tx, clock, events);
    return { id: row.id, taken, held };
  });
}

interface Outcome {
  readonly row: ConnectionRow;
  readonly events: LedgerDraft[];
}

async function seed(
  tx: Tx,
  given: EnvironmentConnection,
  { rows, clock }: { readonly rows: readonly ConnectionRow[]; readonly clock: Clock },
): Promise<Outcome> {
  const { subscriptions, ...facts } = given;
  const id = newId(clock);
  const isTaken = rows.some(({ name }) => name === seedName);
  const name = isTaken ? `${seedName}-${id.slice(-4)}` : seedName;
  const row = await createConnection(
    tx,
    {
      ...facts,
      id,
      name,
      source: "environment",
      state: "enabled",
      cloud: cloudOf(given),
      sealedSecret: null,
    },
    clock,
  );
  // Finds the names of the subscriptions and what the role lacks, before a user asks.
  await enqueue(tx, "connection.test", { connectionId: id });
  return {
    row,
    events: [event(row, "connection.created", { ...described(given), subscriptions: [...subscriptions] })],
  };
}

async function follow(
  tx: Tx,
  given: EnvironmentConnection,
  { known, clock }: { readonly known: ConnectionRow; readonly clock: Clock },
): Promise<Outcome> {
  const { tenantId, authorityHost, armUrl, credentialKind, clientId } = given;
  const wanted = { tenantId, authorityHost, armUrl, credentialKind, clientId };
  const isSame = Object.entries(wanted).every(([key, value]) =>
    Object.entries(known).some(([k, v]) => k === key && v === value),
  );
  if (isSame) return { row: known, events: [] };
  const change = { ...wanted, cloud: cloudOf(given) };
  const row = await changeConnection(tx, { id: known.id, change }, clock);
  const data = { was: described(known), now: described(given) };
  return { row, events: [event(row, "connection.changed", data)] };
}

type Described = Pick<EnvironmentConnection, "tenantId" | "armUrl" | "credentialKind" | "clientId">;

function described({ tenantId, armUrl, credentialKind, clientId }: Described) {
  return { tenantId, armUrl, credentialKind, clientId };
}

function event(
  { id, name }: ConnectionRow,
  kind: LedgerDraft["kind"],
  data: Readonly<Record<string, unknown>>,
): LedgerDraft {
  return {
    kind,
    actor: engineActor,
    target: { type: "connection", id, name },
    data: { source: "environment", ...data },
  };
}
