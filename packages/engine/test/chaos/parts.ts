/** The parts of a chaos run, each behind a proxy: PostgreSQL, Azurite, the local Azure, and two engines as processes. */
import { rmSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalAzure, lenientSettings, startLocalAzure } from "@kluis/local-azure";
import {
  azureEnv,
  type Child,
  killGroup,
  newLedgerKey,
  randomSecret,
  startAzurite,
  startChild,
} from "@kluis/local-stack/testing";
import { emptySubscription } from "../world.ts";
import { ChaosDatabase, patiently } from "./database.ts";
import type { Target } from "./plan.ts";
import { Proxy } from "./proxy.ts";

type Azurite = Awaited<ReturnType<typeof startAzurite>>;

const HOUR_MS = 3_600_000;
/** A busy machine may need more than one try to start a part again. */
const START_LIMIT_MS = 300_000;

export class Parts {
  readonly folder: string;
  readonly database: ChaosDatabase;
  readonly localAzure: LocalAzure;
  readonly proxies: Readonly<Record<Target, Proxy>>;
  readonly env: Readonly<Record<string, string>>;
  readonly engines: (Child | null)[] = [];
  #azurite: Azurite;
  #aheadMs = 0;
  #stopping = false;

  private constructor(given: {
    folder: string;
    database: ChaosDatabase;
    azurite: Azurite;
    localAzure: LocalAzure;
    proxies: Record<Target, Proxy>;
    env: Record<string, string>;
  }) {
    this.folder = given.folder;
    this.database = given.database;
    this.#azurite = given.azurite;
    this.localAzure = given.localAzure;
    this.proxies = given.proxies;
    this.env = given.env;
  }

  static async start(options: { readonly twice: boolean } = { twice: true }): Promise<Parts> {
    const folder = await mkdtemp(join(tmpdir(), "kluis-chaos-"));
    // When root starts the run, PostgreSQL has another user, who must pass through this folder.
    await chmod(folder, 0o711);
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const azureProxy = await Proxy.start(0);
    const [database, azurite, localAzure] = await Promise.all([
      ChaosDatabase.start(folder, options),
      startAzurite({ dataDir: join(folder, "azurite") }),
      startLocalAzure({
        dataDir: join(folder, "local-azure"),
        publicUrl: `http://127.0.0.1:${azureProxy.port}`,
        seedFleet: emptySubscription,
        settings: lenientSettings,
      }),
    ]);
    azureProxy.target = Number(new URL(localAzure.url).port);
    const proxies = {
      postgres: database.proxy,
      azurite: await Proxy.start(azurite.port),
      azure: azureProxy,
    };
    const env = await writeEnv({ folder, database, azurite, localAzure, proxies });
    return new Parts({ folder, database, azurite, localAzure, proxies, env });
  }

  get aheadMs(): number {
    return this.#aheadMs;
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  /** Starts an engine, and starts it again whenever it ends without a kill, as a supervisor does. */
  async startEngine(which: number): Promise<void> {
    const child = await startChild({
      name: `engine ${which}`,
      module: join(import.meta.dirname, "engine-child.ts"),
      env: {
        ...this.env,
        KLUIS_CHAOS_AHEAD_MS: String(this.#aheadMs),
        PATH: process.env["PATH"] ?? "",
        // Half of an engine's start is compilation, which a run repeats with each kill.
        NODE_COMPILE_CACHE: join(this.folder, "compiled"),
      },
      logFile: this.engineLog(which),
      execArgv: ["--max-semi-space-size=8"],
    });
    this.engines[which] = child;
    void child.exited.then(async () => {
      // Another start replaced it, or is about to.
      if (this.engines[which] !== child || this.#stopping) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (this.engines[which] === child && !this.#stopping)
        await patiently(() => this.startEngine(which), START_LIMIT_MS);
    });
  }

  engineLog(which: number): string {
    return join(this.folder, `engine-${which}.log`);
  }

  async keepLogs(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const which of this.engines.keys())
      await cp(this.engineLog(which), join(folder, `engine-${which}.log`));
  }

  async killEngine(which: number, downMs: number): Promise<void> {
    const child = this.engines[which];
    if (child === null || child === undefined) return;
    this.engines[which] = null;
    killGroup(child.pid);
    await child.exited;
    await new Promise((resolve) => setTimeout(resolve, downMs));
    if (!this.#stopping) await patiently(() => this.startEngine(which), START_LIMIT_MS);
  }

  /** Stops Azurite in an orderly way: it writes its metadata every few seconds only. */
  async stopAzurite(downMs: number): Promise<void> {
    const { port } = this.#azurite;
    await this.#azurite.stop();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    const dataDir = join(this.folder, "azurite");
    this.#azurite = await patiently(() => startAzurite({ dataDir, port }), START_LIMIT_MS);
    this.proxies.azurite.target = this.#azurite.port;
  }

  /** Moves the time of database, local Azure and engines together. */
  async passTime(hours: number): Promise<void> {
    const ms = hours * HOUR_MS;
    await this.database.passTime(ms);
    await this.localAzure.control.advanceClock(ms);
    this.#aheadMs += ms;
    for (const child of this.engines) child?.send({ aheadMs: this.#aheadMs });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const child of this.engines) if (child !== null) killGroup(child.pid);
    await Promise.all(this.engines.map((child) => Promise.resolve(child?.exited)));
    await Promise.all([this.#azurite.stop(), this.localAzure.stop(), this.database.stop()]);
    await Promise.all([this.proxies.azurite.stop(), this.proxies.azure.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function writeEnv(parts: {
  folder: string;
  database: ChaosDatabase;
  azurite: Azurite;
  localAzure: LocalAzure;
  proxies: Record<Target, Proxy>;
}): Promise<Record<string, string>> {
  const { folder, database, azurite, localAzure, proxies } = parts;
  const secret = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const throughProxy = azurite.connectionString.replace(`:${azurite.port}/`, `:${proxies.azurite.port}/`);
  return {
    ...azureEnv({
      url: `http://127.0.0.1:${proxies.azure.port}`,
      clientSecretFile: await secret("azure-client-secret", localAzure.entra.secrets().engine),
    }),
    DATABASE_URL: database.url,
    KLUIS_HOME: folder,
    KLUIS_VAULT_KIND: "azure-blob",
    KLUIS_VAULT_CONNECTION_FILE: await secret("vault-connection", throughProxy),
    KLUIS_VAULT_CONTAINER: "kluis-vault",
    KLUIS_VAULT_KEY_FILE: join(folder, "vault-key"),
    KLUIS_LEDGER_KEY_FILE: await secret("ledger-key.pem", newLedgerKey()),
    KLUIS_SECRETS_KEY_FILE: await secret("secrets-key", randomSecret()),
    KLUIS_FOLDER_VAULTS: join(folder, "vaults"),
    KLUIS_LOG_FORMAT: "json",
    KLUIS_LOG_LEVEL: "warn",
  };
}
