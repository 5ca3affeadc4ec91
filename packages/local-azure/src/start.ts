/** Starts and stops a local Azure: state, server, and the dispatch of requests by path. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { Budgets } from "./arm/budgets/budgets.ts";
import { dispatchArm } from "./arm/dispatch.ts";
import { connectAll } from "./arm/network/connect.ts";
import { OperationLinks } from "./arm/operations/operation-links.ts";
import { Operations } from "./arm/operations/operations.ts";
import { armParts } from "./arm/parts.ts";
import { dispatchBlob } from "./blob/dispatch.ts";
import { SasSigner } from "./blob/sas.ts";
import { type Clock, httpTime, OffsetClock, systemClock } from "./clock.ts";
import { LocalAzureControl } from "./control/client.ts";
import { directoryChanges } from "./control/directory.ts";
import { dispatchControl } from "./control/dispatch.ts";
import { LayerStore } from "./disks/layers.ts";
import { CONTOSO_TENANT_ID } from "./entra/directory.ts";
import { refusalBody } from "./entra/graph-lists.ts";
import { createEntra, type Entra, type EntraDeps } from "./entra/index.ts";
import { LocalAzureError } from "./errors.ts";
import { Fabric } from "./fabric.ts";
import { Faults } from "./faults/faults.ts";
import { seedFleet } from "./fleet/seed.ts";
import { urlOf } from "./http/path.ts";
import { dispatchKeyVault, keyVaultOf } from "./keyvault/dispatch.ts";
import { logFailure } from "./log.ts";
import { type Settings, settingsSchema } from "./state/model.ts";
import { parseJson, readOptional, StateStore, writeFileDurably } from "./state/store.ts";
import type { World } from "./world.ts";

export interface StartOptions {
  /** Folder of the state and disks; created if missing, readable by its owner only. */
  dataDir: string;
  /** Port on 127.0.0.1; default 0: a free one. */
  port?: number;
  clock?: Clock;
  /** Settings that every start with these options applies; the others keep their stored values. */
  settings?: Partial<Settings>;
  /** Base of absolute links in ARM's answers. Default `https://management.azure.com`. */
  armPublicUrl?: string;
  /** Base of the addresses of disks; default: where it listens. Differs behind a proxy. */
  publicUrl?: string;
  /** Makes the demo fleet, or runs the function, once: again at each start until it succeeds. */
  seedFleet?: boolean | ((fabric: Fabric) => Promise<void>);
  /** Replaces Entra, for tests without sign-in. */
  entra?: (deps: EntraDeps) => Entra;
}

export interface LocalAzure {
  /** `http://127.0.0.1:PORT`. ARM, disk access and Entra share it. */
  url: string;
  armPublicUrl: string;
  controlToken: string;
  tenantId: string;
  control: LocalAzureControl;
  entra: Entra;
  /** Direct access to the resources, for seeding and tests in this process. */
  fabric: Fabric;
  /** Stops the server and its work, and makes the state durable. */
  stop(): Promise<void>;
}

const ARM_PUBLIC_URL = "https://management.azure.com";

/**
 * Starts a local Azure on 127.0.0.1 and writes `endpoint.json` (address and control token, mode
 * 0600) to its folder.
 * @throws LocalAzureError `PORT_BUSY`, `LISTEN_FAILED`, `STATE_DAMAGED`, `ALREADY_RUNNING`
 */
export async function startLocalAzure(options: StartOptions): Promise<LocalAzure> {
  const { dataDir, armPublicUrl = ARM_PUBLIC_URL } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await refuseSecond(dataDir);
  const store = await StateStore.open(dataDir, CONTOSO_TENANT_ID);
  const clock = new OffsetClock(options.clock ?? systemClock, store.state.clockOffsetMs);
  store.state.settings = settingsSchema.parse({ ...store.state.settings, ...options.settings });
  const faults = new Faults(store);
  const sas = await SasSigner.open(dataDir);
  let url = "";
  const world: World = {
    store,
    state: store.state,
    layers: await LayerStore.open(store),
    clock,
    faults,
    operations: new Operations({ store, clock, faults }),
    budgets: new Budgets({ clock, settings: () => store.state.settings }),
    links: new OperationLinks(sas.key),
    sas,
    armPublicUrl,
    baseUrl: () => options.publicUrl ?? url,
  };
  registerWork(world);
  const fabric = new Fabric(world);
  const entra = (options.entra ?? createEntra)({
    store,
    baseUrl: () => url,
    clock,
    changes: () => directoryChanges(store.state),
  });
  const controlToken = await loadControlToken(dataDir);
  const server = createServer((req, res) => {
    answer({ world, entra, fabric, controlToken }, req, res).catch((error: unknown) => {
      if (!res.destroyed) logFailure("a request", error);
      res.destroy();
    });
  });
  url = await listen(server, options.port ?? 0);
  try {
    await fabric.ensureOwners();
    if (options.seedFleet)
      await seed(store, fabric, options.seedFleet === true ? seedFleet : options.seedFleet);
    connectAll(store.state);
    world.operations.resume();
    await world.layers.collect();
    await writeFileDurably(join(dataDir, "endpoint.json"), JSON.stringify({ url, controlToken }));
  } catch (error) {
    await shutDown(server, world);
    throw error;
  }
  const control = new LocalAzureControl({ url, controlToken });
  const stop = (): Promise<void> => shutDown(server, world);
  return { url, armPublicUrl, controlToken, tenantId: store.state.tenantId, control, entra, fabric, stop };
}

