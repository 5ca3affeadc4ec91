/** A lost database is rebuilt from the vault: rows before and after are compared. */
import { addPolicyVersion, createJob, type Db, inTransaction } from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { engineActor, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { type RebuildResult, rebuildCatalog } from "../src/rebuild/rebuild.ts";
import { MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
let empty: TestDatabase;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  empty = await createTestDatabase();
  await history();
}, 300_000);
afterAll(async () => {
  await empty.drop();
  await world.stop();
});

/** Three backups of a VM, the last by a newer version of its policy; one of another VM; a deleted point. */
async function history(): Promise<void> {
  const image = await world.image("web", 40 * MIB, [random(0, 2 * MIB)]);
  const data = await world.image("web-data", 24 * MIB, [random(MIB, 200_000)]);
  const web = await world.protectedVm({ name: "web", disks: [image, data], policy: standardPolicy });
  const other = await world.image("db", 24 * MIB, [random(0, 100_000)]);
  const db = await world.protectedVm({ name: "db", disks: [other], policy: standardPolicy });
  await world.backUp(web);
  await world.image("web", 40 * MIB, [random(5 * MIB, 300_000)]);
  const middle = await world.backUp(web);
  await inTransaction(world.db, async (tx) => {
    const { policy } = await tx.protection.findUniqueOrThrow({
      where: { vmId: web },
      include: { policy: true },
    });
    const document = { ...standardPolicy, retention: { daily: 7 } };
    const edit = { id: policy.id, expectedVersion: 1, document, actor: engineActor };
    await addPolicyVersion(tx, edit, systemClock);
  });
  await world.backUp(web);
  await world.backUp(db);
  await remove(middle);
}

async function remove({ id: pointId, vmId }: PointRow): Promise<void> {
  const job = { kind: "delete-point", vmId, pointId, trigger: "manual", actor: engineActor } as const;
  const parameters = { reason: "test" };
  const jobId = await inTransaction(world.db, (tx) => createJob(tx, { ...job, parameters }, systemClock));
  expect(await world.ended(jobId)).toMatchObject({ state: "succeeded" });
}

async function rebuild(db: Db): Promise<RebuildResult> {
  const opened = await engine.deps.vaults.openDefault();
  const { vault, store, name } = opened;
  return rebuildCatalog(db, { vault, store, name, clock: systemClock, signal: AbortSignal.timeout(60_000) });
}

/** What a manifest holds as evidence. The rest is about Azure after the manifest, and about the work of the engine. */
async function catalogRows({ prisma }: Db): Promise<object> {
  const points = await prisma.recoveryPoint.findMany({
    where: { state: "available" },
    orderBy: { id: "asc" },
    omit: {
      createdAt: true,
      gapSeconds: true,
      retries: true,
      expiresAt: true,
      tiers: true,
      snapshotRemovedAt: true,
      instantRestoreUntil: true,
    },
    include: { disks: { omit: { id: true }, orderBy: { diskKey: "asc" } } },
  });
  const vms = await prisma.virtualMachine.findMany({
    orderBy: { id: "asc" },
    omit: {
      powerState: true,
      agentState: true,
      disks: true,
      configuration: true,
      firstSeenAt: true,
      lastSeenAt: true,
    },
  });
  const policies = await prisma.policy.findMany({
    orderBy: { id: "asc" },
    select: {
      id: true,
      name: true,
      currentVersion: true,
      versions: { select: { id: true, version: true, document: true }, orderBy: { version: "asc" } },
    },
  });
  const vaults = await prisma.vault.findMany({
    select: { id: true, name: true, kind: true, identity: true, keyId: true, account: true, container: true },
  });
  return { points, vms, policies, vaults };
}

describe("a rebuild from the vault", () => {
  it("gives the points, VMs, policies and the vault that were lost, and can be repeated", async () => {
    const first = await rebuild(empty.db);
    expect(first).toMatchObject({ added: 3, present: 0, skipped: [] });
    expect(await catalogRows(empty.db)).toEqual(await catalogRows(world.db));
    expect(await rebuild(empty.db)).toMatchObject({ added: 0, present: 3, skipped: [] });
    expect(await empty.db.prisma.vaultPack.count()).toBeGreaterThan(0);
  });

  it("continues where another run was killed", async () => {
    await empty.db.prisma.recoveryPoint.deleteMany({ where: { vm: { name: "web" } } });
    await empty.db.prisma.virtualMachine.deleteMany({ where: { name: "web" } });
    expect(await rebuild(empty.db)).toMatchObject({ added: 2, present: 1 });
    expect(await catalogRows(empty.db)).toEqual(await catalogRows(world.db));
  });

  it("names a bad manifest and adds the others", async () => {
    const { store } = await engine.deps.vaults.openDefault();
    const signal = AbortSignal.timeout(10_000);
    await store.put("points/junk", [Buffer.from("junk")], signal);
    const { skipped, present } = await rebuild(empty.db);
    expect({ skipped, present }).toMatchObject({
      skipped: [{ pointId: "junk", code: "VAULT_DATA_DAMAGED" }],
      present: 3,
    });
    await store.delete("points/junk", signal);
  });

  it("leaves a database in use alone", async () => {
    await expect(rebuild(world.db)).rejects.toMatchObject({ code: "CONFLICT", reason: "catalog-in-use" });
  });
});
