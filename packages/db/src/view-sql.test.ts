import { expect, test } from "vitest";
import { z } from "zod";
import { Prisma } from "../generated/client.ts";
import { objectSql } from "./view-sql.ts";

const table = { alias: "t", columns: { id: "id", name: "name" } };

test("keys that are columns are read from the table, the others from the given expressions", () => {
  const schema = z.object({ id: z.string(), name: z.string(), size: z.number() });
  const { sql, values } = objectSql(schema, table, { size: Prisma.sql`${7}::int` });
  expect(sql).toBe(`(jsonb_build_object('id', t."id",'name', t."name",'size', ?::int))`);
  expect(values).toEqual([7]);
});

test("a given expression replaces a column", () => {
  const { sql } = objectSql(z.object({ id: z.string() }), table, { id: Prisma.sql`other.id` });
  expect(sql).toBe(`(jsonb_build_object('id', other.id))`);
});

test("more keys than a function takes are split over several calls", () => {
  const keys = Array.from({ length: 120 }, (_, at) => `k${at}`);
  const columns = Object.fromEntries(keys.map((key) => [key, key]));
  const schema = z.object(Object.fromEntries(keys.map((key) => [key, z.string()])));
  const { sql } = objectSql(schema, { alias: "t", columns }, {});
  expect(sql.split(" || ").map((call) => call.match(/'k\d+'/g)?.length)).toEqual([50, 50, 20]);
});