/** Two servers would overwrite each other's state. @throws LocalAzureError `ALREADY_RUNNING` */
async function refuseSecond(dataDir: string): Promise<void> {
  const text = await readOptional(join(dataDir, "endpoint.json"));
  const endpoint = text === undefined ? undefined : endpointSchema.safeParse(parseJson(text)).data;
  if (!endpoint) return;
  const headers = { authorization: `Bearer ${endpoint.controlToken}` };
  const signal = AbortSignal.timeout(2000);
  const answered = await fetch(`${endpoint.url}/_local/faults`, { headers, signal }).then(
    (response) => response.ok,
    () => false,
  );
  if (!answered) return;
  throw new LocalAzureError("ALREADY_RUNNING", `A local Azure already uses ${dataDir}, at ${endpoint.url}`, {
    action: "Use it, or stop it first.",
  });
}

const endpointSchema = z.object({ url: z.url(), controlToken: z.string() });

function registerWork(world: World): void {
  for (const [kind, work] of armParts.flatMap((part) => Object.entries(part.work ?? {})))
    world.operations.register(kind, {
      run: (operation) => work.run(world, operation),
      output: (operation) => work.output?.(world, operation),
      failed: (operation) => work.failed?.(world, operation),
    });
}

async function answer(
  deps: { world: World; entra: Entra; fabric: Fabric; controlToken: string },
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { world, entra } = deps;
  res.setHeader("date", httpTime(world.clock.now()));
  const url = urlOf(req.url ?? "/");
  const keyVault = keyVaultOf(req.headers.host);
  if (keyVault !== null) return dispatchKeyVault({ world, entra }, { req, res, url }, keyVault);
  const first = url.pathname.split("/")[1]?.toLowerCase() ?? "";
  if (first === "_local") return dispatchControl(deps, { req, res, url });
  if (first.startsWith("md-")) return dispatchBlob({ world, entra }, { req, res, url });
  if (armRoots.includes(first)) return dispatchArm({ world, entra }, { req, res, url });
  const isGraph = first === "v1.0";
  const call = { operation: isGraph ? "graph" : "entra", method: req.method ?? "GET", path: url.pathname };
  const outcome = await world.faults.applyToCall(call, {
    refuse: async ({ status, code, message, retryAfterSeconds }) => {
      res.statusCode = status;
      if (retryAfterSeconds !== undefined) res.setHeader("retry-after", String(retryAfterSeconds));
      res.setHeader("content-type", "application/json");
      const body = isGraph
        ? refusalBody({ code, message }, world.clock.now())
        : { error: code, error_description: message };
      res.end(JSON.stringify(body));
    },
    // Entra has no refusals in the table.
    refuseAs: async () => ({ next: "answer" }),
    drop: () => res.destroy(),
    revokeGrant: async () => undefined,
    rejectToken: async () => undefined,
  });
  if (outcome.next === "stop" || (await entra.handle(req, res, url))) return;
  res.statusCode = 404;
  res.setHeader("content-type", "application/json");
  res.end(
    JSON.stringify({ error: { code: "NotFound", message: `There is no endpoint at ${url.pathname}` } }),
  );
}

/** First segments of ARM's paths; `/` itself answers as ARM does. */
const armRoots = ["", "subscriptions", "providers", "tenants"];

function listen(server: Server, port: number): Promise<string> {
  // Longer than clients keep idle connections: none is closed while a request is on its way.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error & { code?: string }) => {
      const busy = cause.code === "EADDRINUSE";
      reject(
        new LocalAzureError(
          busy ? "PORT_BUSY" : "LISTEN_FAILED",
          busy ? `Port ${port} of 127.0.0.1 is in use` : `The server cannot listen on 127.0.0.1:${port}`,
          {
            action: busy ? "Choose another port, or stop the process that uses it." : "Choose another port.",
            cause,
          },
        ),
      );
    });
    server.listen(port, "127.0.0.1", () => {
      const address: AddressInfo | string | null = server.address();
      const bound = typeof address === "object" && address ? address.port : port;
      resolve(`http://127.0.0.1:${bound}`);
    });
  });
}

async function loadControlToken(dataDir: string): Promise<string> {
  const file = join(dataDir, "control.token");
  const existing = await readOptional(file);
  if (existing !== undefined) return existing;
  const token = randomBytes(32).toString("base64url");
  await writeFileDurably(file, token);
  return token;
}

async function seed(
  store: StateStore,
  fabric: Fabric,
  run: (fabric: Fabric) => Promise<void>,
): Promise<void> {
  if (store.state.sections["seeded"] === true) return;
  await run(fabric);
  store.state.sections["seeded"] = true;
  await store.flush();
}

async function shutDown(server: Server, world: World): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
  await world.operations.close();
  await world.layers.close();
  await world.store.close();
}
