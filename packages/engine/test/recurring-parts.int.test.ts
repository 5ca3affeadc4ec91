/** Each kind of repeated work with a bad item in the middle, on real parts: the others are done, and health names the bad one. */
import { type AzureConnection, restorePointIds } from "@kluis/azure";
import { createVaultRow, inTransaction, newId, readRecurringWork } from "@kluis/db";
import { systemClock, type WorkName } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { keepAnchored } from "../src/upkeep/anchor.ts";
import { collectVaults } from "../src/upkeep/collect.ts";
import { endKeptSnapshots } from "../src/upkeep/kept-snapshots.ts";
import { reconcileAzure } from "../src/upkeep/reconcile.ts";
import { sweepAzure } from "../src/upkeep/sweep.ts";
import { orphanOf } from "./meanwhile.ts";
import { enhancedPolicy, MIB, random, World } from "./world.ts";

let world: World;
let engine: Engine;
let second: Engine;
beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  second = await world.startEngine();
});
afterAll(() => world.stop());
afterEach(() => world.control.clearFaults());

const soon = (): AbortSignal => AbortSignal.timeout(60_000);
const state = (name: WorkName) => readRecurringWork(world.db.prisma, name);

/** A removal of a manifest that was never written. */
async function wantNothing(resourceId: string): Promise<string> {
  const [id, pointId] = [newId(), newId()];
  const { id: vaultId } = await engine.deps.vaults.openDefault();
  const detail = JSON.stringify({ vaultId, pointId });
  await world.db.pool.query(
    `INSERT INTO "AzureResource" (id, kind, "resourceId", state, wanted, "nextTryAt", "unwantedAt", detail)
    VALUES ($1, 'manifest', $2, 'created', 'removed', kluis_now(), kluis_now(), $3)`,
    [id, resourceId, detail],
  );
  return id;
}

it("the reconciler names a removal that it cannot read until it can, and ends the others", async () => {
  const { pool, prisma } = world.db;
  await pool.query('ALTER TABLE "AzureResource" DROP CONSTRAINT "AzureResource_kind"');
  const ids: string[] = [];
  for (let n = 0; n < 9; n++) ids.push(await wantNothing(`vaults/v/points/${n}`));
  const bad = ids[4] ?? "";
  await pool.query(`UPDATE "AzureResource" SET kind = 'of-tomorrow' WHERE id = $1`, [bad]);
  await Promise.all([engine, second].map(({ deps }) => reconcileAzure(deps, { signal: soon() })));
  const left = () =>
    prisma.azureResource.findMany({ where: { state: { not: "removed" } }, select: { id: true } });
  expect(await left()).toEqual([{ id: bad }]);
  // The passes that follow claim nothing; the problem remains.
  for (let turn = 0; turn < 2; turn++) {
    await reconcileAzure(engine.deps, { signal: soon() });
    expect(await state("reconcile")).toMatchObject({ lastFailed: 1, lastErrorItem: "vaults/v/points/4" });
  }
  await pool.query(`UPDATE "AzureResource" SET kind = 'manifest', "nextTryAt" = kluis_now() WHERE id = $1`, [
    bad,
  ]);
  await reconcileAzure(second.deps, { signal: soon() });
  expect(await left()).toEqual([]);
  await reconcileAzure(second.deps, { signal: soon() });
  expect(await state("reconcile")).toMatchObject({ lastFailed: 0, lastError: null });
});

type Policy = Parameters<ReturnType<AzureConnection["compute"]>["pipeline"]["addPolicy"]>[0];

/** Runs work while it sees the path of each request of an engine. */
async function seeing<T>(of: Engine, see: (path: string) => void, run: () => Promise<T>): Promise<T> {
  const { pipeline } = of.deps.azure.compute(CONTOSO_SUBSCRIPTION_ID);
  const policy: Policy = {
    name: "seeing",
    sendRequest(request, next) {
      see(new URL(request.url).pathname);
      return next(request);
    },
  };
  pipeline.addPolicy(policy);
  return run().finally(() => pipeline.removePolicy({ name: policy.name }));
}

it("the sweeper names a collection that it may not read, finds every other orphan, and continues after a kill", async () => {
  const names = ["sweep-a", "sweep-b", "sweep-c"];
  const vms = [];
  for (const name of names)
    vms.push({ name, disks: [await world.image(name, 24 * MIB, [])], policy: enhancedPolicy });
  const ids = await world.protectedVms(vms);
  await orphanOf(world, engine, ids.get("sweep-a") ?? "");
  const hidden = await orphanOf(world, engine, ids.get("sweep-b") ?? "");
  await orphanOf(world, engine, ids.get("sweep-c") ?? "");
  const refused = restorePointIds(hidden).collectionId.split("/").at(-1) ?? "";
  await world.control.addFault({
    match: { operation: "restorePointCollections.get", path: `.*${refused}.*` },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
  });
  // Killed at the list of disks; the other engine does not read the collections again.
  const killed = new AbortController();
  const kill = (path: string) => {
    if (path.endsWith("/disks")) killed.abort(new Error("killed"));
  };
  const run = seeing(engine, kill, () =>
    sweepAzure(engine.deps, { signal: killed.signal, safetyMs: -60_000 }),
  );
  await expect(run).rejects.toThrow("killed");
  expect(await state("sweep")).toMatchObject({ failed: 1, errorItem: `collection ${refused}` });
  const paths: string[] = [];
  await seeing(
    second,
    (path) => paths.push(path),
    () => sweepAzure(second.deps, { signal: soon(), safetyMs: -60_000 }),
  );
  // Removals of the orphans may continue meanwhile; the list and the refused collection belong to the sweep alone.
  const isOfSweep = (path: string) => /\/restorepointcollections$/i.test(path) || path.includes(refused);
  expect(paths.filter(isOfSweep)).toEqual([]);
  expect(await state("sweep")).toMatchObject({ lastFailed: 1, lastErrorItem: `collection ${refused}` });
  await world.control.clearFaults();
  await world.reconciled();
  const left = (await world.control.snapshots()).restorePoints.map(({ name }) => name);
  expect(left).toEqual([expect.stringContaining(hidden.jobId)]);
  await sweepAzure(engine.deps, { signal: soon(), safetyMs: -60_000 });
  await world.reconciled();
  expect((await world.control.snapshots()).restorePoints).toEqual([]);
  expect(await state("sweep")).toMatchObject({ lastFailed: 0, lastError: null });
});

