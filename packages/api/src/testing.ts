/** A small world for tests of the API: a real database with two teams and their VMs, and a real vault in a folder. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DirectoryClient } from "@kluis/azure/directory";
import {
  condemnJob,
  createConnection,
  type Db,
  endJob,
  followEnvironmentVault,
  inTransaction,
  loadWorkJob,
  newId,
  notify,
  openDatabase,
  selectSubscriptions,
  startWorkJob,
  upsertVm,
} from "@kluis/db";
import { seedBasics } from "@kluis/db/seed";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { type Clock, cloudEndpoints, type ErrorInfo, systemClock, type VmDisk } from "@kluis/domain";
import { createFolderStore, createVault, lazyKeyVault, openLocalKeyFile, type Vault } from "@kluis/vault";
import { pino } from "pino";
import { createApi } from "./api.ts";
import type { Api, RequestContext } from "./context.ts";
import { createContext, signIn } from "./identity/identity.ts";
import type { Rates } from "./rates.ts";
import { createCaller } from "./root.ts";
import { keepKeyChanges } from "./testing-keys.ts";
import { addPoint } from "./testing-point.ts";

export { type ApiServer, startApiServer } from "./testing-server.ts";

export const subscriptionId = "00000000-0000-4000-8000-000000000001";
const tenantId = "00000000-0000-4000-8000-00000000000a";

const groups = {
  owners: "group-owners",
  auditors: "group-auditors",
  commerceAdmins: "group-commerce-admins",
  commerceOperators: "group-commerce-operators",
  platformReaders: "group-platform-readers",
} as const;

/** The users of the tests, with the groups that give them their roles. */
export const people = {
  owner: [groups.owners],
  auditor: [groups.auditors],
  /** Decides what `owner` requests. */
  secondOwner: [groups.owners],
  commerceAdmin: [groups.commerceAdmins],
  /** Decides what `commerceAdmin` requests. */
  secondAdmin: [groups.commerceAdmins],
  commerceOperator: [groups.commerceOperators],
  platformReader: [groups.platformReaders],
  nobody: [],
} as const satisfies Record<string, readonly string[]>;
export type PersonName = keyof typeof people;

export interface World extends AsyncDisposable {
  readonly api: Api;
  readonly portalDb: Db;
  readonly database: TestDatabase;
  readonly vault: Vault;
  readonly folder: string;
  /** The VM of team Platform. */
  readonly platformVm: string;
  /** The VM of team Commerce. */
  readonly commerceVm: string;
  session(person: PersonName): Promise<string>;
  context(person: PersonName): Promise<RequestContext>;
  as(person: PersonName): Promise<ReturnType<typeof createCaller>>;
  /** Adds a recovery point of a VM whose OS disk has this content. */
  addPoint(vmId: string, content: Uint8Array): Promise<string>;
  /** Ends a job as an engine does: in this state, or failed with this error. */
  endJob(jobId: string, how: "succeeded" | "cancelled" | ErrorInfo): Promise<void>;
  /** Ends what makes changes of keys as an engine does. */
  stopEngine(): Promise<void>;
}

