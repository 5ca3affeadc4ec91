/** Refuses connection poolers that change the session below a client: locks, LISTEN and prepared statements would be lost. */
import { KluisError } from "@kluis/domain";
import type pg from "pg";

/** Other connections that each take a session, so that a pooler in transaction mode must give the first one another. */
const others = 3;
/** Questions of one connection in a row: a pooler that takes its sessions in turn answers from several. */
const questions = 5;

/**
 * Checks that `connect` opens real sessions. Costs one query beside PostgreSQL itself: the process that it names at the start of
 * a connection is the one that answers. A pooler names its own number; then the sessions are compared under load.
 * @throws KluisError CONFIG_INVALID for a pooler in transaction or statement mode
 */
export async function refuseTransactionPooler(
  connect: () => Promise<pg.ClientBase & Closing>,
): Promise<void> {
  const first = await connect();
  try {
    const pid = await sessionOf(first);
    if (pid === namedBy(first)) return;
    for (let count = 0; count < questions; count++) {
      if ((await sessionOf(first)) !== pid) throw poolerError();
    }
    if (await movesUnder(first, pid, connect)) throw poolerError();
  } finally {
    await first.close();
  }
}

/** How the caller returns or ends a connection. */
export interface Closing {
  close(): Promise<void>;
}

async function movesUnder(
  first: pg.ClientBase,
  pid: number,
  connect: () => Promise<pg.ClientBase & Closing>,
): Promise<boolean> {
  const busy: (pg.ClientBase & Closing)[] = [];
  try {
    for (let count = 0; count < others; count++) {
      const other = await connect();
      busy.push(other);
      await other.query("BEGIN");
      if ((await sessionOf(other)) === pid) return true;
    }
    return (await sessionOf(first)) !== pid;
  } finally {
    for (const one of busy) {
      await one.query("ROLLBACK").catch(() => undefined);
      await one.close();
    }
  }
}

async function sessionOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid ?? -1;
}

/** The process that the server named when the connection began. */
function namedBy(client: pg.ClientBase): unknown {
  return Reflect.get(client, "processID");
}

function poolerError(): KluisError {
  return new KluisError("CONFIG_INVALID", {
    message:
      "The database's address is that of a connection pooler in transaction mode (such as PgBouncer), and Kluis needs sessions.",
    action: "Use the address of PostgreSQL itself, or set the pooler to session mode.",
  });
}
