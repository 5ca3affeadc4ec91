import { afterAll, beforeAll, expect, test } from "vitest";
import { startPooler } from "../test/pooler.ts";
import { openDatabase } from "./client.ts";
import { migrate } from "./migrate.ts";
import { createTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const refused = { code: "CONFIG_INVALID", message: expect.stringContaining("transaction mode") as unknown };

test("a pooler in transaction mode is refused with a sentence, before anything uses it", async () => {
  await using pooler = await startPooler(database.url, "transaction");
  await expect(openDatabase({ url: pooler.url, poolSize: 2 })).rejects.toMatchObject(refused);
  await expect(migrate(pooler.url)).rejects.toMatchObject(refused);
});

test("a pooler that keeps sessions is used like PostgreSQL itself", async () => {
  await using pooler = await startPooler(database.url, "session");
  const db = await openDatabase({ url: pooler.url, poolSize: 2 });
  expect(await migrate(pooler.url)).toEqual([]);
  await db.close();
});

test.each([
  ["postgresql://u:p@127.0.0.1:9/none", "nothing listens at its address"],
  ["postgresql://u:p@no-such-host.invalid:5432/x", "its host name"],
])("%s is one sentence", async (url, why) => {
  await expect(openDatabase({ url })).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining(why) as unknown,
  });
});

test("a wrong password, no password, a missing database and TLS that the server lacks are one sentence each", async () => {
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  const urls = {
    "it refuses the password": changed((url) => void (url.password = "wrong")),
    "its address has no password": changed((url) => void (url.password = "")),
    "the database does not exist": changed((url) => void (url.pathname = "/kluis_nowhere")),
    "it does not offer TLS": changed((url) => void (url.search = "?sslmode=require")),
  };
  for (const [why, url] of Object.entries(urls)) {
    await expect(openDatabase({ url })).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: `The database cannot be used: ${why}.`,
    });
  }
});
