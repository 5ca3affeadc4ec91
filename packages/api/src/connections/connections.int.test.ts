import { newId, openSecretBox, readSealedSecrets, recordConnectionTest, requireConnection } from "@kluis/db";
import { type ConnectionTest, errorInfo, toKluisError } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, subscriptionId, type World } from "../testing.ts";

const tenantId = "00000000-0000-4000-8000-0000000000b1";
const clientId = "00000000-0000-4000-8000-0000000000c1";
const seen = "00000000-0000-4000-8000-0000000000d1";
const secret = "the-client-secret-of-this-test";
const credential = { kind: "secret", clientId, secret } as const;

let world: World;
let owner: Awaited<ReturnType<World["as"]>>;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.as("owner");
});
afterAll(() => world[Symbol.asyncDispose]());

/** Stores a result as an engine does. */
async function finishTest(ref: string, result: Partial<ConnectionTest> = {}): Promise<void> {
  const { prisma } = world.api.db;
  const { id, changedAt } = await requireConnection(prisma, ref);
  const subscription = { id: seen, name: "Fabrikam", state: "Enabled", missing: [], error: null };
  const found = { error: null, subscriptions: [subscription], ...result };
  await recordConnectionTest(prisma, { id, changedAt, test: found, by: "engine-1", at: new Date() });
}

async function everythingStored(): Promise<string> {
  const { pool } = world.api.db;
  const tables = ['"LedgerEvent"', '"AzureConnection"', '"Vault"', "graphile_worker.jobs"];
  const answers = await Promise.all(
    tables.map((table) => pool.query<{ text: string }>(`SELECT to_jsonb(t)::text AS text FROM ${table} t`)),
  );
  return answers.flatMap(({ rows }) => rows.map(({ text }) => text)).join();
}

const kinds = async () =>
  (await world.api.db.prisma.ledgerEvent.findMany({ orderBy: { seq: "asc" } }))
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith("connection."));

describe("a connection that an owner adds", () => {
  test("is disabled and waits for its test; its secret is sealed and appears nowhere", async () => {
    const added = await owner.connections.add({ name: "fabrikam", tenantId, credential });
    expect(added).toMatchObject({ state: "disabled", source: "portal", test: { pending: true, ok: null } });
    const text = [JSON.stringify(added), await everythingStored()].join();
    expect(text).not.toContain(secret);
    const sealed = (await readSealedSecrets(world.api.db.prisma)).get(added.id);
    expect(world.api.secrets.open(sealed ?? new Uint8Array(), `connection:${added.id}`)).toBe(secret);
    await expect(owner.connections.add({ name: "fabrikam", tenantId, credential })).rejects.toMatchObject({
      message: expect.stringContaining("already exists") as string,
    });
  });

  test("is enabled only after a successful test, with at least one subscription that it sees", async () => {
    const connection = "fabrikam";
    await expect(owner.connections.enable({ connection })).rejects.toThrow(/no successful test/);
    await finishTest(connection);
    const tested = await owner.connections.get({ connection });
    expect(tested.test).toMatchObject({ pending: false, ok: true, by: "engine-1" });
    await expect(owner.connections.enable({ connection })).rejects.toThrow(/No subscription is selected/);
    const unseen = owner.connections.update({ connection, subscriptions: [tenantId] });
    await expect(unseen).rejects.toThrow(/does not see subscription/);
    const updated = await owner.connections.update({ connection, subscriptions: [seen] });
    expect(updated.subscriptions).toMatchObject([{ id: seen, name: "Fabrikam", problem: null }]);
    expect(await owner.connections.enable({ connection })).toMatchObject({ state: "enabled" });
  });

  test("needs a new test after its credential was replaced", async () => {
    const rotated = await owner.connections.rotate({
      connection: "fabrikam",
      credential: { ...credential, secret: "another secret" },
    });
    expect(rotated.test).toMatchObject({ pending: true, ok: null, result: null });
    await owner.connections.disable({ connection: "fabrikam" });
    await expect(owner.connections.enable({ connection: "fabrikam" })).rejects.toThrow(/no successful test/);
    await owner.connections.remove({ connection: "fabrikam" });
    expect(await kinds()).toEqual([
      "connection.created",
      "connection.changed",
      "connection.enabled",
      "connection.credential-changed",
      "connection.disabled",
      "connection.removed",
    ]);
  });

  test("is renamed, and its tenant is corrected only while it has never worked", async () => {
    const { id } = await owner.connections.add({ name: "typo", tenantId, credential });
    const other = "00000000-0000-4000-8000-0000000000b2";
    await finishTest(id, { error: errorInfo(toKluisError(new Error("no such tenant"))), subscriptions: [] });
    const corrected = await owner.connections.update({ connection: id, name: "right", tenantId: other });
    expect(corrected).toMatchObject({ name: "right", tenantId: other, test: { pending: true } });
    await finishTest(id);
    expect(await owner.connections.get({ connection: id })).toMatchObject({ canChangeTenant: false });
    const refused = owner.connections.update({ connection: id, tenantId });
    await expect(refused).rejects.toMatchObject({ cause: { reason: "connection-tenant-fixed" } });
    const environment = owner.connections.update({ connection: "main", tenantId });
    await expect(environment).rejects.toMatchObject({ cause: { reason: "connection-from-environment" } });
    const taken = owner.connections.update({ connection: id, name: "main" });
    await expect(taken).rejects.toMatchObject({ cause: { reason: "connection-name-taken" } });
    await owner.connections.remove({ connection: "right" });
  });

  test("is not removed while a VM of its subscriptions has points, also one that Azure no longer has", async () => {
    const { prisma } = world.api.db;
    await world.addPoint(world.platformVm, new Uint8Array(64 * 1024).fill(1));
    const { id } = await owner.connections.add({ name: "old", tenantId, credential });
    const subscription = { id: subscriptionId, name: "One", state: "Enabled", missing: [], error: null };
    await finishTest(id, { subscriptions: [subscription] });
    await prisma.azureConnection.updateMany({ where: { name: "main" }, data: { state: "disabled" } });
    await prisma.virtualMachine.updateMany({ data: { deletedAt: new Date() } });
    await owner.connections.update({ connection: id, subscriptions: [subscriptionId] });
    const row = await owner.connections.get({ connection: id });
    expect([row.affects.vms, row.pointVms]).toEqual([0, 1]);
    const refused = owner.connections.remove({ connection: id });
    await expect(refused).rejects.toMatchObject({ cause: { reason: "connection-has-points" } });
    await prisma.subscription.updateMany({ where: { id: subscriptionId }, data: { connectionId: null } });
    await owner.connections.remove({ connection: id });
    const main = await requireConnection(prisma, "main");
    const back = { connectionId: main.id };
    await prisma.subscription.updateMany({ where: { id: subscriptionId }, data: back });
    await prisma.virtualMachine.updateMany({ data: { deletedAt: null } });
    await prisma.azureConnection.updateMany({ where: { name: "main" }, data: { state: "enabled" } });
  });

  test("is not removed while a snapshot of a deleted VM is in its subscription", async () => {
    const connection = "leaving";
    await owner.connections.add({ name: connection, tenantId, credential });
    await finishTest(connection);
    await owner.connections.update({ connection, subscriptions: [seen] });
    const { prisma } = world.api.db;
    const resourceId = `/subscriptions/${seen}/resourcegroups/g/providers/microsoft.compute/restorepointcollections/c/restorepoints/p`;
    const snapshot = { id: newId(), kind: "restore-point", resourceId, state: "created" };
    await prisma.azureResource.create({ data: snapshot });
    await expect(owner.connections.remove({ connection })).rejects.toThrow(/1 snapshots/);
    await expect(owner.connections.update({ connection, subscriptions: [] })).rejects.toThrow(/1 snapshots/);
    await prisma.azureResource.update({ where: { id: snapshot.id }, data: { state: "removed" } });
    expect(await owner.connections.remove({ connection })).toMatchObject({ name: connection });
  });

  test("with another key, or none, stores no secret", async () => {
    expect(() => openSecretBox(null).seal("x", "connection:1")).toThrow(/KLUIS_SECRETS_KEY_FILE/);
  });
});

