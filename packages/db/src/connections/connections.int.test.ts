import { engineActor } from "@kluis/domain";
import { describe, expect, test } from "vitest";
import { addVm, freshWorld, vmFacts } from "../../test/fixtures.ts";
import { markResourceCreated, markResourceRemoved, planResource } from "../azure-resources/work.ts";
import { newId } from "../ids.ts";
import { ensureInstallation } from "../installation/write.ts";
import { createJob } from "../jobs/write.ts";
import { inTransaction } from "../tx.ts";
import { readConfigVersion } from "./config-version.ts";
import { type EnvironmentConnection, followEnvironment } from "./environment.ts";
import { findConnection, listConnections, mustBeConnected, readSealedSecrets } from "./read.ts";
import { selectSubscriptions } from "./subscriptions.ts";
import { changeConnection, createConnection, recordConnectionTest } from "./write.ts";

const world = freshWorld();
const [one, two, three] = ["a", "b", "c"].map((letter) => `0000000${letter}-0000-4000-8000-000000000000`);
if (one === undefined || two === undefined || three === undefined) throw new Error("Three ids are needed.");

const environment: EnvironmentConnection = {
  tenantId: "tenant-1",
  authorityHost: "https://login.microsoftonline.com",
  armUrl: "https://management.azure.com",
  credentialKind: "secret",
  clientId: "client-1",
  subscriptions: [one, two],
};

const follow = (change: Partial<EnvironmentConnection> = {}) =>
  followEnvironment(world.db, { ...environment, ...change }, world.clock);

async function addConnection(name: string, subscriptions: readonly string[]): Promise<string> {
  const id = newId();
  const { subscriptions: _, ...facts } = environment;
  const made = { ...facts, id, name, source: "portal", state: "enabled", cloud: "public" } as const;
  await inTransaction(world.db, async (tx) => {
    await createConnection(tx, { ...made, sealedSecret: Uint8Array.of(1, 2) }, world.clock);
    const choice = subscriptions.map((subscription) => ({ id: subscription, name: subscription }));
    await selectSubscriptions(tx, { connectionId: id, tenantId: "tenant-1", subscriptions: choice });
  });
  return id;
}

/** Waits until a statement of this database waits for a lock. */
async function waitForLock(): Promise<void> {
  for (let tries = 0; tries < 5_000; tries += 1) {
    const waiting = await world.db.prisma.$queryRaw<unknown[]>`
      SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE NOT l.granted AND a.datname = current_database()`;
    if (waiting.length > 0) return;
  }
  throw new Error("No statement waits for a lock.");
}

const kinds = async () => {
  const rows = await world.db.prisma.ledgerEvent.findMany({ orderBy: { seq: "asc" } });
  return rows.map(({ kind }) => kind).filter((kind) => kind.startsWith("connection."));
};

test("processes that start together seed one connection, with one event", async () => {
  await Promise.all(Array.from({ length: 6 }, () => follow()));
  const [row, ...others] = await listConnections(world.db.prisma);
  expect(others).toEqual([]);
  expect(row).toMatchObject({ name: "main", source: "environment", state: "enabled", cloud: "public" });
  expect(row?.subscriptions.map(({ id }) => id)).toEqual([one, two]);
  expect(await kinds()).toEqual(["connection.created"]);
});

test("the row follows the environment, and keeps the name and state that users chose", async () => {
  const { id } = await follow();
  const change = { name: "production", state: "disabled" } as const;
  await inTransaction(world.db, (tx) => changeConnection(tx, { id, change }, world.clock));
  await follow({ clientId: "client-2", subscriptions: [two, three] });
  expect(await findConnection(world.db.prisma, id)).toMatchObject({ ...change, clientId: "client-2" });
  const row = await findConnection(world.db.prisma, "production");
  expect(row?.subscriptions.map((subscription) => subscription.id)).toEqual([two, three]);
  await follow({ clientId: "client-2", subscriptions: [two, three] });
  expect(await kinds()).toEqual(["connection.created", "connection.changed", "connection.changed"]);
});

