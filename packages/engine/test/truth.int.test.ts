/** A vault and a database that differ: named, never made worse, and taken over when a person says so. */

import { randomBytes } from "node:crypto";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import {
  askAdoption,
  createJob,
  inTransaction,
  listVaults,
  readVaultTrust,
  type VaultTrust,
} from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { MemoryChunkIndex, openVaultKey, openVaultStore, parseNodeRef, rotateKeys } from "@kluis/vault";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { checkParts } from "../src/runtime/health.ts";
import { openSettings } from "../src/runtime/vaults.ts";
import { collectVaults } from "../src/upkeep/collect.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { compareVault } from "../src/upkeep/truth/compare.ts";
import { lookAtVault } from "../src/upkeep/truth/look.ts";
import { keepDatabase } from "./older-database.ts";
import { startOn } from "./second-copies.ts";
import { MIB, type PointRow, standardPolicy, World } from "./world.ts";

const signal = AbortSignal.timeout(600_000);
/** A busy machine needs more than the usual time. */
const LONG_MS = 300_000;
const SIZE = 20 * MIB;
let world: World;
let engine: Engine;
let vmId: string;
let vaultId: string;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const image = await world.image("web", SIZE, [{ offset: 0, bytes: randomBytes(3 * MIB) }]);
  vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
});
afterAll(() => world.stop());

const prisma = () => world.db.prisma;

async function restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
  await engine.stop();
  engine = await world.startEngine({ env });
  world.engines.splice(0, world.engines.length, engine);
}

async function written(bytes: Buffer): Promise<void> {
  const image = await world.image("web", SIZE, [{ offset: 4 * MIB, bytes }]);
  await world.control.write({ vm: "web", disk: "os", image });
}

async function trust(): Promise<VaultTrust> {
  const found = await readVaultTrust(prisma(), vaultId);
  if (found === null) throw new Error("There is no vault.");
  return found;
}

/** Reads a point as a program does that has just started. */
async function content({ vaultId: id, disks }: PointRow): Promise<Buffer> {
  const index = new MemoryChunkIndex();
  const settings = engine.deps.vaults.settingsOf(id);
  const { vault } = await openSettings(settings, { index, clock: systemClock, signal, isKnown: true });
  const root = disks[0]?.root ?? null;
  return Buffer.from(
    await vault.openDisk(root === null ? null : parseNodeRef(root), SIZE).read(0, SIZE, signal),
  );
}

async function remove({ id: pointId }: PointRow): Promise<void> {
  const job = { kind: "delete-point", vmId, pointId, trigger: "manual", actor: engineActor } as const;
  const parameters = { reason: "test" };
  const jobId = await inTransaction(world.db, (tx) => createJob(tx, { ...job, parameters }, systemClock));
  expect(await world.ended(jobId)).toMatchObject({ state: "succeeded" });
}

async function collect(): Promise<number> {
  let deleted = 0;
  for (let pass = 0; pass < 3; pass++) {
    await world.clock.jump({ hours: 8 });
    deleted += (await collectVaults(engine.deps, { signal, graceMs: 1_000 })).deleted;
  }
  return deleted;
}

async function compared(): Promise<void> {
  await world.until("the end of the comparison", 60_000, async () =>
    (await trust()).doubtedAt === null ? true : null,
  );
  await reachDamage(engine.deps, signal);
}

async function adopt(): Promise<void> {
  await inTransaction(world.db, (tx) => askAdoption(tx, vaultId));
  await world.until("the end of the take-over", 60_000, async () =>
    (await trust()).truth === "agrees" ? true : null,
  );
  await compared();
}

const stateOf = async ({ id }: PointRow): Promise<string | undefined> =>
  (await prisma().recoveryPoint.findUnique({ where: { id } }))?.state;

/** Every point that the database calls available restores bit for bit. */
async function expectRestorable(known: ReadonlyMap<string, Buffer>): Promise<string[]> {
  const points = await prisma().recoveryPoint.findMany({
    where: { state: "available" },
    include: { disks: true },
    orderBy: { takenAt: "asc" },
  });
  for (const point of points) {
    const wanted = known.get(point.id);
    expect(wanted?.equals(await content(point))).toBe(true);
  }
  return points.map(({ id }) => id);
}

const contents = new Map<string, Buffer>();
async function backUp(): Promise<PointRow> {
  const point = await world.backUp(vmId);
  expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("web-os"));
  contents.set(point.id, await content(point));
  ({ vaultId } = point);
  return point;
}

async function alerts(): Promise<string[]> {
  const rows = await prisma().attention.findMany({ where: { kind: { startsWith: "vault-" } } });
  return rows.map(({ kind }) => kind).filter((kind) => kind !== "vault-recovery");
}

