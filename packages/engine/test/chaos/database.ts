/** The PostgreSQL of a chaos run: a separate server, because it is killed. */
import { join } from "node:path";
import { type Db, openDatabase } from "@kluis/db";
import { migrate } from "@kluis/db/migrate";
import { advanceDatabaseClock } from "@kluis/db/testing";
import { startPostgres } from "@kluis/local-stack/testing";
import { z } from "zod";
import { Proxy } from "./proxy.ts";

type Server = Awaited<ReturnType<typeof startPostgres>>;

/**
 * Adds a second task without a key for each task that is added: every task is delivered twice, often at the same time. One second
 * task that still waits is enough, or those that add themselves again would breed.
 */
const deliverTwice = `
  CREATE FUNCTION kluis_test_twice() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF pg_trigger_depth() = 1 AND NOT EXISTS (
      SELECT 1 FROM graphile_worker._private_jobs AS other
      WHERE other.task_id = NEW.task_id AND other.key IS NULL AND other.locked_at IS NULL AND other.id <> NEW.id
        AND other.payload::text = NEW.payload::text
    ) THEN
      INSERT INTO graphile_worker._private_jobs (job_queue_id, task_id, payload, priority, run_at, max_attempts, flags)
      VALUES (NEW.job_queue_id, NEW.task_id, NEW.payload, NEW.priority, NEW.run_at, NEW.max_attempts, NEW.flags);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER kluis_test_twice AFTER INSERT ON graphile_worker._private_jobs
    FOR EACH ROW EXECUTE FUNCTION kluis_test_twice()`;

/** Tasks that run by a period, not for a job: no operation waits for them. */
const recurring = [
  "schedule.tick",
  "discover",
  "retention.run",
  "snapshots.expire",
  "vault.collect",
  "vault.damage-reach",
  "vault.copies",
  "vault.compare",
  "ledger.anchor",
];

export class ChaosDatabase {
  readonly #dataDir: string;
  #server: Server;
  /** The way of the run itself: never disturbed, but the server may be down. */
  readonly #steady: Proxy;
  readonly proxy: Proxy;
  readonly db: Db;

  private constructor(given: { dataDir: string; server: Server; steady: Proxy; proxy: Proxy; db: Db }) {
    this.#dataDir = given.dataDir;
    this.#server = given.server;
    this.#steady = given.steady;
    this.proxy = given.proxy;
    this.db = given.db;
  }

  /** @param options.twice delivers every task twice */
  static async start(folder: string, options: { readonly twice: boolean }): Promise<ChaosDatabase> {
    const dataDir = join(folder, "postgres");
    const server = await startPostgres({ dataDir, durable: false });
    const url = await server.ensureDatabase("kluis");
    await migrate(url);
    const [steady, proxy] = [await Proxy.start(server.port), await Proxy.start(server.port)];
    const db = await openDatabase({ url: onPort(url, steady.port), poolSize: 8 });
    // Only a loss of power needs fsync; a killed server loses commits that wait in its memory.
    await db.pool.query("ALTER DATABASE kluis SET synchronous_commit = on");
    if (options.twice) await db.pool.query(deliverTwice);
    return new ChaosDatabase({ dataDir, server, steady, proxy, db });
  }

  /** The address for engines. */
  get url(): string {
    return onPort(this.#server.url("kluis"), this.proxy.port);
  }

  /** Stops the server as a crash does, and starts it again. */
  async kill(downMs: number): Promise<void> {
    const { rows } = await this.db.pool.query("SELECT pg_read_file('postmaster.pid') AS text");
    const [{ text }] = z.tuple([z.object({ text: z.string() })]).parse(rows);
    process.kill(Number.parseInt(text, 10), "SIGQUIT");
    await this.#server.child.exited;
    await new Promise((resolve) => setTimeout(resolve, downMs));
    const { port } = this.#server;
    this.#server = await patiently(
      () => startPostgres({ dataDir: this.#dataDir, durable: false, port }),
      300_000,
    );
    this.proxy.target = this.#server.port;
    this.#steady.target = this.#server.port;
  }

  /** What waits longer than this is tried then: minutes of retries pass in seconds. */
  async hurry(mostMs: number): Promise<void> {
    await this.db.pool.query(
      `UPDATE "AzureResource" SET "nextTryAt" = kluis_now() + $1::float * interval '1 ms'
       WHERE "nextTryAt" > kluis_now() + $1::float * interval '1 ms'`,
      [mostMs],
    );
    await this.db.pool.query(
      `UPDATE graphile_worker._private_jobs AS job SET run_at = now() + $1::float * interval '1 ms'
       FROM graphile_worker._private_tasks AS task
       WHERE task.id = job.task_id AND task.identifier <> ALL($2) AND job.locked_at IS NULL
         AND job.run_at > now() + $1::float * interval '1 ms'`,
      [mostMs, recurring],
    );
  }

  passTime(ms: number): Promise<void> {
    return advanceDatabaseClock(this.db.pool, ms);
  }

  async stop(): Promise<void> {
    await this.db.close();
    await Promise.all([this.#steady.stop(), this.proxy.stop()]);
    await this.#server.stop();
  }
}

function onPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

/** Repeats what a stopped server refuses, as the portal's user does. */
export async function patiently<T>(work: () => Promise<T>, limitMs = 60_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
