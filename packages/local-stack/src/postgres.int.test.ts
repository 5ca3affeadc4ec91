import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { killGroup } from "./child.ts";
import { freePort } from "./ports.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { isRoot } from "./system-user.ts";

let folder: string;
const servers: Postgres[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-postgres-"));
  if (isRoot()) await chmod(folder, 0o711);
});
// A server that runs would write into the folder while it is removed.
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(port = 0): Promise<Postgres> {
  const server = await startPostgres({ dataDir: join(folder, "data"), durable: false, port });
  servers.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("the embedded PostgreSQL", () => {
  it("keeps its data over a stop, with a password, on loopback only, in UTF-8", async () => {
    const first = await start();
    const url = await first.ensureDatabase("kluis");
    await query(url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('één')");
    const facts = await query(
      url,
      `SELECT current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets,
        datlocale AS locale, pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = 'kluis'`,
    );
    expect(facts).toEqual([{ listen: "127.0.0.1", sockets: "", locale: "C.UTF-8", encoding: "UTF8" }]);
    const wrong = new URL(url);
    wrong.password = "wrong";
    await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await first.stop();

    const second = await start(first.port);
    expect(second.port).toBe(first.port);
    expect(await query(await second.ensureDatabase("kluis"), "SELECT word FROM kept")).toEqual([
      { word: "één" },
    ]);
    const password = join(folder, "data-password");
    expect((await stat(password)).mode & 0o777).toBe(0o600);
    expect(second.url("kluis")).toContain((await readFile(password, "utf8")).trim());
  });

  it("stops a server that a killed start left behind, and keeps its data", async () => {
    const first = await start();
    await query(
      await first.ensureDatabase("kluis"),
      "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)",
    );
    // Only the guard is killed, so the server runs on without a parent.
    process.kill(first.child.pid, "SIGKILL");
    await first.child.exited;
    onTestFinished(() => killGroup(first.child.pid));

    const second = await start();
    expect(await query(second.url("kluis"), "SELECT n FROM kept")).toEqual([{ n: 7 }]);
    await expect(query(first.url("kluis"), "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("starts although the stored process id now belongs to another program", async () => {
    const first = await start();
    await first.stop();
    const pidFile = join(folder, "data", "postmaster.pid");
    await writeFile(pidFile, `${process.pid}\n${join(folder, "data")}\n1\n5432\n\n127.0.0.1\n`);
    const second = await start();
    expect(await query(second.url("postgres"), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("creates its data again after a kill during the first start", async () => {
    const making = join(folder, "data-making");
    await mkdir(making);
    await writeFile(join(making, "PG_VERSION"), "18");
    const server = await start();
    expect(await query(server.url("postgres"), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("reports a lost password file", async () => {
    const first = await start();
    await first.stop();
    await rm(join(folder, "data-password"));
    await expect(start()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("uses another port when the requested one is busy", async () => {
    const first = await start();
    const other = await mkdtemp(join(tmpdir(), "kluis-postgres-"));
    onTestFinished(() => rm(other, { recursive: true, force: true }));
    if (isRoot()) await chmod(other, 0o711);
    const second = await startPostgres({ dataDir: join(other, "data"), durable: false, port: first.port });
    onTestFinished(() => second.stop());
    expect(second.port).not.toBe(first.port);
    expect(await freePort(second.port)).not.toBe(second.port);
  });
});