it(
  "an older database names what it does not know, trusts nothing that is gone, and takes over the rest",
  async () => {
    const [old, newer] = [randomBytes(3 * MIB), randomBytes(3 * MIB)];
    // Its packs stay needed: only those of the next point are collected with it.
    const base = await backUp();
    await written(old);
    const first = await backUp();
    await written(randomBytes(3 * MIB));
    const second = await backUp();
    const putBack = await keepDatabase(world);

    await written(newer);
    const third = await backUp();
    await remove(first);
    expect(await collect()).toBeGreaterThan(0);
    const fourth = await backUp();
    await engine.stop();
    await putBack();
    engine = await world.startEngine();
    world.engines.splice(0, world.engines.length, engine);

    expect(await trust()).toMatchObject({ truth: "database-older" });
    await compared();
    expect(await stateOf(first)).toBe("damaged");
    expect(await stateOf(second)).toBe("available");
    expect(await stateOf(third)).toBeUndefined();
    expect(await prisma().vaultPack.count({ where: { state: "missing" } })).toBeGreaterThan(0);
    expect((await alerts()).toSorted()).toEqual(["vault-damage", "vault-truth"]);

    // The content of the point whose packs were collected: the index says that the vault has it.
    await written(old);
    const fifth = await backUp();
    expect(await expectRestorable(contents)).toEqual([base.id, second.id, fifth.id]);
    expect(await collect()).toBe(0);

    await adopt();
    expect(await expectRestorable(contents)).toEqual(
      [base, second, third, fourth, fifth].map(({ id }) => id),
    );
    const kinds = ["vault.truth-changed", "vault.adopted"] as const;
    const events = await prisma().ledgerEvent.findMany({
      where: { kind: { in: [...kinds] } },
      orderBy: { seq: "asc" },
    });
    expect(events.map(({ kind, data }) => [kind, data])).toMatchObject([
      [kinds[0], { from: "agrees", to: "database-older", unknownPoints: 2, missingPoints: 1 }],
      [kinds[1], { was: "database-older", points: 2, skippedPoints: 0 }],
    ]);
    await collect();
    expect((await lookAtVault(engine.deps, vaultId, signal)).truth).toBe("agrees");
    expect(await expectRestorable(contents)).toHaveLength(5);
  },
  LONG_MS,
);

it(
  "a lost or foreign vault stops backups with a reason, nothing is created, and the vault serves again when it is back",
  async () => {
    const lost = { KLUIS_VAULT_CONTAINER: "kluis-absent" };
    await restart(lost);
    expect(await trust()).toMatchObject({ truth: "missing" });
    await checkParts(engine.deps, signal);
    const health = await prisma().partHealth.findUnique({ where: { part: `vault:${vaultId}` } });
    expect(health?.error).toMatchObject({ code: "VAULT_UNUSABLE", reason: "missing" });
    const jobId = await world.startBackup(vmId);
    const parked = await world.until("the pause of the backup", 60_000, async () => {
      const job = await prisma().job.findUniqueOrThrow({ where: { id: jobId } });
      return job.parkedSince === null ? null : job;
    });
    expect(parked.parkedError).toMatchObject({ reason: "missing" });
    const settings = engine.deps.vaults.settingsOf(vaultId);
    const absent = await openVaultStore(settings, signal, { createContainer: false });
    await expect(absent.get("vault.json", { signal })).rejects.toMatchObject({
      code: "VAULT_NOT_INITIALISED",
    });
    expect((await collectVaults(engine.deps, { signal })).deleted).toBe(0);

    const other = { KLUIS_VAULT_CONTAINER: "kluis-other" };
    if (settings.kind !== "azure-blob") throw new Error("The test needs a container.");
    const place = { ...settings, container: "kluis-other" };
    await openSettings(place, { index: new MemoryChunkIndex(), clock: systemClock, signal });
    await restart(other);
    expect(await trust()).toMatchObject({ truth: "foreign" });

    await restart();
    expect(await trust()).toMatchObject({ truth: "agrees" });
    await compared();
    const point = await world.until("the end of the backup", 100_000, async () => {
      await world.clock.jump({ minutes: 5 });
      return prisma().recoveryPoint.findUnique({ where: { jobId }, include: { disks: true } });
    });
    contents.set(point.id, await content(point));
    expect(await expectRestorable(contents)).toHaveLength(6);
    expect(await alerts()).not.toContain("vault-truth");
  },
  LONG_MS,
);

it(
  "a vault that was rolled back is named until a person accepts it, and what it lacks is stored again",
  async () => {
    const { store } = await engine.deps.vaults.open(vaultId);
    const before = new Set<string>();
    for await (const { name } of store.list("", signal)) before.add(name);
    await written(randomBytes(3 * MIB));
    const newest = await backUp();
    for await (const { name } of store.list("", signal))
      if (!before.has(name)) await store.delete(name, signal);

    await collectVaults(engine.deps, { signal });
    expect(await trust()).toMatchObject({ truth: "rolled-back" });
    await compared();
    expect(await stateOf(newest)).toBe("damaged");
    const again = await backUp();
    expect(await stateOf(again)).toBe("available");
    expect(await expectRestorable(contents)).toHaveLength(7);
    await collectVaults(engine.deps, { signal });
    expect(await alerts()).toContain("vault-truth");
    await adopt();
    await collectVaults(engine.deps, { signal });
    expect(await trust()).toMatchObject({ truth: "agrees", doubtedAt: null });
    expect(await alerts()).not.toContain("vault-truth");
  },
  LONG_MS,
);

