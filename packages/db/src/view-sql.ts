/**
 * Queries that yield rows in the shape of a view's schema, so that nothing is copied between
 * database and JSON.
 */
import { KluisError, listedMost, type SortDirection } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../generated/client.ts";
import { fromJson } from "./json.ts";
import type { Tx } from "./tx.ts";

/** A table in a query: its alias there, and its columns by name (Prisma's `…ScalarFieldEnum`). */
export interface SqlTable<Column extends string> {
  readonly alias: string;
  readonly columns: Readonly<Record<Column, string>>;
}

/** What a key of the schema is made of: required where the table has no column of that name. */
type Given<Key extends string, Column extends string> = {
  readonly [K in Exclude<Key, Column>]: Prisma.Sql;
} & { readonly [K in Extract<Key, Column>]?: Prisma.Sql };

/** PostgreSQL takes at most 100 arguments to a function: 50 keys with their values. */
const keysPerCall = 50;

/**
 * A `jsonb` object in the shape of a schema. Keys that are columns of the table are read from it;
 * `given` has all others. A read-only column that a view shows is therefore one line in the view's
 * schema.
 */
export function objectSql<Shape extends z.core.$ZodLooseShape, Column extends string>(
  schema: z.ZodObject<Shape>,
  table: SqlTable<Column>,
  given: Given<Extract<keyof Shape, string>, Column>,
): Prisma.Sql {
  const values: Readonly<Record<string, Prisma.Sql | undefined>> = given;
  const pairs = Object.keys(schema.shape).map((key) => {
    const value = values[key] ?? Prisma.raw(`${table.alias}."${key}"`);
    return Prisma.sql`${Prisma.raw(`'${key}'`)}, ${value}`;
  });
  const calls: Prisma.Sql[] = [];
  for (let at = 0; at < pairs.length; at += keysPerCall) {
    calls.push(Prisma.sql`jsonb_build_object(${Prisma.join(pairs.slice(at, at + keysPerCall))})`);
  }
  return Prisma.sql`(${Prisma.join(calls, " || ")})`;
}

/** `{ id, name }` of a joined table, or null where the join found nothing. */
export function refSql(alias: string): Prisma.Sql {
  const [id, name] = [Prisma.raw(`${alias}.id`), Prisma.raw(`${alias}.name`)];
  return Prisma.sql`CASE WHEN ${id} IS NOT NULL THEN jsonb_build_object('id', ${id}, 'name', ${name}) END`;
}

/** The policy of a joined version, or null; joins are named `policy` and `version`. */
export const policyVersionSql = Prisma.sql`CASE WHEN version.id IS NOT NULL
  THEN jsonb_build_object('id', policy.id, 'name', policy.name, 'version', version.version) END`;

/**
 * Words of a closed list for `IN (…)`. Literals, not parameters: a partial index only serves a condition whose words the
 * planner knows.
 */
export function wordsSql(words: readonly string[]): Prisma.Sql {
  return Prisma.raw(words.map((word) => `'${word.replaceAll("'", "''")}'`).join(", "));
}

/** The order in which disks are shown: the OS disk, then data disks by LUN. */
export function diskOrderSql(alias: string): Prisma.Sql {
  const key = Prisma.raw(`${alias}."diskKey"`);
  return Prisma.sql`${key} <> 'os', length(${key}), ${key}`;
}

/**
 * What a list or a look-up reads: `object` is the row as `jsonb`; `from` is also what a count
 * reads.
 */
export interface ViewSource<View> {
  readonly schema: z.ZodType<View>;
  readonly object: Prisma.Sql;
  readonly from: Prisma.Sql;
}

/**
 * Returns the rows of a source; `tail` holds WHERE, ORDER BY and LIMIT.
 * @throws KluisError INTERNAL when a row does not have the shape of the schema
 */
export async function readViews<View>(tx: Tx, source: ViewSource<View>, tail: Prisma.Sql): Promise<View[]> {
  const rows: unknown = await tx.$queryRaw`SELECT ${source.object} AS view FROM ${source.from} ${tail}`;
  const schema = z.array(z.object({ view: source.schema }).transform(({ view }) => view));
  return fromJson(schema, rows, "the rows of a view");
}

