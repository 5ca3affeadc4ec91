import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { grantRights } from "./grants.ts";
import { tableRights } from "./rights.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function refusal(part: "engine" | "portal", sql: string): Promise<string> {
  return as(database.roleUrls[part], (client) =>
    client.query(sql).then(
      () => "allowed",
      (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? "?") : "?"),
    ),
  );
}

const verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"] as const;

/** What a role can do with each table and view, as the server answers. */
function rightsOf(part: "engine" | "portal"): Promise<Record<string, string>> {
  return as(database.roleUrls[part], async (client) => {
    const { rows } = await client.query<{ name: string; verbs: string }>(
      `SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name,
         (SELECT string_agg(v, ' ' ORDER BY o) FROM unnest($1::text[]) WITH ORDINALITY AS given(v, o)
          WHERE has_table_privilege(c.oid, v)) AS verbs
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('public', 'graphile_worker') AND c.relkind IN ('r', 'p', 'v') ORDER BY 1`,
      [verbs],
    );
    return Object.fromEntries(rows.map((row) => [row.name, row.verbs]));
  });
}

const words = {
  read: "SELECT",
  append: "SELECT INSERT",
  change: "SELECT UPDATE",
  write: "SELECT INSERT UPDATE DELETE",
} as const;

test.each(["engine", "portal"] as const)(
  "the role of the %s has what its table of rights says, and no more",
  async (part) => {
    const queue = part === "engine" ? words.write : words.append;
    const found = await rightsOf(part);
    // Rights may be declared before their table exists.
    const declared = Object.entries(tableRights).flatMap(([name, rights]) =>
      name in found ? [[name, words[rights[part]]] as const] : [],
    );
    expect(found).toEqual({
      ...Object.fromEntries(declared),
      _prisma_migrations: words.read,
      "graphile_worker._private_jobs": words.write,
      "graphile_worker._private_job_queues": words.write,
      "graphile_worker._private_tasks": queue,
      "graphile_worker._private_known_crontabs": part === "engine" ? words.write : words.read,
      "graphile_worker.jobs": words.read,
      "graphile_worker.migrations": words.read,
    });
  },
);

test.each(["engine", "portal"] as const)(
  "the role of the %s cannot rewrite the ledger, nor reach the server",
  async (part) => {
    const forbidden = {
      superuser: "SET session_replication_role = replica",
      trigger: `ALTER TABLE "LedgerEvent" DISABLE TRIGGER USER`,
      update: `UPDATE "LedgerEvent" SET data = '{}'`,
      delete: `DELETE FROM "LedgerEvent"`,
      truncate: `TRUNCATE "LedgerEvent"`,
      drop: `DROP TABLE "LedgerAnchor"`,
      program: "COPY (SELECT 1) TO PROGRAM 'true'",
      file: "SELECT pg_read_file('/etc/hostname')",
      create: "CREATE TABLE public.mine (id int)",
      role: "CREATE ROLE mine",
      escalate: "SET ROLE pg_write_all_data",
      replaceFunction: `CREATE OR REPLACE FUNCTION "kluis_ledger_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`,
    };
    const answers: Record<string, string> = {};
    for (const [name, sql] of Object.entries(forbidden)) answers[name] = await refusal(part, sql);
    expect(answers).toEqual(Object.fromEntries(Object.keys(forbidden).map((name) => [name, "42501"])));
    expect(await refusal(part, `SELECT 1 FROM "LedgerEvent"`)).toBe("allowed");
  },
);

test("a role that owns the tables is refused, with the sentence that says why", async () => {
  const owner = decodeURIComponent(new URL(database.url).username);
  await expect(
    grantRights(database.url, { engine: owner, portal: "kluis_test_portal" }),
  ).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("owns the tables") as unknown,
  });
  await expect(
    grantRights(database.url, { engine: "kluis_nobody", portal: "kluis_test_portal" }),
  ).rejects.toThrow("does not exist");
});
