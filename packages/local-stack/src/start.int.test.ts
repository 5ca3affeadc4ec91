import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { lockHome } from "./lock.ts";
import { freePort } from "./ports.ts";
import { isRoot } from "./system-user.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kluis-start-"));
  return () => rm(home, { recursive: true, force: true });
});

/** Runs the start command and waits for its end. */
function start(env: Record<string, string>): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, "start.ts")],
      { env: { PATH: process.env["PATH"] ?? "", KLUIS_HOME: home, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}

describe("a start that fails", () => {
  it("lists every wrong setting", async () => {
    const { code, said } = await start({ KLUIS_PORT: "high", DATABASE_URL: "nowhere" });
    expect(code).toBe(1);
    expect(said).toContain("KLUIS_PORT must be a port number");
    expect(said).toContain("DATABASE_URL is not a PostgreSQL address");
    expect(said).not.toMatch(/\n\s+at /);
  });

  it("reports a busy port and how to choose another", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, said } = await start({ KLUIS_PORT: String(port) });
    expect(code).toBe(1);
    expect(said).toContain(`Port ${port} is in use by another program.`);
    expect(said).toContain(`KLUIS_PORT=${port + 1} npm start`);
    expect(await readdir(home)).toEqual([]);
  });

  it("reports a data folder in use, with its holder", async () => {
    await using _lock = await lockHome(join(home, "kluis.lock"), "http://localhost:3999");
    const { code, said } = await start({ KLUIS_PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(said).toContain(`process ${process.pid}, http://localhost:3999`);
    expect(said).toContain("KLUIS_HOME");
  });

  it("reports a data folder that is a file, or that cannot be written", async () => {
    const file = join(home, "file");
    await writeFile(file, "");
    const { code, said } = await start({
      KLUIS_HOME: join(file, "data"),
      KLUIS_PORT: String(await freePort()),
    });
    expect(code).toBe(1);
    expect(said).toContain("is not a folder");
    if (isRoot()) return;
    await chmod(home, 0o500);
    onTestFinished(() => chmod(home, 0o700));
    const refused = await start({ KLUIS_HOME: join(home, "data"), KLUIS_PORT: String(await freePort()) });
    expect(refused.said).toContain("cannot write to a folder");
  });
});
