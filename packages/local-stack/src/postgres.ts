/**
 * The embedded PostgreSQL: created at first start (scram password, builtin C.UTF-8 locale), on 127.0.0.1 only, without a socket.
 * It ends with its parent, and a start cleans up after one that was killed.
 */
import { randomBytes } from "node:crypto";
import { chown, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KluisError } from "@kluis/domain";
import pg from "pg";
import { type Child, logTail, startChild } from "./child.ts";
import { isErrno, secretFile } from "./files.ts";
import type { GuardOrder } from "./guard.ts";
import { freePort } from "./ports.ts";
import { type PostgresPlace, placePostgres } from "./postgres-place.ts";
import { postmasterArgs } from "./postgres-settings.ts";
import { clearLeftovers } from "./postmaster.ts";
import { runAs } from "./run-as.ts";
import { pause } from "./wait.ts";

const ADMIN = "kluis";
const START_LIMIT_MS = 90_000;
const ATTEMPTS = 5;

export interface PostgresOptions {
  /** The cluster's folder, created at first start; placePostgres may choose another when only root may enter it. */
  readonly dataDir: string;
  /** 0 (default): any free port. */
  readonly port?: number;
  /** Default `<dataDir>-password`; created at first start, readable by its owner only. */
  readonly passwordFile?: string;
  /** Default `<dataDir>.log`. */
  readonly logFile?: string;
  /** false: no fsync, for tests whose data may be lost. Default true. */
  readonly durable?: boolean;
  readonly signal?: AbortSignal;
}

export interface Postgres extends AsyncDisposable {
  readonly port: number;
  readonly child: Child;
  /** Returns the URL of a database of this server, password included. */
  url(database: string): string;
  /** Creates the database when it does not exist, and returns its URL. */
  ensureDatabase(database: string): Promise<string>;
  /** Fast shutdown: ends connections and flushes data. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts PostgreSQL and waits until it answers.
 * @throws KluisError CONFIG_INVALID when it cannot run here, INTERNAL with the end of its log when it does not start
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const place = await placePostgres(options.dataDir);
  const password = await secretFile(options.passwordFile ?? `${options.dataDir}-password`);
  await clearLeftovers(place.dataDir);
  await initialize(place, password, options.durable ?? true);
  const logFile = options.logFile ?? `${options.dataDir}.log`;
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    const port = await freePort(options.port ?? 0);
    const child = await launch({ place, port, logFile, durable: options.durable ?? true });
    const server = describe({ child, port, password });
    const ready = await answers(server, child, options.signal).catch(async (error: unknown) => {
      await child.stop(5_000);
      throw error;
    });
    if (ready) return server;
    await child.stop(5_000);
    if (attempt === ATTEMPTS) throw await startError(logFile);
  }
}

async function startError(logFile: string): Promise<KluisError> {
  return new KluisError("INTERNAL", {
    message: `PostgreSQL did not start. The end of its log:\n${await logTail(logFile)}`,
    action: `Read ${logFile}, or set DATABASE_URL to another PostgreSQL server.`,
  });
}

/** Creates the cluster in a folder beside its place, then moves it: a kill leaves none or a whole one. */
async function initialize(place: PostgresPlace, password: string, durable: boolean): Promise<void> {
  if (await exists(join(place.dataDir, "PG_VERSION"))) return;
  const making = `${place.dataDir}-making`;
  const passwordFile = `${place.dataDir}-making-${randomBytes(6).toString("hex")}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (place.user !== null) {
    await chown(making, place.user.uid, place.user.gid);
    await chown(passwordFile, place.user.uid, place.user.gid);
  }
  try {
    await runAs(place, "initdb", [
      `--pgdata=${making}`,
      `--username=${ADMIN}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(durable ? ["--data-checksums"] : ["--no-sync"]),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rm(place.dataDir, { recursive: true, force: true });
  await rename(making, place.dataDir);
}

interface Launch {
  readonly place: PostgresPlace;
  readonly port: number;
  readonly logFile: string;
  readonly durable: boolean;
}

async function launch({ place, port, logFile, durable }: Launch): Promise<Child> {
  await mkdir(dirname(logFile), { recursive: true });
  const order: GuardOrder = {
    command: join(place.nativeDir, "bin", "postgres"),
    args: ["-D", place.dataDir, ...postmasterArgs({ port, durable })],
    env: { LC_ALL: "C", TZ: "UTC", PATH: process.env["PATH"] ?? "" },
    cwd: place.dataDir,
    ...place.user,
    stopSignal: "SIGINT",
    killSignal: "SIGQUIT",
    graceMs: 2_000,
  };
  return startChild({
    name: "PostgreSQL",
    module: join(import.meta.dirname, "guard.ts"),
    env: {},
    logFile,
    message: order,
  });
}

function describe(server: { child: Child; port: number; password: string }): Postgres {
  const url = (database: string): string =>
    `postgresql://${ADMIN}:${encodeURIComponent(server.password)}@127.0.0.1:${server.port}/${database}`;
  const stop = async (graceMs = 10_000): Promise<void> => {
    await server.child.stop(graceMs);
  };
  return {
    port: server.port,
    child: server.child,
    url,
    ensureDatabase: async (database) => {
      await createDatabase(url("postgres"), database);
      return url(database);
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

async function createDatabase(adminUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** Polls until the server accepts the password. False when the process ended: port taken, or memory of an old server in use. */
async function answers(server: Postgres, child: Child, signal: AbortSignal | undefined): Promise<boolean> {
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  while (child.alive() && !limit.aborted) {
    signal?.throwIfAborted();
    if (await accepts(server.url("postgres"))) return child.alive();
    await Promise.race([child.exited, pause(100)]);
  }
  return false;
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that ends during the handshake reports twice: by the promise and by this event.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === "28P01") {
      throw new KluisError("CONFIG_INVALID", {
        message: "The database refuses the password in its password file.",
        action: "Restore the password file that belongs to this data folder.",
        cause: error,
      });
    }
    // Not listening yet, or still recovering: the caller retries until its limit.
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    },
  );
}
