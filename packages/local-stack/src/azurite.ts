/** Azurite as the blob vault of this machine: one account with a random key, on loopback. It ends with its parent. */
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { type Child, exitWithParent, startChild } from "./child.ts";
import { privateFolder, secretFile } from "./files.ts";
import { freePort } from "./ports.ts";
import { httpStatus, untilReady } from "./wait.ts";

const ACCOUNT = "kluisvault";
const START_LIMIT_MS = 60_000;

export interface AzuriteOptions {
  readonly dataDir: string;
  /** 0 (default): any free port. */
  readonly port?: number;
  /** Default `<dataDir>-key`; created at first start, readable by its owner only. */
  readonly keyFile?: string;
  readonly logFile?: string;
  readonly signal?: AbortSignal;
}

export interface Azurite extends AsyncDisposable {
  readonly child: Child;
  readonly port: number;
  readonly accountName: string;
  readonly accountKey: string;
  /** `http://127.0.0.1:PORT/ACCOUNT` */
  readonly url: string;
  /** A storage connection string. Secret: it holds the key. */
  readonly connectionString: string;
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts Azurite's blob service and waits until it answers.
 * @throws KluisError INTERNAL with the end of its log when it does not start
 */
export async function startAzurite(options: AzuriteOptions): Promise<Azurite> {
  await privateFolder(options.dataDir);
  const key = await secretFile(options.keyFile ?? `${options.dataDir}-key`, () =>
    randomBytes(64).toString("base64"),
  );
  const port = await freePort(options.port ?? 0);
  const child = await startChild({
    name: "Azurite",
    module: createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js"),
    args: [
      "--blobHost=127.0.0.1",
      `--blobPort=${port}`,
      `--location=${options.dataDir}`,
      "--silent",
      "--skipApiVersionCheck",
      "--disableProductStyleUrl",
      "--disableTelemetry",
    ],
    env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${key}`, PATH: process.env["PATH"] ?? "" },
    cwd: options.dataDir,
    logFile: options.logFile ?? `${options.dataDir}.log`,
    execArgv: exitWithParent,
  });
  const url = `http://127.0.0.1:${port}/${ACCOUNT}`;
  const stop = async (graceMs = 10_000): Promise<void> => {
    await child.stop(graceMs);
  };
  const ready = async (): Promise<boolean> => (await httpStatus(url)) !== null;
  await untilReady({ child, ready, limitMs: START_LIMIT_MS, signal: options.signal }).catch(
    async (error: unknown) => {
      await stop(1_000);
      throw error;
    },
  );
  return {
    child,
    port,
    accountName: ACCOUNT,
    accountKey: key,
    url,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=${url};`,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}
