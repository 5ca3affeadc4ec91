/** What a start of `kluis vault` loads: each file costs about half a millisecond. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = new URL("../bin/kluis.mjs", import.meta.url).pathname;
/** Prints the address of every loaded module on standard error. */
const spy = `import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => (process._rawDebug(url), next(url, context)) });`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-start-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function loadedBy(...args: string[]): Promise<string[]> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(spy)}`, program, ...args],
    {
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        KLUIS_VAULT: join(folder, "vault"),
        KLUIS_VAULT_KEY_FILE: join(folder, "key"),
      },
    },
  );
  return stderr.split("\n").filter((line) => line.startsWith("file:"));
}

describe("the start of kluis vault", () => {
  it("loads the vault, and neither the client of the API, other rules nor messages of Zod", async () => {
    await loadedBy("vault", "init");
    const files = await loadedBy("vault", "ls");
    expect(files.length).toBeGreaterThan(50);
    expect(files.length).toBeLessThan(220);
    const foreign =
      /@trpc|temporal|zod\/v4\/locales\/(?!en\.)|domain\/src\/index|store\/azure-blob|string-width|shamir/;
    expect(files.filter((file) => foreign.test(file))).toEqual([]);
  });
});
