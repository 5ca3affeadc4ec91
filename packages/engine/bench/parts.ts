/** The parts of the engine's benchmark, each a process: PostgreSQL, Azurite, the local Azure, and engines. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Db, openDatabase } from "@kluis/db";
import { migrate } from "@kluis/db/migrate";
import { LocalAzureControl } from "@kluis/local-azure";
import {
  azureEnv,
  newLedgerKey,
  randomSecret,
  startAzurite,
  startPostgres,
} from "@kluis/local-stack/testing";
import { z } from "zod";
import { Delay } from "./delay.ts";
import { Program } from "./program.ts";

const startedAzure = z.object({ url: z.url(), controlToken: z.string(), secret: z.string() });

export interface Parts extends AsyncDisposable {
  readonly folder: string;
  readonly db: Db;
  readonly control: LocalAzureControl;
  readonly env: Readonly<Record<string, string>>;
  /** Connection string of Azurite. */
  readonly storage: string;
  /** Processes whose work a transfer causes, by name. */
  readonly pids: Readonly<Record<"azurite" | "localAzure", number>>;
  startEngine(): Promise<Program>;
}

/** @param delayMs of each request to Azurite and to the disks of the local Azure; null: none */
export async function startParts(delayMs: number | null, parent = tmpdir()): Promise<Parts> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(parent, "kluis-bench-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL has another user when root starts the benchmark.
  await chmod(folder, 0o711);
  const postgres = undo.use(await startPostgres({ dataDir: join(folder, "postgres"), durable: false }));
  const url = await postgres.ensureDatabase("kluis");
  await migrate(url);
  const db = undo.adopt(await openDatabase({ url, poolSize: 4 }), (open) => open.close());
  const azurite = undo.use(await startAzurite({ dataDir: join(folder, "azurite") }));
  const [toStorage, toDisks] =
    delayMs === null
      ? [null, null]
      : [undo.use(await Delay.start(delayMs)), undo.use(await Delay.start(delayMs))];
  const publicUrl = toDisks === null ? [] : [`http://127.0.0.1:${toDisks.port}`];
  const { program: localAzure, first } = await Program.start("azure-child.ts", {
    args: [join(folder, "local-azure"), ...publicUrl],
    env: {},
    log: join(folder, "local-azure.log"),
  });
  undo.use(localAzure);
  const azure = startedAzure.parse(first);
  if (toStorage !== null) toStorage.target = azurite.port;
  if (toDisks !== null) toDisks.target = Number(new URL(azure.url).port);
  const storage = azurite.connectionString.replace(
    `:${azurite.port}/`,
    `:${toStorage?.port ?? azurite.port}/`,
  );
  const env = await writeEnv({ folder, databaseUrl: url, storage, azure });
  const parts = undo.move();
  return {
    folder,
    db,
    control: new LocalAzureControl(azure),
    env,
    storage,
    pids: { azurite: azurite.child.pid, localAzure: localAzure.pid },
    startEngine: async () => {
      const log = join(folder, "engine.log");
      const { program } = await Program.start("engine-child.ts", { env, log });
      parts.use(program);
      return program;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function writeEnv(given: {
  folder: string;
  databaseUrl: string;
  storage: string;
  azure: z.output<typeof startedAzure>;
}): Promise<Record<string, string>> {
  const { folder, databaseUrl, storage, azure } = given;
  const secret = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  return {
    ...azureEnv({
      url: azure.url,
      clientSecretFile: await secret("azure-client-secret", azure.secret),
    }),
    DATABASE_URL: databaseUrl,
    KLUIS_HOME: folder,
    KLUIS_VAULT_KIND: "azure-blob",
    KLUIS_VAULT_CONNECTION_FILE: await secret("vault-connection", storage),
    KLUIS_VAULT_CONTAINER: "kluis-vault",
    KLUIS_VAULT_KEY_FILE: join(folder, "vault-key"),
    KLUIS_LEDGER_KEY_FILE: await secret("ledger-key.pem", newLedgerKey()),
    KLUIS_SECRETS_KEY_FILE: await secret("secrets-key", randomSecret()),
    KLUIS_LOG_LEVEL: "warn",
  };
}
