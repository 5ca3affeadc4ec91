/** Starts all parts of an installation and keeps them running until a stop. */
import { mkdir } from "node:fs/promises";
import { grantRights, roleOfUrl } from "@kluis/db";
import { migrate } from "@kluis/db/migrate";
import { KluisError, toKluisError } from "@kluis/domain";
import { type Child, logTail } from "./child.ts";
import { claimAtStart, readyLines } from "./claim.ts";
import { protectDemo } from "./demo.ts";
import { homeLayout, prepareHome, readPorts, writePorts } from "./home.ts";
import { lockHome } from "./lock.ts";
import { openOperator } from "./operator.ts";
import {
  buildPortal,
  type PartsContext,
  portProblem,
  startAzure,
  startDatabase,
  startEngine,
  startPortal,
  startVault,
} from "./parts.ts";
import { portIsFree } from "./ports.ts";
import { followBackups, latestPoints } from "./progress.ts";
import { seedInstallation } from "./seed.ts";
import { type DatabaseUrls, type Settings, systemEnv } from "./settings.ts";
import { createSupervisor, type Supervisor } from "./supervise.ts";
import type { Screen } from "./terminal.ts";
import { welcomeLines } from "./welcome.ts";

/**
 * Time for each part to end after SIGTERM, in the order of stopping. The sum stays below the 15 s that Ctrl-C may take; every
 * part survives a kill.
 */
const stopMs = { portal: 1_000, engine: 6_500, azure: 1_500, azurite: 3_000, postgres: 2_500 } as const;

export interface StackOptions {
  readonly root: string;
  readonly settings: Settings;
  readonly screen: Screen;
  /** Requests an orderly stop. */
  readonly stop: AbortSignal;
  /** Kills all parts immediately. */
  readonly force: AbortSignal;
}

/** Runs until `stop` fires or a part that cannot be restarted ends. Leaves no process behind, also after an error. */
export async function runStack({ root, settings, screen, stop, force }: StackOptions): Promise<void> {
  const layout = homeLayout(settings.home);
  const halt = new AbortController();
  const url = settings.passed["KLUIS_PUBLIC_URL"] ?? `http://localhost:${settings.port}`;
  await mkdir(layout.home, { recursive: true, mode: 0o700 });
  await using _lock = await lockHome(layout.lock, url);
  if (!(await portIsFree(settings.port))) throw portProblem(settings.port);
  await prepareHome(layout);
  const ports = await readPorts(layout);
  const context: PartsContext = {
    root,
    settings,
    layout,
    ports,
    baseEnv: { ...systemEnv(process.env), ...settings.passed, KLUIS_HOME: layout.home },
    signal: AbortSignal.any([stop, halt.signal]),
  };
  const supervisor = createSupervisor({
    say: (line) => screen.say(line),
    failure: partDied,
    signal: context.signal,
  });
  force.addEventListener("abort", () => supervisor.kill(), { once: true });
  const running = startParts({ context, supervisor, screen, url });
  try {
    await Promise.race([running, failed(supervisor.broken)]);
  } finally {
    // A start in progress ends first, so that no part starts after the supervisor has stopped.
    halt.abort(new KluisError("CANCELLED", { message: "Kluis is stopping." }));
    await Promise.allSettled([running]);
    screen.bars([]);
    await supervisor.stop();
    screen.say("Kluis has stopped.");
  }
}

async function partDied(child: Child): Promise<KluisError> {
  return new KluisError("INTERNAL", {
    message: `${child.name} ended unexpectedly. The end of its log:\n${await logTail(child.logFile)}`,
    action: `Read ${child.logFile}; npm start continues from there.`,
  });
}

interface StartOptions {
  readonly context: PartsContext;
  readonly supervisor: Supervisor;
  readonly screen: Screen;
  readonly url: string;
}

