/** Azurite for the integration tests of the blob store. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_LIMIT_MS = 60_000;

export interface TestAzurite extends AsyncDisposable {
  readonly connectionString: string;
}

/** Starts Azurite's blob service on a free loopback port, with a random key and a data folder that its disposal removes. */
export async function startAzurite(): Promise<TestAzurite> {
  const folder = await mkdtemp(join(tmpdir(), "kluis-azurite-"));
  const key = randomBytes(32).toString("base64");
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const args = [main, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", folder];
  const child = spawn(process.execPath, [...args, "--skipApiVersionCheck", "--disableTelemetry"], {
    cwd: folder,
    env: { ...process.env, AZURITE_ACCOUNTS: `vaulttest:${key}` },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const address = await listening(child);
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=vaulttest;AccountKey=${key};BlobEndpoint=${address}/vaulttest;`,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The address that Azurite prints when it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`Azurite does not report that it listens: ${output}`));
    }, START_LIMIT_MS);
    child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${output}`)));
    child.stdout?.on("data", (data: Buffer) => {
      output += data.toString("utf8");
      const match = /successfully listen\w* (?:on|at) (http:\S+)/i.exec(output);
      if (match?.[1] === undefined) return;
      clearTimeout(limit);
      resolve(match[1]);
    });
  });
}
