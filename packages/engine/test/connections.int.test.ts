/** Several connections and vaults in one engine, changed while it runs. */
import { readFileSync } from "node:fs";
import {
  changeConnection,
  changeVault,
  createConnection,
  createVaultRow,
  findConnection,
  findVault,
  inTransaction,
  listVaults,
  makeDefaultVault,
  newId,
  openSecretBox,
  selectSubscriptions,
} from "@kluis/db";
import { cloudEndpoints, systemClock } from "@kluis/domain";
import {
  CONTOSO_SUBSCRIPTION_ID,
  FABRIKAM_ENGINE_CLIENT_ID,
  FABRIKAM_ENGINE_PRINCIPAL_ID,
  FABRIKAM_TENANT_ID,
} from "@kluis/local-azure";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { discover } from "../src/inventory/discover.ts";
import { testConnection, testVault } from "../src/runtime/tests.ts";
import { GROUP, MIB, random, standardPolicy, World } from "./world.ts";

const FABRIKAM_SUBSCRIPTION = "5a6f0c8a-52b7-4d19-a4c3-9f81d27b6001";

let world: World;
let engine: Engine;
beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const { fabric } = world.stack.localAzure;
  const place = { subscriptionId: FABRIKAM_SUBSCRIPTION, location: "westeurope" };
  await fabric.ensureSubscription({
    id: FABRIKAM_SUBSCRIPTION,
    name: "Fabrikam",
    tenantId: FABRIKAM_TENANT_ID,
  });
  await fabric.ensureResourceGroup({ ...place, name: "fabrikam-rg" });
  const disks = [{ sizeBytes: 20 * MIB, fill: () => Promise.resolve() }];
  const vm = { name: "fab-01", os: "Linux", power: "deallocated", size: "Standard_D2s_v5", disks } as const;
  await fabric.createVm({ ...place, ...vm, disks: [...disks], resourceGroup: "fabrikam-rg" });
}, 120_000);
afterAll(() => world.stop());

const soon = (): AbortSignal => AbortSignal.timeout(60_000);
const secrets = () => openSecretBox(world.engineEnv["KLUIS_SECRETS_KEY_FILE"] ?? null);

async function assignFabrikamRole(): Promise<void> {
  await world.stack.localAzure.fabric.addRoleAssignment({
    principalId: FABRIKAM_ENGINE_PRINCIPAL_ID,
    scope: `/subscriptions/${FABRIKAM_SUBSCRIPTION}`,
    role: "Contributor",
  });
}

async function addFabrikam(secret: string): Promise<string> {
  const id = newId();
  const identity = { tenantId: FABRIKAM_TENANT_ID, clientId: FABRIKAM_ENGINE_CLIENT_ID } as const;
  const facts = { id, name: "fabrikam", source: "portal", state: "disabled", cloud: "public" } as const;
  const sealedSecret = secrets().seal(secret, `connection:${id}`);
  const credential = { credentialKind: "secret", sealedSecret } as const;
  await inTransaction(world.db, (tx) =>
    createConnection(tx, { ...facts, ...identity, ...credential, ...cloudEndpoints.public }, systemClock),
  );
  return id;
}

const change = (id: string, what: Parameters<typeof changeConnection>[1]["change"]) =>
  inTransaction(world.db, (tx) => changeConnection(tx, { id, change: what }, systemClock));

const tested = async (id: string) => {
  await testConnection(engine.deps, id, soon());
  return (await findConnection(world.db.prisma, id))?.test;
};

const vmNames = async () => {
  const rows = await world.db.prisma.virtualMachine.findMany({ where: { deletedAt: null } });
  return rows.map(({ name }) => name).toSorted();
};

describe("two connections in one engine", () => {
  let id: string;
  it("say in their own words what a test found", async () => {
    id = await addFabrikam("not-the-secret");
    expect(await tested(id)).toMatchObject({ error: { code: "AZURE_AUTH_FAILED" }, subscriptions: [] });
    const secret = world.stack.localAzure.entra.secrets().fabrikamEngine;
    await change(id, { tenantId: "00000000-0000-4000-8000-000000000099" });
    expect(await tested(id)).toMatchObject({ error: { code: "AZURE_AUTH_FAILED" } });
    await change(id, {
      tenantId: FABRIKAM_TENANT_ID,
      sealedSecret: secrets().seal(secret, `connection:${id}`),
    });
    expect(await tested(id)).toMatchObject({
      error: { code: "CONNECTION_UNUSABLE", reason: "sees-nothing" },
    });
    await assignFabrikamRole();
    expect(await tested(id)).toMatchObject({
      error: null,
      subscriptions: [{ id: FABRIKAM_SUBSCRIPTION, name: "Fabrikam", state: "Enabled", error: null }],
    });
    const row = await findConnection(world.db.prisma, id);
    expect(row).toMatchObject({ testOk: true });
    expect(row?.testedAt).toBeInstanceOf(Date);
  });

  it("read the VMs of both tenants, each with its own identity", async () => {
    await world.control.importVm({
      vm: "con-01",
      os: "linux",
      resourceGroup: GROUP,
      stopped: true,
      disks: [await world.image("con", 20 * MIB, [])],
    });
    const subscriptions = [{ id: FABRIKAM_SUBSCRIPTION, name: "Fabrikam" }];
    const selection = { connectionId: id, tenantId: FABRIKAM_TENANT_ID, subscriptions };
    await inTransaction(world.db, (tx) => selectSubscriptions(tx, selection));
    await discover(engine.deps, null, soon());
    expect(await vmNames()).toEqual(["con-01"]);
    await change(id, { state: "enabled" });
    await discover(engine.deps, null, soon());
    expect(await vmNames()).toEqual(["con-01", "fab-01"]);
  });

  it("a credential that is replaced counts without a restart, and stops only its own connection", async () => {
    await change(id, { sealedSecret: secrets().seal("wrong", `connection:${id}`) });
    await discover(engine.deps, null, soon());
    const rows = await world.db.prisma.subscription.findMany({ orderBy: { name: "asc" } });
    expect(rows.map(({ readable }) => readable)).toEqual([true, false]);
    const secret = world.stack.localAzure.entra.secrets().fabrikamEngine;
    await change(id, { sealedSecret: secrets().seal(secret, `connection:${id}`) });
    await discover(engine.deps, null, soon());
    expect(await world.db.prisma.subscription.count({ where: { readable: true } })).toBe(2);
  });

  it("a secret that the key does not open is named, and the other connection works", async () => {
    const sealed = secrets().seal("x", "connection:another");
    await change(id, { sealedSecret: sealed });
    await discover(engine.deps, null, soon());
    const row = await world.db.prisma.subscription.findUnique({ where: { id: FABRIKAM_SUBSCRIPTION } });
    expect(row).toMatchObject({
      readable: false,
      problem: { code: "CONNECTION_UNUSABLE", reason: "secret" },
    });
    const other = await world.db.prisma.subscription.findUnique({ where: { id: CONTOSO_SUBSCRIPTION_ID } });
    expect(other).toMatchObject({ readable: true });
    await change(id, { state: "disabled" });
  });
});