test("a subscription has one enabled connection", async () => {
  await addConnection("first", [one]);
  await expect(addConnection("second", [three, one])).rejects.toMatchObject({
    code: "CONFLICT",
    reason: "subscription-taken",
    params: { subscription: one, connection: "first" },
  });
  const outcomes = await Promise.allSettled([addConnection("third", [two]), addConnection("fourth", [two])]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const { taken } = await follow({ subscriptions: [one, three] });
  expect(taken).toEqual([{ subscriptionId: one, connection: "first" }]);
});

test("a subscription of a disabled connection is free to take", async () => {
  const first = await addConnection("first", [one]);
  await mustBeConnected(world.db.prisma, one.toUpperCase());
  const disabled = { id: first, change: { state: "disabled" } } as const;
  await inTransaction(world.db, (tx) => changeConnection(tx, disabled, world.clock));
  await expect(mustBeConnected(world.db.prisma, one)).rejects.toMatchObject({
    code: "CONNECTION_UNUSABLE",
    reason: "disabled",
    params: { connection: "first" },
  });
  await addConnection("second", [one]);
  await mustBeConnected(world.db.prisma, one);
  expect((await findConnection(world.db.prisma, first))?.subscriptions).toEqual([]);
  await expect(mustBeConnected(world.db.prisma, three)).rejects.toMatchObject({ reason: "none" });
});

test("every change raises the version that processes compare", async () => {
  await ensureInstallation(world.db, world.clock);
  const { prisma } = world.db;
  const seen = [await readConfigVersion(prisma)];
  const id = await addConnection("first", [one]);
  seen.push(await readConfigVersion(prisma));
  await inTransaction(world.db, (tx) =>
    changeConnection(tx, { id, change: { sealedSecret: Uint8Array.of(9) } }, world.clock),
  );
  seen.push(await readConfigVersion(prisma));
  expect(seen.toSorted((a, b) => a - b)).toEqual([...new Set(seen)]);
  expect([...(await readSealedSecrets(prisma)).values()].map((bytes) => [...bytes])).toEqual([[9]]);
});

test("a test of an earlier credential is not stored, and no row that is shown holds a secret", async () => {
  const id = await addConnection("first", [one]);
  const before = await findConnection(world.db.prisma, id);
  world.clock.advance(1_000);
  const change = { clientId: "client-3", sealedSecret: Uint8Array.of(7) };
  await inTransaction(world.db, (tx) => changeConnection(tx, { id, change }, world.clock));
  const test = { error: null, subscriptions: [] };
  const result = { id, test, by: "engine-1", at: world.clock.now() };
  const { prisma } = world.db;
  const changedAt = before?.changedAt ?? world.clock.now();
  expect(await recordConnectionTest(prisma, { ...result, changedAt })).toBe(false);
  expect(await findConnection(prisma, id)).toMatchObject({ testOk: null });
  expect(await recordConnectionTest(prisma, { ...result, changedAt: world.clock.now() })).toBe(true);
  const row = await findConnection(prisma, id);
  expect(row).toMatchObject({ testOk: true, testedBy: "engine-1" });
  expect(Object.keys(row ?? {})).not.toContain("sealedSecret");
});

describe("a subscription with open jobs or resources of Kluis", () => {
  const inOne = `/subscriptions/${one}/resourcegroups/g/providers/microsoft.compute`;

  async function addJob(kind: "backup" | "verify" | "restore-disk", parameters = {}): Promise<string> {
    const vmId = await addVm(world.db, world.clock, vmFacts("web-01", { subscriptionId: one ?? "" }));
    const job = { kind, vmId, trigger: "manual", actor: engineActor, parameters } as const;
    return inTransaction(world.db, (tx) => createJob(tx, job, world.clock));
  }
  const endJobs = () =>
    world.db.prisma.job.updateMany({ data: { state: "failed", endedAt: world.clock.now() } });
  const select = (connectionId: string, ids: readonly string[]) =>
    inTransaction(world.db, (tx) => {
      const subscriptions = ids.map((id) => ({ id, name: id }));
      return selectSubscriptions(tx, { connectionId, tenantId: "tenant-1", subscriptions });
    });
  const refused = (subscription: string, held: { readonly jobs: number; readonly resources: number }) => ({
    code: "CONFLICT",
    reason: "subscription-held",
    params: { subscription, ...held },
  });

  test("is not released before they are gone", async () => {
    const id = await addConnection("first", [one, two]);
    const jobId = await addJob("backup");
    // The database compares with its own time.
    const at = new Date();
    const resource = {
      kind: "restore-point",
      resourceId: `${inOne}/restorepointcollections/c/restorepoints/p`,
    } as const;
    const { prisma } = world.db;
    await planResource(prisma, { ...resource, jobId, vmId: null }, at);
    await expect(select(id, [two])).rejects.toMatchObject(refused(one, { jobs: 1, resources: 1 }));
    await endJobs();
    await expect(select(id, [two])).rejects.toMatchObject(refused(one, { jobs: 0, resources: 1 }));
    await mustBeConnected(prisma, one);
    await markResourceRemoved(prisma, { ...resource, at });
    expect(await select(id, [two])).toBe(true);
  });

  test("is released when the disk belongs to a user, and when only a verification runs", async () => {
    const id = await addConnection("first", [one, two]);
    const jobId = await addJob("restore-disk", { subscriptionId: two.toUpperCase() });
    await expect(select(id, [one])).rejects.toMatchObject(refused(two, { jobs: 1, resources: 0 }));
    await endJobs();
    await addJob("verify");
    const disk = { kind: "disk", resourceId: `${inOne}/disks/d` } as const;
    const { prisma } = world.db;
    await planResource(prisma, { ...disk, jobId, vmId: null }, new Date());
    await expect(select(id, [two])).rejects.toMatchObject(refused(one, { jobs: 0, resources: 1 }));
    await markResourceCreated(prisma, { ...disk, detail: { delivered: true } });
    expect(await select(id, [])).toBe(true);
  });

  test("is released when Azure never made what an ended job planned", async () => {
    const id = await addConnection("first", [one, two]);
    const jobId = await addJob("backup");
    const { prisma } = world.db;
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    const resourceId = `${inOne}/restorepointcollections/c/restorepoints/p`;
    await planResource(prisma, { kind: "restore-point", resourceId, jobId, vmId: null }, twoDaysAgo);
    await expect(select(id, [two])).rejects.toMatchObject(refused(one, { jobs: 1, resources: 1 }));
    await endJobs();
    expect(await select(id, [two])).toBe(true);
  });

  test("stays with the environment's connection after the environment dropped it", async () => {
    await follow();
    await addJob("backup");
    const { id, held } = await follow({ subscriptions: [two] });
    expect(held).toEqual([{ id: one, jobs: 1, resources: 0 }]);
    await mustBeConnected(world.db.prisma, one);
    await endJobs();
    expect((await follow({ subscriptions: [two] })).held).toEqual([]);
    const row = await findConnection(world.db.prisma, id);
    expect(row?.subscriptions.map((subscription) => subscription.id)).toEqual([two]);
  });

  test("a job is not admitted while its subscription is being released", async () => {
    const id = await addConnection("first", [one]);
    let admitted: Promise<unknown> = Promise.resolve();
    await inTransaction(world.db, async (tx) => {
      await selectSubscriptions(tx, { connectionId: id, tenantId: "tenant-1", subscriptions: [] });
      admitted = mustBeConnected(world.db.prisma, one).catch((error: unknown) => error);
      await waitForLock();
    });
    expect(await admitted).toMatchObject({ code: "CONNECTION_UNUSABLE", reason: "none" });
  });
});
