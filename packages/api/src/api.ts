import { redactSecrets, secretLogPaths } from "@kluis/azure";
import { openDatabase, openSecretBox } from "@kluis/db";
import { type Clock, systemClock } from "@kluis/domain";
import { type Logger, pino } from "pino";
import type { Api } from "./context.ts";
import type { ApiEnv } from "./env.ts";
import { createLiveHub } from "./live/hub.ts";
import { Rates } from "./rates.ts";
import { Refusals } from "./refusals.ts";
import { createVaultReader } from "./vault-reader.ts";

export interface CreateApiOptions {
  readonly env: ApiEnv;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly rates?: Rates;
}

/**
 * Opens what a process needs to serve the API: once per process, closed at its end.
 * @throws KluisError DATABASE_UNREACHABLE
 */
export async function createApi({
  env,
  logger,
  clock = systemClock,
  rates = new Rates(),
}: CreateApiOptions): Promise<Api> {
  const log =
    logger ?? pino({ level: env.logLevel, redact: secretLogPaths, hooks: { streamWrite: redactSecrets } });
  const secrets = openSecretBox(env.secretsKeyFile);
  const db = await openDatabase({
    url: env.databaseUrl,
    poolSize: env.poolSize,
    onIdleError: (error) => log.warn({ err: error }, "a database connection was lost"),
  });
  const live = createLiveHub(db, log);
  const refusals = new Refusals({ db, clock, logger: log, rates });
  return {
    db,
    clock,
    logger: log,
    vaults: createVaultReader({ environment: env.vault, secrets, keyVault: env.keyVault }),
    secrets,
    vaultFolders: env.vaultFolders,
    firstOwner: env.firstOwner,
    directory: env.directory,
    live,
    rates,
    refusals,
    close: async () => {
      await live.close();
      await refusals.close();
      await db.close();
    },
  };
}