/**
 * Returns the only row that `tail` selects.
 * @throws KluisError INTERNAL when there is none
 */
export async function readView<View>(tx: Tx, source: ViewSource<View>, tail: Prisma.Sql): Promise<View> {
  const [view] = await readViews(tx, source, tail);
  if (view !== undefined) return view;
  throw new KluisError("INTERNAL", { message: "A row that was just read is missing from the database." });
}

interface Page {
  readonly direction: SortDirection;
  /** Counted from 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** Which page of a list, and how it is sorted. */
export interface PageOrder<Sort extends string> extends Page {
  readonly sort: Sort;
}

export interface PageQuery extends Page {
  /** What the order and the condition read: less than the rows need. Default: the same. */
  readonly from?: Prisma.Sql;
  /** What the condition reads. Default: as the order. */
  readonly counted?: Prisma.Sql;
  /** The column `id` of the listed table. */
  readonly key: Prisma.Sql;
  readonly where: Prisma.Sql;
  readonly orderBy: Prisma.Sql;
  /** For an expression without an index: puts nulls last in either direction. Otherwise null is the greatest value. */
  readonly nullsLast?: boolean;
  /** Breaks ties, with its own direction. */
  readonly thenBy: Prisma.Sql;
}

export interface ListPage<View> {
  readonly rows: View[];
  /** Rows that pass the condition, up to `listedMost`. */
  readonly total: number;
  readonly hasMore: boolean;
}

/**
 * Returns one page of a source, and how many rows pass the condition. Finds the ids of the page first, so that only its rows are
 * composed. Rows after the first `listedMost` are on no page.
 */
export async function readPage<View>(
  tx: Tx,
  source: ViewSource<View>,
  query: PageQuery,
): Promise<ListPage<View>> {
  const { from = source.from, counted = from, where, key } = query;
  const ids = await pageIds(tx, { ...query, from });
  const rows =
    ids.length === 0
      ? []
      : await readViews(
          tx,
          source,
          Prisma.sql`WHERE ${key} = ANY(${ids}::uuid[]) ORDER BY array_position(${ids}::uuid[], ${key})`,
        );
  const found = await countUpTo(tx, Prisma.sql`${counted} WHERE ${where}`);
  return { rows, ...found };
}

async function pageIds(tx: Tx, query: PageQuery & { readonly from: Prisma.Sql }): Promise<string[]> {
  const { from, key, where, orderBy, thenBy, page, pageSize } = query;
  const offset = (page - 1) * pageSize;
  const limit = Math.min(pageSize, listedMost - offset);
  if (limit <= 0) return [];
  const direction = Prisma.raw(query.direction === "asc" ? "ASC" : "DESC");
  const nulls = query.nullsLast === true ? Prisma.sql`NULLS LAST` : Prisma.empty;
  const rows = await tx.$queryRaw`
    SELECT ${key} AS id FROM ${from} WHERE ${where}
    ORDER BY ${orderBy} ${direction} ${nulls}, ${thenBy} LIMIT ${limit} OFFSET ${offset}`;
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
}

/** Counts the rows of a source with its condition, up to `listedMost`. */
export async function countUpTo(
  tx: Tx,
  rows: Prisma.Sql,
): Promise<{ readonly total: number; readonly hasMore: boolean }> {
  const counted = countOf(
    await tx.$queryRaw`SELECT count(*) AS count FROM (SELECT FROM ${rows} LIMIT ${listedMost + 1}) listed`,
  );
  return { total: Math.min(counted, listedMost), hasMore: counted > listedMost };
}

/**
 * Whether an id begins with this text; dashes are optional. A range, because a pattern on the text of every id reads the whole table.
 */
export function idBeginsSql(key: Prisma.Sql, prefix: string): Prisma.Sql {
  const digits = prefix.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]{1,32}$/.test(digits)) return Prisma.sql`FALSE`;
  return Prisma.sql`${key} BETWEEN ${digits.padEnd(32, "0")}::uuid AND ${digits.padEnd(32, "f")}::uuid`;
}

/** Returns the figure of a `SELECT count(*) AS count`. */
export function countOf(rows: unknown): number {
  return z.tuple([z.object({ count: z.coerce.number() })]).parse(rows)[0].count;
}