async function startParts({ context, supervisor, screen, url }: StartOptions): Promise<void> {
  const { layout, settings, signal } = context;
  // The build only needs sources, so it runs beside the other parts; the portal waits for it.
  const built = buildPortal(context).then(
    () => null,
    (error: unknown) => toKluisError(error),
  );
  screen.say(`Starting Kluis; its data is in ${layout.home}`);
  const env = await startBackground(context, supervisor);
  await writePorts(layout, context.ports);
  const engine = (): Promise<Child> => startEngine(context, without(env, "KLUIS_DATABASE_URL_PORTAL"));
  supervisor.hold({ name: "The engine", graceMs: stopMs.engine, restart: engine }, await engine());
  const demo = settings.azure === null;
  const operator = demo ? await openOperator(env, layout, url) : null;
  try {
    const following = operator === null ? null : followBackups({ caller: operator.caller, screen, signal });
    if (operator !== null) {
      await latestPoints(operator.caller, screen);
      await protectDemo(operator.caller, layout, signal);
    }
    const problem = await built;
    if (problem !== null) throw problem;
    const portal = (): Promise<Child> =>
      startPortal(context, {
        ...without(env, "KLUIS_DATABASE_URL_ENGINE"),
        KLUIS_PORT: String(settings.port),
        KLUIS_PUBLIC_URL: url,
      });
    supervisor.hold({ name: "The portal", graceMs: stopMs.portal, restart: portal }, await portal());
    const claim = demo ? null : await claimAtStart(env["KLUIS_DATABASE_URL_PORTAL"] ?? "", settings.passed);
    for (const line of demo ? welcomeLines(url) : readyLines(url, claim)) screen.say(line);
    await Promise.all([following, untilAborted(signal)]);
  } finally {
    await operator?.close();
    await built;
  }
}

/** Starts database, vault and Azure. Returns the environment for engine and portal. */
async function startBackground(
  context: PartsContext,
  supervisor: Supervisor,
): Promise<Record<string, string>> {
  const { settings, layout, signal } = context;
  let env: Record<string, string> = {
    KLUIS_LEDGER_KEY_FILE: layout.ledgerKey,
    KLUIS_SECRETS_KEY_FILE: settings.passed["KLUIS_SECRETS_KEY_FILE"] ?? layout.secretsKey,
    KLUIS_FOLDER_VAULTS: settings.passed["KLUIS_FOLDER_VAULTS"] ?? layout.vaults,
  };
  const database = await openDatabasePart(context, supervisor);
  env = {
    ...env,
    KLUIS_DATABASE_URL_ENGINE: database.engine,
    KLUIS_DATABASE_URL_PORTAL: database.portal,
  };
  if (settings.vault === null) {
    const { azurite, env: vault } = await startVault(context);
    supervisor.hold({ name: "Azurite", graceMs: stopMs.azurite }, azurite.child);
    env = { ...env, ...vault };
  } else env = { ...env, KLUIS_VAULT_KEY_FILE: layout.vaultKey, ...settings.vault };
  const migrated = migrateDatabase(database, signal).then(
    () => null,
    (error: unknown) => toKluisError(error),
  );
  if (settings.azure === null) {
    const azure = await startAzure(context).catch(async (error: unknown) => {
      await migrated;
      throw error;
    });
    supervisor.hold({ name: "The local Azure", graceMs: stopMs.azure }, azure.child);
    env = { ...env, ...azure.env };
  } else env = { ...env, ...settings.azure };
  const problem = await migrated;
  if (problem !== null) throw problem;
  if (settings.azure === null) await seedInstallation(database.owner);
  return env;
}

/** Starts the embedded PostgreSQL unless the settings name another one. */
async function openDatabasePart(context: PartsContext, supervisor: Supervisor): Promise<DatabaseUrls> {
  const { database } = context.settings;
  if (database !== null) return database;
  const { server, urls } = await startDatabase(context);
  supervisor.hold({ name: "PostgreSQL", graceMs: stopMs.postgres }, server.child);
  return urls;
}

/** Migrates as the owner of the tables, then gives engine and portal the rights that this version needs. */
async function migrateDatabase(urls: DatabaseUrls, signal: AbortSignal): Promise<void> {
  await migrate(urls.owner, signal);
  if (urls.engine === urls.owner) return;
  await grantRights(urls.owner, { engine: roleOfUrl(urls.engine), portal: roleOfUrl(urls.portal) });
}

/** No part gets the password of another. */
function without(env: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}

/** Rejects with the signal's reason when it fires. */
function failed(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(toKluisError(signal.reason));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
