/**
 * Real parts for integration tests: a separate database (cloned from the run's migrated template), Azurite, and a local Azure in
 * this process. All of them use ephemeral loopback ports and leave nothing behind.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { type LocalAzure, lenientSettings, type StartOptions, startLocalAzure } from "@kluis/local-azure";
import { type Azurite, startAzurite } from "./azurite.ts";
import { azureEnv } from "./environment.ts";
import { randomSecret } from "./files.ts";
import { newLedgerKey } from "./home.ts";

export { startAzurite } from "./azurite.ts";
export { type Child, killGroup, startChild } from "./child.ts";
export { azureEnv } from "./environment.ts";
export { randomSecret } from "./files.ts";
export { newLedgerKey } from "./home.ts";
export { startPostgres } from "./postgres.ts";

export interface TestStackOptions {
  /** true (default): the demo fleet; false: an empty Azure; a function creates another fleet. */
  readonly seedFleet?: NonNullable<StartOptions["seedFleet"]>;
  /** Settings of the local Azure. Default: no waits and no throttling; `{}` is as strict as Azure. */
  readonly settings?: NonNullable<StartOptions["settings"]>;
}

export interface TestStack extends AsyncDisposable {
  /** A private folder for the test, deleted by `stop`. */
  readonly folder: string;
  readonly database: TestDatabase;
  readonly azurite: Azurite;
  readonly localAzure: LocalAzure;
  /** The environment for an engine on these parts (parseEngineEnv), as `npm start` sets it. */
  readonly engineEnv: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts the parts. Stop them (or `await using`) also when the test fails. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const folder = await mkdtemp(join(tmpdir(), "kluis-stack-"));
  const [database, azurite, localAzure] = await startAll(folder, options);
  const files = {
    connection: join(folder, "vault-connection"),
    vaultKey: join(folder, "vault-key"),
    ledgerKey: join(folder, "ledger-key.pem"),
    secretsKey: join(folder, "secrets-key"),
    clientSecret: join(folder, "azure-client-secret"),
  };
  await writeSecret(files.connection, azurite.connectionString);
  await writeSecret(files.ledgerKey, newLedgerKey());
  await writeSecret(files.secretsKey, randomSecret());
  await writeSecret(files.clientSecret, localAzure.entra.secrets().engine);
  const stop = async (): Promise<void> => {
    await Promise.all([localAzure.stop(), azurite.stop(), database.drop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return {
    folder,
    database,
    azurite,
    localAzure,
    engineEnv: {
      ...azureEnv({ url: localAzure.url, clientSecretFile: files.clientSecret }),
      DATABASE_URL: database.roleUrls.engine,
      KLUIS_HOME: folder,
      KLUIS_VAULT_KIND: "azure-blob",
      KLUIS_VAULT_CONNECTION_FILE: files.connection,
      KLUIS_VAULT_CONTAINER: "kluis-vault",
      KLUIS_VAULT_KEY_FILE: files.vaultKey,
      KLUIS_LEDGER_KEY_FILE: files.ledgerKey,
      KLUIS_SECRETS_KEY_FILE: files.secretsKey,
      KLUIS_FOLDER_VAULTS: join(folder, "vaults"),
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startAll(
  folder: string,
  options: TestStackOptions,
): Promise<readonly [TestDatabase, Azurite, LocalAzure]> {
  const cleanUp: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const database = await createTestDatabase();
    cleanUp.unshift(() => database.drop());
    const azurite = await startAzurite({ dataDir: join(folder, "azurite") });
    cleanUp.unshift(() => azurite.stop());
    const localAzure = await startLocalAzure({
      dataDir: join(folder, "local-azure"),
      seedFleet: options.seedFleet ?? true,
      settings: options.settings ?? lenientSettings,
    });
    return [database, azurite, localAzure];
  } catch (error) {
    for (const undo of cleanUp) await undo();
    throw error;
  }
}

function writeSecret(path: string, text: string): Promise<void> {
  return writeFile(path, text, { mode: 0o600 });
}