describe("the connection of the environment", () => {
  test("is tested, disabled and enabled by owners, and changed by no one", async () => {
    const connection = "main";
    for (const change of [
      () => owner.connections.update({ connection, subscriptions: [] }),
      () => owner.connections.rotate({ connection, credential }),
      () => owner.connections.remove({ connection }),
    ])
      await expect(change()).rejects.toThrow(/follows the environment/);
  });

  test("when it is disabled, no work starts, and everyone who sees a VM sees why", async () => {
    const admin = await world.as("commerceAdmin");
    await admin.protection.set({ vm: world.commerceVm, policy: "standard-daily" });
    const { jobId } = await admin.protection.set({ vm: world.commerceVm, policy: "standard-daily" });
    for (const { id } of await world.api.db.prisma.job.findMany({ where: { vmId: world.commerceVm } }))
      await world.endJob(id, "cancelled");
    expect(jobId).toBeNull();
    const disabled = await owner.connections.disable({ connection: "main" });
    expect(disabled.affects).toEqual({ vms: 2, protectedVms: 1, policies: 1, teams: 2 });
    await expect(admin.backup.start({ vm: world.commerceVm })).rejects.toThrow(
      /connection main is disabled/i,
    );
    const reader = await world.as("platformReader");
    const vm = await reader.vms.get({ vm: world.platformVm });
    expect(vm.connection).toMatchObject({ name: "main", state: "disabled" });
    await expect(owner.connections.enable({ connection: "main" })).rejects.toThrow(/no successful test/);
    const subscription = { id: subscriptionId, name: "One", state: "Enabled", missing: [], error: null };
    await finishTest("main", { subscriptions: [subscription] });
    expect(await owner.connections.enable({ connection: "main" })).toMatchObject({ state: "enabled" });
    await admin.backup.start({ vm: world.commerceVm });
  });

  test("keeps its subscriptions from other connections while it is enabled", async () => {
    const { id } = await owner.connections.add({ name: "second", tenantId, credential });
    const subscription = { id: subscriptionId, name: "One", state: "Enabled", missing: [], error: null };
    await finishTest(id, { subscriptions: [subscription] });
    const taken = owner.connections.update({ connection: id, subscriptions: [subscriptionId] });
    await expect(taken).rejects.toThrow(/main already reads subscription/);
  });
});