it("the sweeper waits for a throttled list at its page, and a refused subscription is named", async () => {
  const match = { operation: "restorePointCollections.listAll" };
  await world.control.addFault({ match, effect: { type: "throttle", retryAfterSeconds: 40 } });
  const again = await sweepAzure(engine.deps, { signal: soon() });
  expect(again?.againInMs).toBeGreaterThanOrEqual(39_000);
  expect(await state("sweep")).toMatchObject({
    failed: 0,
    cursor: expect.stringContaining("collections") as string,
  });
  // A limit that lasts holds up what comes behind it for minutes only.
  await world.clock.advance({ minutes: 20 });
  expect(await sweepAzure(second.deps, { signal: soon() })).toBeNull();
  expect(await state("sweep")).toMatchObject({ lastFailed: 3, lastError: { code: "AZURE_THROTTLED" } });
  await world.control.clearFaults();
  await world.clock.advance({ minutes: 2 });
  await world.control.addFault({ match, effect: { type: "fail", status: 403, code: "AuthorizationFailed" } });
  await sweepAzure(second.deps, { signal: soon() });
  const item = `the collections of subscription ${CONTOSO_SUBSCRIPTION_ID}`;
  expect(await state("sweep")).toMatchObject({ lastFailed: 1, lastErrorItem: item });
});

it("collection names a vault with an object that it cannot read, and collects the others", async () => {
  const { deps } = engine;
  const made: { id: string; name: string }[] = [];
  for (const name of ["folder-a", "folder-b", "folder-c"]) {
    const id = newId();
    const place = { account: null, container: null, folder: `${world.stack.folder}/${name}` };
    const facts = {
      id,
      name,
      kind: "folder",
      source: "portal",
      state: "enabled",
      sealedSecret: null,
    } as const;
    await inTransaction(world.db, (tx) => createVaultRow(tx, { ...facts, ...place }, systemClock));
    await deps.vaults.open(id);
    made.push({ id, name });
  }
  const bad = made[1]?.id ?? "";
  const junk = `points/${newId()}`;
  const { store } = await deps.vaults.open(bad);
  await store.put(junk, [Buffer.from("junk")], soon());
  await collectVaults(deps, { signal: soon(), graceMs: 0 });
  const { lastDone, lastFailed, lastErrorItem, lastError } = (await state("collection")) ?? {};
  expect({ lastDone, lastFailed, lastErrorItem }).toEqual({
    lastDone: 3,
    lastFailed: 1,
    lastErrorItem: "vault folder-b",
  });
  expect(JSON.stringify(lastError)).toContain(junk);
  await store.delete(junk, soon());
  await Promise.all([engine, second].map((one) => collectVaults(one.deps, { signal: soon(), graceMs: 0 })));
  await collectVaults(deps, { signal: soon(), graceMs: 0 });
  expect(await state("collection")).toMatchObject({ lastDone: 4, lastFailed: 0, lastError: null });
});

it("kept snapshots end although a policy cannot be read, whose VM keeps its own", async () => {
  const names = ["kept-a", "kept-b"];
  const vms = [];
  for (const name of names)
    vms.push({ name, disks: [await world.image(name, 24 * MIB, [random(0, MIB)])], policy: enhancedPolicy });
  const ids = await world.protectedVms(vms);
  for (const id of ids.values()) await world.backUp(id);
  const { prisma } = world.db;
  await prisma.azureResource.updateMany({ where: { wanted: "kept" }, data: { keepUntil: new Date(0) } });
  const policyOf = (name: string) => ({ policy: { name: `policy-${name}` } });
  await prisma.policyVersion.updateMany({
    where: policyOf("kept-a"),
    data: { document: { of: "tomorrow" } },
  });
  await prisma.policyVersion.updateMany({
    where: policyOf("kept-b"),
    data: { document: { ...enhancedPolicy, instantRestoreDays: 0 } },
  });
  expect(await endKeptSnapshots(engine.deps, soon())).toEqual({ ended: 1, again: null });
  const kept = await prisma.azureResource.findMany({ where: { wanted: "kept" }, select: { vmId: true } });
  expect(kept).toEqual([{ vmId: ids.get("kept-a") }]);
  expect(await state("kept-snapshots")).toMatchObject({ lastDone: 2, lastFailed: 0 });
});

it("the anchor says why it cannot be made while that lasts", async () => {
  const away = { ...engine.deps, ledgerKeyFile: "/nowhere/ledger.key" };
  for (let turn = 0; turn < 2; turn++) await keepAnchored(away, soon());
  const failing = { lastFailed: 1, lastErrorItem: "the ledger", lastError: { code: "CONFIG_INVALID" } };
  expect(await state("anchor")).toMatchObject(failing);
  await Promise.all([keepAnchored(engine.deps, soon()), keepAnchored(second.deps, soon())]);
  await keepAnchored(engine.deps, soon());
  expect(await state("anchor")).toMatchObject({ lastFailed: 0, lastError: null });
});