/** A clock that a test moves. */
export class MovedClock implements Clock {
  #now = new Date();
  now = (): Date => this.#now;
  forward(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

export async function createWorld(
  clock: Clock = systemClock,
  firstOwner: string | null = null,
  rates?: Rates,
): Promise<World> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), "kluis-api-"));
  const place = { folder: path.join(folder, "vault"), keyFile: path.join(folder, "vault-key.json") };
  const vault = await createVault({
    store: createFolderStore(place.folder),
    keys: await openLocalKeyFile(place.keyFile),
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const api = await openApi({ database, folder, place, firstOwner, clock, rates, directory: null });
  const vms = await fillDatabase(api, vault);
  // Tests arrange rows as the owner of the tables; what users do runs with the rights of the portal.
  const portalDb = await openDatabase({ url: database.roleUrls.portal, poolSize: 6 });
  const served: Api = { ...api, db: portalDb };
  const engine = keepKeyChanges(api, {
    id: vault.id,
    name: "main",
    openStore: () => createFolderStore(place.folder),
    openKeys: () => openLocalKeyFile(place.keyFile),
  });
  const session = async (person: PersonName): Promise<string> => {
    const names = { oid: `oid-${person}`, name: person, username: `${person}@contoso.example` };
    return (await signIn(served, { tid: tenantId, ...names, groups: people[person] })).sessionToken;
  };
  const context = async (person: PersonName): Promise<RequestContext> =>
    createContext(served, { sessionToken: await session(person), ip: "127.0.0.1" });
  return {
    api,
    portalDb,
    database,
    vault,
    folder,
    ...vms,
    session,
    context,
    as: async (person) => createCaller(await context(person)),
    addPoint: (vmId, content) => addPoint({ api, vault }, vmId, content),
    endJob: (jobId, how) => finishJob(api, jobId, how),
    stopEngine: async () => engine[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await portalDb.close();
      await api.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openApi(world: {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly place: { readonly folder: string; readonly keyFile: string };
  readonly firstOwner: string | null;
  readonly clock: Clock;
  readonly rates: Rates | undefined;
  readonly directory: DirectoryClient | null;
}): Promise<Api> {
  const { database, folder, place, firstOwner, clock, rates, directory } = world;
  return createApi({
    env: {
      databaseUrl: database.url,
      poolSize: 6,
      logLevel: "error",
      vault: { kind: "folder", name: "main", ...place },
      keyVault: lazyKeyVault(() => Promise.reject(new Error("These tests have no key vault."))),
      secretsKeyFile: await writeSecretsKey(folder),
      firstOwner,
      directory: { client: directory, groupRightsMs: 24 * 3_600_000 },
      vaultFolders: path.join(folder, "vaults"),
    },
    logger: pino({ level: "silent" }),
    clock,
    ...(rates !== undefined && { rates }),
  });
}

async function writeSecretsKey(folder: string): Promise<string> {
  const file = path.join(folder, "secrets-key");
  return writeFile(file, randomBytes(32).toString("base64"), { mode: 0o600 }).then(() => file);
}

async function fillDatabase(api: Api, vault: Vault): Promise<Pick<World, "platformVm" | "commerceVm">> {
  await seedBasics(api.db, { subscriptionId, groups });
  const { id, keyId } = vault;
  const place = { account: null, container: null, folder: "folder" };
  const facts = { kind: "folder", ...place, createdAt: new Date() } as const;
  return inTransaction(api.db, async (tx) => {
    const managed = { credentialKind: "managed-identity", clientId: null, sealedSecret: null } as const;
    const connection = { id: newId(), name: "main", source: "environment", state: "enabled" } as const;
    const endpoints = { cloud: "public", tenantId, ...cloudEndpoints.public } as const;
    await createConnection(tx, { ...connection, ...managed, ...endpoints }, systemClock);
    const subscriptions = [{ id: subscriptionId, name: subscriptionId }];
    await selectSubscriptions(tx, { connectionId: connection.id, tenantId, subscriptions });
    await followEnvironmentVault(tx, { identity: id, name: "main", keyId, ...facts }, systemClock);
    return {
      platformVm: await addVm(tx, { name: "ops-01", resourceGroup: "platform-rg" }),
      commerceVm: await addVm(tx, { name: "shop-01", resourceGroup: "commerce-rg" }),
    };
  });
}

export function vmDisk(change: Partial<VmDisk> = {}): VmDisk {
  return {
    key: "os",
    name: "os-disk",
    resourceId: "/disks/os-disk",
    uniqueId: "u1",
    bytes: 4 * 2 ** 20,
    sku: "Premium_LRS",
    unsupported: null,
    ...change,
  };
}

export async function addVm(
  tx: Parameters<typeof upsertVm>[0],
  vm: { readonly name: string; readonly resourceGroup: string; readonly disks?: readonly VmDisk[] },
): Promise<string> {
  const { name, resourceGroup, disks = [vmDisk()] } = vm;
  const resourceId = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/providers/microsoft.compute/virtualmachines/${name}`;
  const { id } = await upsertVm(
    tx,
    {
      resourceId,
      azureVmId: newId(),
      name,
      subscriptionId,
      resourceGroup,
      location: "westeurope",
      osType: "linux",
      size: "Standard_D2s_v5",
      powerState: "running",
      agentState: "ready",
      tags: { team: resourceGroup },
      disks: [...disks],
      configuration: {},
    },
    systemClock,
  );
  return id;
}

async function finishJob(api: Api, jobId: string, how: "succeeded" | "cancelled" | ErrorInfo): Promise<void> {
  await inTransaction(api.db, async (tx) => {
    const job = await loadWorkJob(tx, jobId);
    if (job === null) throw new Error("There is no such job.");
    await startWorkJob(tx, job, { at: api.clock.now() });
    const failed = typeof how === "object";
    if (failed) await condemnJob(tx, jobId, how);
    const end = { state: failed ? "failed" : how, stage: "recovery-point", at: api.clock.now() } as const;
    await endJob(tx, jobId, end);
    await notify(tx, "job", { jobId });
  });
}

/** Completes the queued tasks of a name, as an engine without work would, until the signal aborts. */
export async function completeTasks(world: World, task: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await world.api.db.pool.query(
      `SELECT graphile_worker.complete_jobs(array_agg(id)) FROM graphile_worker.jobs WHERE task_identifier = $1 HAVING count(*) > 0`,
      [task],
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
