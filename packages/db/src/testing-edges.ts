/** A database for tests of killed processes: each change that PostgreSQL keeps is an edge, at which the process may end. */
import type { PoolClient } from "pg";
import { type Db, openDatabase } from "./client.ts";

/**
 * Runs a statement, or throws instead.
 * @param edge what it makes durable, as `update Job, insert LedgerEvent`; null: nothing
 */
export type AtEdge = <T>(edge: string | null, work: () => Promise<T>) => Promise<T>;

/** @param name of its sessions in `pg_stat_activity` */
export async function openEdgedDatabase(
  address: string,
  { name, at }: { readonly name: string; readonly at: AtEdge },
): Promise<Db> {
  const url = new URL(address);
  url.searchParams.set("application_name", name);
  const db = await openDatabase({ url: url.href, poolSize: 12 });
  const known = new WeakSet<PoolClient>();
  db.pool.on("acquire", (client) => {
    if (known.has(client)) return;
    known.add(client);
    watch(client, at);
  });
  return db;
}

/** An edge is a commit, or a statement without a transaction that writes. */
function watch(client: PoolClient, at: AtEdge): void {
  const edges = new Edges();
  const query = client.query.bind(client);
  client.query = new Proxy(query, {
    apply: (sent, _self, given: unknown[]): unknown => {
      const run = (args: unknown[]): unknown => Reflect.apply(sent, client, args);
      const promised = at(edges.of(textOf(given[0])), () => promisedOf(run, given));
      const callback = given.at(-1);
      if (!isCallback(callback)) return promised;
      promised.then(
        (result) => callback(null, result),
        (error: unknown) => callback(error),
      );
      return undefined;
    },
  });
}

/** What a connection makes durable. */
class Edges {
  /** What the open transaction has written. */
  #written: Set<string> | null = null;

  of(text: string): string | null {
    const verb = text.trimStart().slice(0, 8).toUpperCase();
    if (verb.startsWith("BEGIN")) this.#written = new Set();
    const writes = writesOf(text);
    const written = this.#written;
    if (written === null) return writes.length === 0 ? null : writes.join(", ");
    for (const one of writes) written.add(one);
    if (verb.startsWith("COMMIT") || verb.startsWith("ROLLBACK")) this.#written = null;
    return verb.startsWith("COMMIT") && written.size > 0 ? [...written].toSorted().join(", ") : null;
  }
}

type Callback = (error: unknown, result?: unknown) => void;

function isCallback(value: unknown): value is Callback {
  return typeof value === "function";
}

/** The result of a query that has a callback, or returns a promise. */
function promisedOf(run: (args: unknown[]) => unknown, given: unknown[]): Promise<unknown> {
  if (!isCallback(given.at(-1))) return Promise.resolve(run(given));
  return new Promise((resolve, reject) => {
    const end: Callback = (error, result) => {
      if (error === null || error === undefined) resolve(result);
      else reject(error instanceof Error ? error : new Error("The query failed.", { cause: error }));
    };
    run([...given.slice(0, -1), end]);
  });
}

function textOf(query: unknown): string {
  if (typeof query === "string") return query;
  const isConfig = typeof query === "object" && query !== null && "text" in query;
  return isConfig && typeof query.text === "string" ? query.text : "";
}

/** What a statement writes: `update VaultPack`. */
function writesOf(text: string): string[] {
  const found = text.matchAll(/\b(INSERT INTO|UPDATE|DELETE FROM)\s+(?:"public"\.)?"(\w+)"/gi);
  const names = [...found].map(
    ([, verb = "", table = ""]) => `${verb.split(" ")[0]?.toLowerCase()} ${table}`,
  );
  if (/\badd_jobs?\s*\(/i.test(text)) names.push("add task");
  return [...new Set(names)];
}