describe("a disabled connection", () => {
  it("lets a running backup end and remove its snapshot, and starts no other", async () => {
    const image = await world.image("dis", 20 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "dis", disks: [image], policy: standardPolicy });
    const { id } = (await findConnection(world.db.prisma, "main")) ?? { id: "" };
    const jobId = await world.startBackup(vmId);
    const disableWhenSnapshotExists = async (): Promise<void> => {
      for (;;) {
        const made = await world.db.prisma.azureResource.count({ where: { jobId, kind: "restore-point" } });
        if (made > 0) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await change(id, { state: "disabled" });
    };
    await disableWhenSnapshotExists();
    expect((await world.ended(jobId)).state).toBe("succeeded");
    expect(await world.leftInAzure()).toEqual([]);
    const refused = await world.ended(await world.startBackup(vmId));
    expect(refused).toMatchObject({
      state: "failed",
      error: { code: "CONNECTION_UNUSABLE", reason: "disabled", params: { connection: "main" } },
    });
    await change(id, { state: "enabled" });
    expect((await world.ended(await world.startBackup(vmId))).state).toBe("succeeded");
  });
});

describe("a second vault", () => {
  it("takes new backups in full, while points of the first stay where they are and restorable", async () => {
    const image = await world.image("two", 20 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "two", disks: [image], policy: standardPolicy });
    const before = await world.backUp(vmId);
    const id = newId();
    const connection = readFileSync(world.engineEnv["KLUIS_VAULT_CONNECTION_FILE"] ?? "", "utf8").trim();
    const place = { account: "kluisvault", container: "kluis-second", folder: null };
    const facts = { id, name: "second", kind: "azure-blob", source: "portal", state: "disabled" } as const;
    const sealedSecret = secrets().seal(connection, `vault:${id}`);
    await inTransaction(world.db, (tx) =>
      createVaultRow(tx, { ...facts, ...place, sealedSecret }, systemClock),
    );
    await testVault(engine.deps, id, soon());
    const row = await findVault(world.db.prisma, id);
    expect(row?.test?.checks.map(({ check, error }) => [check, error])).toEqual(
      ["reach", "key", "write", "conditional", "read", "clock", "delete"].map((check) => [check, null]),
    );
    expect(row).toMatchObject({ testOk: true });
    expect([row?.identity, row?.keyId]).not.toContain(null);
    await inTransaction(world.db, async (tx) => {
      await changeVault(tx, { id, change: { state: "enabled" } }, systemClock);
      await makeDefaultVault(tx, id, systemClock);
      const first = before.vaultId;
      await changeVault(tx, { id: first, change: { state: "disabled" } }, systemClock);
    });
    const after = await world.backUp(vmId);
    expect([before.vaultId === after.vaultId, after.vaultId]).toEqual([false, id]);
    expect(after.disks.map(({ deltaMethod }) => deltaMethod)).toEqual(["full"]);
    const digest = await world.diskDigest("two-os");
    expect(await world.pointDigest(before, "os")).toBe(digest);
    expect(await world.pointDigest(after, "os")).toBe(digest);
    expect(await listVaults(world.db.prisma)).toHaveLength(2);
  });

  it("that does not answer says so, with the first check that failed", async () => {
    const id = newId();
    const file = await world.image("not-a-folder", MIB, []);
    const place = { account: null, container: null, folder: `${file}/vault` };
    const facts = { id, name: "broken", kind: "folder", source: "portal", state: "disabled" } as const;
    await inTransaction(world.db, (tx) =>
      createVaultRow(tx, { ...facts, ...place, sealedSecret: null }, systemClock),
    );
    await testVault(engine.deps, id, soon());
    const row = await findVault(world.db.prisma, id);
    expect(row).toMatchObject({ testOk: false, identity: null });
    expect(row?.test?.checks).toMatchObject([{ check: "reach", error: { code: "VAULT_UNREACHABLE" } }]);
  });
});
