/** Compaction while packs are damaged: the ones that leave, and the ones that got their content. */
import { createJob, inTransaction, recordDamage } from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { MemoryChunkIndex } from "@kluis/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { collectVaults } from "../src/upkeep/collect.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { compareVault } from "../src/upkeep/truth/compare.ts";
import { keepDatabase } from "./older-database.ts";
import { MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

const collect = () => collectVaults(engine.deps, { signal: soon(), graceMs: 0 });

async function remove(point: PointRow): Promise<void> {
  const job = { kind: "delete-point", vmId: point.vmId, pointId: point.id, trigger: "manual" } as const;
  const id = await inTransaction(world.db, (tx) =>
    createJob(tx, { ...job, actor: engineActor, parameters: { reason: "test" } }, systemClock),
  );
  expect((await world.ended(id)).state).toBe("succeeded");
}

/** One block in each window: a pack has a chunk of each, and the second point keeps a quarter of them. */
const windows = Array.from({ length: 48 }, (_, window) => window);
const all = () => windows.map((window) => random(window * MIB, 64 * 1024));
const changed = () =>
  windows.flatMap((window) => (window % 4 === 0 ? [] : [random(window * MIB, 64 * 1024)]));

/** A VM whose first point is gone, and the pack that it leaves sparse. */
async function sparseVm(name: string) {
  const disks = [await world.image(name, 64 * MIB, all())];
  const vmId = await world.protectedVm({ name, disks, policy: standardPolicy });
  const gone = await world.backUp(vmId);
  const { packId } = await world.db.prisma.vaultPack.findFirstOrThrow({
    where: { vmId, kind: 1 },
    orderBy: { number: "asc" },
  });
  await world.control.write({ vm: name, disk: "os", image: await world.image(name, 64 * MIB, changed()) });
  const point = await world.backUp(vmId);
  await remove(gone);
  return { vmId, point, packId };
}

const pack = (packId: string) => world.db.prisma.vaultPack.findFirstOrThrow({ where: { packId } });
const objectOf = (packId: string): string => `packs/${packId.slice(0, 2)}/${packId}`;
const lost = (vaultId: string, packId: string) =>
  inTransaction(world.db, (tx) =>
    recordDamage(tx, {
      vaultId,
      foundBy: "comparison",
      findings: [{ object: objectOf(packId), offset: -1, reason: "missing", problem: "it is missing" }],
    }),
  );

async function targetOf(packId: string) {
  const { number } = await pack(packId);
  const move = await world.db.prisma.vaultMove.findFirstOrThrow({
    where: { from: number },
    orderBy: { to: "desc" },
  });
  return world.db.prisma.vaultPack.findUniqueOrThrow({ where: { number: move.to } });
}

async function search(): Promise<void> {
  while ((await reachDamage(engine.deps, soon())) !== null);
}

describe("a compaction among damage", () => {
  it("continues with other packs when one is damaged while it leaves", async () => {
    const first = await sparseVm("leaves");
    await collect();
    expect((await pack(first.packId)).leavingAt).not.toBeNull();
    const finding = {
      object: objectOf(first.packId),
      offset: 8,
      reason: "unreadable",
      problem: "it does not open",
    };
    await inTransaction(world.db, (tx) =>
      recordDamage(tx, {
        vaultId: first.point.vaultId,
        foundBy: "verification",
        findings: [{ ...finding, reason: "unreadable" }],
      }),
    );
    const second = await sparseVm("waits");
    for (let round = 0; round < 3; round++) await collect();
    expect((await pack(first.packId)).leavingAt).toBeNull();
    expect((await pack(second.packId)).movedAt).not.toBeNull();
  });

  it("keeps a pack whose content is damaged in the new one, copies it again, and loses nothing", async () => {
    const { point, packId } = await sparseVm("target");
    await collect();
    await collect();
    const target = await targetOf(packId);
    const { store } = await engine.deps.vaults.open(point.vaultId);
    await store.delete(objectOf(target.packId), soon());
    await lost(point.vaultId, target.packId);
    for (let round = 0; round < 3; round++) await collect();
    expect((await targetOf(packId)).packId).not.toBe(target.packId);
    expect((await pack(packId)).goneAt).not.toBeNull();
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("target-os"));
  });

  it("marks the points that need a damaged pack through a move", async () => {
    const { point, packId } = await sparseVm("marked");
    for (let round = 0; round < 3; round++) await collect();
    expect((await pack(packId)).goneAt).not.toBeNull();
    const target = await targetOf(packId);
    const { store } = await engine.deps.vaults.open(point.vaultId);
    await store.delete(objectOf(target.packId), soon());
    await lost(point.vaultId, target.packId);
    await search();
    const { state } = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point.id } });
    expect(state).toBe("damaged");
    expect(await world.db.prisma.pointDamage.count({ where: { pointId: point.id } })).toBe(1);
  });

  it("is not stopped by objects of an unknown epoch", async () => {
    const { point, packId } = await sparseVm("junk");
    const { store } = await engine.deps.vaults.open(point.vaultId);
    const junk = (magic: string) => [Buffer.from(`${magic}junk`), Buffer.alloc(64, 7)];
    await store.put("points/junk", junk("KLUISMF1"), soon());
    await store.put(`moved/${packId.slice(0, 2)}/${packId}/0000000000000000`, junk("KLUISMV1"), soon());
    for (let round = 0; round < 3; round++) await collect();
    expect((await pack(packId)).goneAt).not.toBeNull();
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("junk-os"));
    const where = { vaultId: point.vaultId, pointId: "junk" };
    expect(await world.db.prisma.vaultPoint.findFirst({ where })).toMatchObject({ state: "unreadable" });
    await store.delete("points/junk", soon());
  });

  it("costs no point of a database that is older: it follows the moved tables", async () => {
    const { point, packId, vmId } = await sparseVm("older");
    const putBack = await keepDatabase(world);
    for (let round = 0; round < 3; round++) await collect();
    expect((await pack(packId)).goneAt).not.toBeNull();
    await engine.stop();
    await putBack();
    engine = await world.startEngine();
    world.engines.splice(0, world.engines.length, engine);

    const { prisma } = world.db;
    expect(await pack(packId)).toMatchObject({ state: "live", goneAt: null });
    await compareVault(engine.deps, point.vaultId, soon());
    await search();
    expect(await pack(packId)).toMatchObject({ state: "missing" });
    const where = { vaultId: point.vaultId, packId };
    expect(await prisma.vaultDamage.findFirst({ where })).toMatchObject({ healedBy: "moved", offset: -1 });
    expect(await prisma.recoveryPoint.findUnique({ where: { id: point.id } })).toMatchObject({
      state: "available",
    });
    expect(await prisma.ledgerEvent.count({ where: { kind: "point.damaged", vmId } })).toBe(0);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("older-os"));
    // The new packs are kept, although no node names them, and a backup uses their content.
    await collect();
    const next = await world.backUp(vmId);
    expect(await world.pointDigest(next, "os")).toBe(await world.diskDigest("older-os"));
    // Damage of the missing pack that was named again since then is closed again.
    await search();
    expect(await prisma.vaultDamage.findMany({ where: { ...where, healedAt: null } })).toEqual([]);
  }, 300_000);

  it("replaces a full pack of which only the table is damaged, and heals it", async () => {
    const disks = [await world.image("table", 64 * MIB, all())];
    const vmId = await world.protectedVm({ name: "table", disks, policy: standardPolicy });
    const point = await world.backUp(vmId);
    const { packId } = await world.db.prisma.vaultPack.findFirstOrThrow({ where: { vmId, kind: 1 } });
    const { vaultId } = point;
    const { store, vault } = await engine.deps.vaults.open(vaultId);
    const object = objectOf(packId);
    const bytes = Buffer.from(await store.get(object, { signal: soon() }));
    // Before the trailer: the sealed table ends here.
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
    await store.delete(object, soon());
    await store.put(object, [bytes], soon());
    const { problems } = await vault.verifyPoint(point.id, { mode: "full", signal: soon() });
    expect(problems.map(({ kind }) => kind)).toEqual(["table"]);
    const findings = [
      { object, offset: bytes.length, reason: "table", problem: "it does not open" } as const,
    ];
    await inTransaction(world.db, (tx) =>
      recordDamage(tx, { vaultId, foundBy: "verification", findings, pointId: point.id }),
    );
    for (let round = 0; round < 3; round++) await collect();
    expect((await pack(packId)).goneAt).not.toBeNull();
    expect((await vault.verifyPoint(point.id, { mode: "full", signal: soon() })).problems).toEqual([]);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("table-os"));
    const { unread } = await vault.rebuildIndex(new MemoryChunkIndex(), soon());
    expect(unread.map(({ params }) => params["object"])).not.toContain(object);
  });

  it("continues with packs that are newer than a point that cannot be read", async () => {
    const disks = [await world.image("broken", 64 * MIB, all())];
    const vmId = await world.protectedVm({ name: "broken", disks, policy: standardPolicy });
    const { prisma } = world.db;
    const broken = await world.backUp(vmId);
    await collect();
    const problem = { code: "VAULT_DATA_DAMAGED", message: "it does not open" };
    const unread = { walked: false, problem, retryAt: new Date("2100-01-01T00:00:00.000Z") };
    const { count } = await prisma.vaultNode.updateMany({ where: { pointId: broken.id }, data: unread });
    expect(count).toBeGreaterThan(0);
    const { packId } = await sparseVm("newer");
    for (let round = 0; round < 2; round++) await collect();
    expect((await pack(packId)).movedAt).not.toBeNull();
  });
});
