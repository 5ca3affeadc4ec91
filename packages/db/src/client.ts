import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "../generated/client.ts";
import { mapDatabaseError } from "./errors.ts";
import { type Closing, refuseTransactionPooler } from "./pooler.ts";

/** An open database: Prisma for the repositories, and its pool for LISTEN, advisory locks and graphile-worker. */
export interface Db {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Ends every connection. Can be called twice. */
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly url: string;
  /** The most connections at the same time. */
  readonly poolSize?: number;
  readonly signal?: AbortSignal;
  /** Called when an idle connection broke; the pool replaces it. */
  readonly onIdleError?: (error: Error) => void;
}

/** A connection beside the pool, which may be too small for the check. */
async function probe(url: string): Promise<pg.Client & Closing> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  // A server that ends the connection reports twice: by the promise and by this event.
  client.on("error", () => undefined);
  await client.connect();
  return Object.assign(client, { close: () => client.end() });
}

/**
 * Checks that an address leads to PostgreSQL, with its own sessions.
 * @throws what `pg` throws, and KluisError CONFIG_INVALID for a pooler in transaction mode
 */
export function checkSessions(url: string): Promise<void> {
  return refuseTransactionPooler(() => probe(url));
}

const connectTimeoutMs = 10_000;

/**
 * Opens the database and checks that it answers.
 * @throws KluisError DATABASE_UNREACHABLE
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Db> {
  options.signal?.throwIfAborted();
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: "kluis",
    keepAlive: true,
  });
  const onError = options.onIdleError ?? (() => undefined);
  pool.on("error", onError);
  // A connection that breaks in use also fails its query; without a listener its event would end the process.
  pool.on("connect", (client) => void client.on("error", onError));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: "minimal" });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= prisma.$disconnect().then(() => (pool.ending ? undefined : pool.end())));
  try {
    await checkSessions(options.url);
    options.signal?.throwIfAborted();
  } catch (error) {
    await close();
    throw mapDatabaseError(error);
  }
  return { prisma, pool, close };
}
