/** The statements that code sends to PostgreSQL, with the plans that it ran, for tests about their cost. */
import type { PoolClient } from "pg";
import { z } from "zod";
import { type Db, openDatabase } from "./client.ts";

const node = z.object({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Actual Rows": z.number().optional(),
  "Actual Loops": z.number().optional(),
  "Rows Removed by Filter": z.number().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});
type PlanNode = z.infer<typeof node>;

const explained = z.object({ "Query Text": z.string(), Plan: node });

export interface Statement {
  readonly text: string;
  /** `SELECT`, `INSERT`, `UPDATE`, `DELETE` or another first word. */
  readonly verb: string;
  /** Every node of the plan. */
  readonly nodes: readonly PlanNode[];
}

export interface WatchedDatabase extends AsyncDisposable {
  readonly db: Db;
  /** All that were sent, except the begin and the end of transactions. */
  readonly statements: readonly Statement[];
  clear(): void;
}

const SETTINGS = {
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_format": "json",
  "auto_explain.log_level": "notice",
} as const;

/** Opens a database whose sessions report each plan. The role must be a superuser, as that of the test run's own server is. */
export async function openWatchedDatabase(url: string): Promise<WatchedDatabase> {
  const watched = new URL(url);
  const options = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  watched.searchParams.set("options", options.join(" "));
  const db = await openDatabase({ url: watched.href, poolSize: 4 });
  const statements: Statement[] = [];
  const known = new WeakSet<PoolClient>();
  db.pool.on("acquire", (client) => {
    if (known.has(client)) return;
    known.add(client);
    client.on("notice", ({ message = "" }) => {
      const statement = parse(message);
      if (statement !== null) statements.push(statement);
    });
  });
  const clear = (): void => void statements.splice(0);
  return { db, statements, clear, [Symbol.asyncDispose]: () => db.close() };
}

function parse(message: string): Statement | null {
  const at = message.indexOf("plan:\n");
  if (!message.startsWith("duration:") || at === -1) return null;
  const { "Query Text": text, Plan: plan } = explained.parse(JSON.parse(message.slice(at + 6)));
  return { text, verb: text.trim().split(/\s/, 1)[0]?.toUpperCase() ?? "", nodes: flatten(plan) };
}

function flatten(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
}

/** Each sequential scan of one of these tables that read more than `most` rows, as `TABLE: STATEMENT`. */
export function scansOf(statements: readonly Statement[], tables: readonly string[], most = -1): string[] {
  return statements.flatMap(({ text, nodes }) =>
    nodes
      .filter((one) => one["Node Type"].endsWith("Seq Scan") && tables.includes(one["Relation Name"] ?? ""))
      .filter((one) => rowsOf(one) > most)
      .map((one) => `${one["Relation Name"]}: ${text.replaceAll(/\s+/g, " ").trim()}`),
  );
}

/**
 * Each scan of any kind of one of these tables that read more than `most` rows, as `TABLE, NODE, ROWS: STATEMENT`. A walk along an
 * index that meets few matches costs as much as a sequential scan.
 */
export function longReadsOf(
  statements: readonly Statement[],
  tables: readonly string[],
  most: number,
): string[] {
  return statements.flatMap(({ text, nodes }) =>
    nodes
      .filter((one) => one["Node Type"].endsWith("Scan") && tables.includes(one["Relation Name"] ?? ""))
      .filter((one) => rowsOf(one) > most)
      .map(
        (one) =>
          `${one["Relation Name"]}, ${one["Node Type"]}, ${rowsOf(one)}: ${text.replaceAll(/\s+/g, " ").trim()}`,
      ),
  );
}

/** The rows of a table that the statements read, those that a filter removed included. */
export function rowsRead(statements: readonly Statement[], table: string): number {
  const ofTable = statements.flatMap(({ nodes }) => nodes.filter((one) => one["Relation Name"] === table));
  return ofTable
    .filter((one) => one["Node Type"].endsWith("Scan"))
    .reduce((sum, one) => sum + rowsOf(one), 0);
}

function rowsOf(scan: PlanNode): number {
  const { "Actual Rows": rows = 0, "Rows Removed by Filter": removed = 0, "Actual Loops": loops = 1 } = scan;
  return (rows + removed) * loops;
}
