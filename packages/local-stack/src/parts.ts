/** Starts the parts of an installation, and returns the settings that the next parts need. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ensureLoginRole } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { type Azurite, startAzurite } from "./azurite.ts";
import { type Child, exitWithParent, startChild } from "./child.ts";
import { azureEnv, entraEnv } from "./environment.ts";
import { secretFile } from "./files.ts";
import { type HomeLayout, replaceSecret } from "./home.ts";
import { freePort } from "./ports.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import type { DatabaseUrls, Settings } from "./settings.ts";
import { httpStatus, untilReady } from "./wait.ts";

const FLEET_LIMIT_MS = 300_000;
const PORTAL_LIMIT_MS = 60_000;

export interface PartsContext {
  readonly root: string;
  readonly settings: Settings;
  readonly layout: HomeLayout;
  /** Ports of the last start. Each part that starts updates its own. */
  readonly ports: Record<string, number>;
  /** The environment of every child (PATH and so on). */
  readonly baseEnv: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Options of a part that has a folder, a port and a log of the same name. */
function commonOptions({ layout, ports, signal }: PartsContext, name: "postgres" | "azurite") {
  const logFile = join(layout.logs, `${name}.log`);
  return { dataDir: layout[name], port: ports[name] ?? 0, logFile, signal };
}

/** Starts the embedded PostgreSQL, and creates the database of Kluis and the roles of engine and portal. */
export async function startDatabase(
  context: PartsContext,
): Promise<{ server: Postgres; urls: DatabaseUrls }> {
  const server = await startPostgres({
    ...commonOptions(context, "postgres"),
    passwordFile: context.layout.databasePassword,
  });
  context.ports["postgres"] = server.port;
  const owner = await server.ensureDatabase("kluis");
  const { enginePassword, portalPassword } = context.layout;
  const engine = await leastRole(owner, "kluis_engine", enginePassword);
  const portal = await leastRole(owner, "kluis_portal", portalPassword);
  return { server, urls: { owner, engine, portal } };
}

/** Returns the address with which a part of Kluis signs in. */
async function leastRole(owner: string, name: string, passwordFile: string): Promise<string> {
  const password = await secretFile(passwordFile);
  await ensureLoginRole(owner, { name, password });
  const url = new URL(owner);
  url.username = name;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Starts Azurite and returns the vault settings for it. */
export async function startVault(
  context: PartsContext,
): Promise<{ azurite: Azurite; env: Record<string, string> }> {
  const { layout } = context;
  const azurite = await startAzurite({ ...commonOptions(context, "azurite"), keyFile: layout.azuriteKey });
  context.ports["azurite"] = azurite.port;
  await replaceSecret(layout.vaultConnection, azurite.connectionString);
  const env = {
    KLUIS_VAULT_KIND: "azure-blob",
    KLUIS_VAULT_CONNECTION_FILE: layout.vaultConnection,
    KLUIS_VAULT_CONTAINER: "kluis-vault",
    KLUIS_VAULT_KEY_FILE: layout.vaultKey,
  };
  return { azurite, env };
}

const secretsSchema = z.object({ clientSecrets: z.object({ portal: z.string(), engine: z.string() }) });

/** Starts the local Azure with its demo fleet (created at first start), and returns the settings for engine and portal. */
export async function startAzure(
  context: PartsContext,
): Promise<{ child: Child; url: string; env: Record<string, string> }> {
  const { layout, ports, signal, baseEnv } = context;
  const port = await freePort(ports["azure"] ?? 0);
  ports["azure"] = port;
  const child = await startChild({
    name: "The local Azure",
    module: join(import.meta.dirname, "local-azure-child.ts"),
    args: [layout.localAzure, String(port)],
    env: { ...baseEnv },
    cwd: context.root,
    logFile: join(layout.logs, "local-azure.log"),
  });
  let ready = false;
  void child.firstMessage.then(() => {
    ready = true;
  });
  await untilReady({ child, ready: async () => ready, limitMs: FLEET_LIMIT_MS, signal }).catch(
    async (error: unknown) => {
      await child.stop(2_000);
      throw error;
    },
  );
  const text = await readFile(join(layout.localAzure, "entra", "secrets.json"), "utf8");
  const { clientSecrets } = secretsSchema.parse(JSON.parse(text));
  await replaceSecret(layout.azureClientSecret, clientSecrets.engine);
  await replaceSecret(layout.portalClientSecret, clientSecrets.portal);
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...azureEnv({ url, clientSecretFile: layout.azureClientSecret }),
    ...entraEnv({ url, clientSecretFile: layout.portalClientSecret }),
  };
  return { child, url, env };
}

/** Starts the engine with the environment that an operator would set. */
export function startEngine(context: PartsContext, env: Readonly<Record<string, string>>): Promise<Child> {
  return startChild({
    name: "The engine",
    module: join(context.root, "packages", "engine", "src", "main.ts"),
    // Two arenas: with one per thread, glibc keeps about 50 MiB more of freed buffers.
    env: { ...context.baseEnv, KLUIS_LOG_FORMAT: "text", MALLOC_ARENA_MAX: "2", ...env },
    cwd: context.root,
    logFile: join(context.layout.logs, "engine.log"),
    // The engine moves buffers, not objects: a young generation of 8 MiB (default 64) is as fast and keeps it under 400 MiB.
    execArgv: [...exitWithParent, "--max-semi-space-size=8"],
  });
}

/** Builds the portal when its sources changed since the last build. Runs at low priority, because backups run meanwhile. */
export async function buildPortal(context: PartsContext): Promise<void> {
  const child = await startChild({
    name: "The portal's build",
    module: join(context.root, "scripts", "build-portal.ts"),
    env: { ...context.baseEnv },
    cwd: context.root,
    logFile: join(context.layout.logs, "portal-build.log"),
    execArgv: exitWithParent,
    priority: 10,
  });
  const stop = (): void => void child.stop(1_000);
  context.signal.addEventListener("abort", stop, { once: true });
  const exit = await child.exited;
  context.signal.removeEventListener("abort", stop);
  context.signal.throwIfAborted();
  if (exit.code === 0) return;
  await untilReady({ child, ready: async () => false, limitMs: 1 });
}

/** Starts the portal's server; resolves when it answers. */
export async function startPortal(
  context: PartsContext,
  env: Readonly<Record<string, string>>,
): Promise<Child> {
  const { root, settings, signal } = context;
  const folder = join(root, "apps", "portal");
  const child = await startChild({
    name: "The portal",
    module: createRequire(join(folder, "package.json")).resolve("next/dist/bin/next"),
    args: ["start", "-H", "127.0.0.1", "-p", String(settings.port)],
    env: { ...context.baseEnv, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...env },
    cwd: folder,
    logFile: join(context.layout.logs, "portal.log"),
    execArgv: exitWithParent,
  });
  const ready = async (): Promise<boolean> =>
    (await httpStatus(`http://127.0.0.1:${settings.port}/api/health`)) !== null;
  await untilReady({ child, ready, limitMs: PORTAL_LIMIT_MS, signal }).catch(async (error: unknown) => {
    await child.stop(1_000);
    throw error;
  });
  return child;
}

/** Returns the error PORT_IN_USE for the portal's port. */
export function portProblem(port: number): KluisError {
  return new KluisError("PORT_IN_USE", {
    message: `Port ${port} is in use by another program.`,
    action: `Stop that program, or choose another port: KLUIS_PORT=${port + 1} npm start`,
    params: { port },
  });
}
