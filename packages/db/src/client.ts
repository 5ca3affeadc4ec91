import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "../generated/client.ts";
import { mapDatabaseError } from "./errors.ts";

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
    await pool.query("SELECT 1");
    options.signal?.throwIfAborted();
  } catch (error) {
    await close();
    throw mapDatabaseError(error);
  }
  return { prisma, pool, close };
}