/** The container of the vault, for names that its store rejects. */
function containerOf(): ContainerClient {
  const settings = engine.deps.vaults.settingsOf(vaultId);
  if (settings.kind !== "azure-blob") throw new Error("The test needs a container.");
  const service = BlobServiceClient.fromConnectionString(settings.connectionString);
  return service.getContainerClient(settings.container);
}

it(
  "objects that the database does not know are counted and named, and stay",
  async () => {
    const { id, store } = await engine.deps.vaults.openDefault();
    vaultId = id;
    const pack = randomBytes(16).toString("hex");
    const junk = [
      "keys/zz.json",
      `moved/${pack.slice(0, 2)}/${pack}/0123456789abcdef`,
      `packs/${pack.slice(0, 2)}/${pack}`,
      "points/zzz",
      "strange/thing",
    ];
    for (const name of junk) await store.put(name, [Buffer.from("junk")], signal);
    // Others who may write to the storage use any name.
    const strange = ["a name", "=1+1|cmd", "keys/\u00fc", "points/a b", `moved/${pack}/${"x".repeat(800)}`];
    const container = containerOf();
    for (const name of strange) await container.getBlockBlobClient(name).upload("junk", 4);
    expect(await Array.fromAsync(store.list("keys/", signal), ({ name }) => name)).not.toContain(strange[2]);
    await world.clock.jump({ hours: 48 });
    await compareVault(engine.deps, vaultId, signal);
    const { strays } = await prisma().vault.findUniqueOrThrow({ where: { id: vaultId } });
    expect(strays).toMatchObject({ packs: 1, nodes: 0, moved: 1, points: 1, others: 7 });
    expect(await alerts()).toContain("vault-objects");
    for (const name of junk) {
      expect(await store.head(name, signal)).not.toBeNull();
      await store.delete(name, signal);
    }
    for (const name of strange) await container.getBlobClient(name).delete();
    await compareVault(engine.deps, vaultId, signal);
    expect(await alerts()).not.toContain("vault-objects");
    expect((await listVaults(prisma())).map(({ name }) => name)).toEqual(["main"]);
  },
  LONG_MS,
);

it("an engine opens a vault again when another program rotated its keys", async () => {
  const before = await engine.deps.vaults.openDefault();
  const settings = engine.deps.vaults.settingsOf(before.id);
  const keys = await openVaultKey(settings, { create: false });
  await rotateKeys({ store: before.store, keys, clock: systemClock, signal });
  expect(await engine.deps.vaults.open(before.id)).toBe(before);
  await checkParts(engine.deps, signal);
  const after = await engine.deps.vaults.open(before.id);
  expect(after).not.toBe(before);
  expect(after.vault.keySlots().generation).not.toBe(before.vault.keySlots().generation);
});

it(
  "a container that is deleted or made again under a running engine damages nothing, and work continues when it is back",
  async () => {
    const point = await backUp();
    const container = containerOf();
    const kept = new Map<string, Buffer>();
    for await (const { name } of container.listBlobsFlat())
      kept.set(name, await container.getBlobClient(name).downloadToBuffer());
    const rows = () => prisma().vaultDamage.count({ where: { vaultId } });
    const before = await rows();
    await container.delete();
    const verification = { kind: "verify", mode: "full" } as const;
    const jobs = [await startOn(world, point, verification), await world.startBackup(vmId)];
    const isOutage = /"VAULT_NOT_INITIALISED"|"missing"/;
    const parked = () =>
      world.until("the pause of both jobs", 100_000, async () => {
        await world.clock.jump({ minutes: 1 });
        const found = await prisma().job.findMany({ where: { id: { in: jobs } } });
        return found.every(({ parkedError }) => isOutage.test(JSON.stringify(parkedError))) ? true : null;
      });
    await parked();
    await container.create();
    await world.clock.jump({ minutes: 16 });
    await parked();
    await expect(content(point)).rejects.toMatchObject({ code: "VAULT_NOT_INITIALISED" });
    for (const [name, bytes] of kept) await container.getBlockBlobClient(name).uploadData(bytes);
    await checkParts(engine.deps, signal);
    await compared();
    for (const id of jobs) {
      const job = await world.until(`the end of ${id}`, 100_000, async () => {
        await world.clock.jump({ minutes: 16 });
        const row = await prisma().job.findUniqueOrThrow({ where: { id } });
        return row.state === "queued" || row.state === "running" ? null : row;
      });
      expect(job).toMatchObject({ state: "succeeded", error: null });
    }
    expect([await rows(), await stateOf(point)]).toEqual([before, "available"]);
    expect(await trust()).toMatchObject({ truth: "agrees", doubtedAt: null });
  },
  LONG_MS,
);
