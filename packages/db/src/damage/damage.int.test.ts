import { randomUUID } from "node:crypto";
import { type DamageFinding, WHOLE_OBJECT } from "@kluis/domain";
import { expect, test } from "vitest";
import { addVm, freshWorld, person, vmFacts } from "../../test/fixtures.ts";
import { newId } from "../ids.ts";
import { chunkIndex } from "../packs/chunk-index.ts";
import { softDeletePoints } from "../points/soft-delete.ts";
import { createPoint } from "../points/work.ts";
import { inTransaction } from "../tx.ts";
import { createVaultRow } from "../vaults/write.ts";
import { judgeDamagedVms } from "./attention.ts";
import { avoidedPlaces } from "./avoided.ts";
import { recordHealed, recordReadWhole } from "./heal.ts";
import { matchDamage } from "./matching.ts";
import { endReach, listPointsToReach, listVaultsToReach, reachNewPoint, storeReach } from "./reach.ts";
import { recordDamage } from "./record.ts";
import { closeGoneTables, closeGoodTables } from "./tables.ts";

const world = freshWorld();
const pack = "ab".repeat(16);
const other = "cd".repeat(16);
const name = (id: string): string => `packs/${id.slice(0, 2)}/${id}`;
const chunk = (text: string): string => text.repeat(48);

function found(offset: number, more: Partial<DamageFinding> = {}): DamageFinding {
  return { object: name(pack), offset, reason: "unreadable", problem: "it does not open", ...more };
}

async function addVault(): Promise<string> {
  const id = newId();
  const place = { account: null, container: null, folder: "/v" };
  const facts = { id, name: "main", kind: "folder", source: "portal", state: "enabled" } as const;
  await inTransaction(world.db, (tx) =>
    createVaultRow(tx, { ...facts, ...place, sealedSecret: null }, world.clock),
  );
  return id;
}

async function addPoint(vaultId: string, vmId: string): Promise<string> {
  const id = newId();
  const at = world.clock.now();
  const times = { takenAt: at, snapshotStartedAt: at, snapshotEndedAt: at, createdAt: at };
  const none = { policyVersionId: null, occurrenceDueAt: null, snapshotRemovedAt: null, deadlineAt: null };
  const sums = { chunksNew: 0, chunksReused: 0, manifestDigest: "", keyId: "" };
  const owners = { id, vaultId, vmId, jobId: randomUUID(), trigger: "manual", actor: person };
  const levels = {
    consistencyWanted: "crash",
    consistencyReached: "crash",
    capturedBy: "restore-point",
  } as const;
  const notes = { consistencyReason: null, consistencyNotice: null, capturedNotice: null, gapSeconds: null };
  const kept = { transferStartedAt: at, transferEndedAt: at, instantRestoreUntil: null, deadlineMet: null };
  const rest = { azureConsistency: "CrashConsistent", retries: 0, vmFacts: {}, disks: [] };
  await inTransaction(world.db, (tx) =>
    createPoint(tx, { ...owners, ...times, ...none, ...sums, ...levels, ...notes, ...kept, ...rest }),
  );
  return id;
}

async function stateOf(pointId: string): Promise<string> {
  const row = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: pointId } });
  return row.state;
}

async function kinds(): Promise<string[]> {
  const rows = await world.db.prisma.ledgerEvent.findMany({ orderBy: { seq: "asc" } });
  return rows.map(({ kind }) => kind).filter((kind) => kind.includes("damage") || kind.startsWith("point."));
}

const record = (vaultId: string, findings: DamageFinding[], pointId: string | null = null) =>
  inTransaction(world.db, (tx) => recordDamage(tx, { vaultId, foundBy: "verification", findings, pointId }));

/** One search: each point needs what `needs` says, if it is not healed. */
async function search(vaultId: string, needs: ReadonlyMap<string, { pack: string; offset: number }>) {
  const { prisma } = world.db;
  const [{ at }] = await prisma.$queryRaw<[{ at: Date }]>`SELECT kluis_now() AS at`;
  const damage = await matchDamage(prisma, vaultId);
  for (const { id } of await listPointsToReach(prisma, { vaultId, after: null, limit: 100 })) {
    const place = needs.get(id);
    const needed = place === undefined ? [] : damage.match(place);
    await inTransaction(world.db, (tx) => storeReach(tx, { pointId: id, examined: damage.ids, needed }));
  }
  await inTransaction(world.db, (tx) => endReach(tx, { vaultId, since: at }));
}

test("deduplication skips damaged chunks and packs, and uses them again when they were read whole", async () => {
  const vaultId = await addVault();
  const { prisma } = world.db;
  const index = chunkIndex(world.db, { vaultId });
  const entry = (id: string, offset: number) => ({ id: chunk(id), offset, length: 10, plainLength: 20 });
  await index.add({ pack, bytes: 100 }, [entry("a", 8), entry("b", 18)]);
  await index.add({ pack: other, bytes: 100 }, [entry("c", 8)]);
  const known = async () =>
    [...(await index.lookup(["a", "b", "c"].map(chunk))).keys()]
      .map((id) => id.slice(0, 1))
      .toSorted((a, b) => a.localeCompare(b));
  const point = await addPoint(vaultId, await addVm(world.db, world.clock));

  expect(await record(vaultId, [found(8)], point)).toBe(1);
  expect(await record(vaultId, [found(8)], point)).toBe(0);
  expect(await known()).toEqual(["b", "c"]);
  await record(vaultId, [found(WHOLE_OBJECT, { object: name(other), reason: "missing" })], point);
  expect(await known()).toEqual(["b"]);
  const row = await prisma.vaultPack.findFirstOrThrow({ where: { packId: other } });
  expect(row).toMatchObject({ state: "missing", reason: "it does not open" });

  // The same content again: its new place is found, and the damaged one is known by the chunk's id.
  await index.add({ pack: "ef".repeat(16), bytes: 100 }, [entry("a", 8), entry("c", 18)]);
  expect(await known()).toEqual(["a", "b", "c"]);
  const items = await prisma.vaultDamageItem.findMany({ orderBy: { packId: "asc" } });
  expect(items.map(({ packId, offset }) => [packId, offset])).toEqual([
    [pack, 8],
    [other, 8],
  ]);
  expect(items.every(({ chunkId }) => chunkId !== null)).toBe(true);

  await inTransaction(world.db, (tx) => recordReadWhole(tx, { vaultId, pointId: point }));
  const left = await prisma.vaultDamageItem.findMany();
  expect(left.map(({ packId }) => packId)).toEqual([other]);
  expect(await stateOf(point)).toBe("available");
});

test("a point that was read whole is free of a damaged pack, which stays damaged for all others", async () => {
  const vaultId = await addVault();
  const { prisma } = world.db;
  const index = chunkIndex(world.db, { vaultId });
  const entry = (id: string, offset: number) => ({ id: chunk(id), offset, length: 10, plainLength: 20 });
  await index.add({ pack, bytes: 100 }, [entry("a", 8), entry("b", 60)]);
  const vmId = await addVm(world.db, world.clock);
  const [head, tail] = [await addPoint(vaultId, vmId), await addPoint(vaultId, vmId)];
  const needs = new Map([head, tail].map((id, n) => [id, { pack, offset: n === 0 ? 8 : 60 }]));
  const states = async () => [await stateOf(head), await stateOf(tail)];
  // The end of the pack is gone.
  await record(vaultId, [found(WHOLE_OBJECT, { problem: "it has 40 bytes and not 100" })]);
  await search(vaultId, needs);
  expect(await states()).toEqual(["damaged", "damaged"]);

  const [{ readWholeAt }] = await prisma.$queryRaw<
    [{ readWholeAt: Date }]
  >`SELECT kluis_now() AS "readWholeAt"`;
  await prisma.recoveryPoint.update({ where: { id: head }, data: { readWholeAt } });
  await inTransaction(world.db, (tx) => recordReadWhole(tx, { vaultId, pointId: head }));
  expect(await states()).toEqual(["available", "damaged"]);
  expect((await index.lookup([chunk("a"), chunk("b")])).size).toBe(0);
  await search(vaultId, needs);
  expect(await states()).toEqual(["available", "damaged"]);

  // Now all of it is gone.
  await record(vaultId, [found(WHOLE_OBJECT, { reason: "missing" })]);
  await search(vaultId, needs);
  expect(await states()).toEqual(["damaged", "damaged"]);
});

test("a damaged pack marks every point that needs it, and the points are available again when it is healed", async () => {
  const vaultId = await addVault();
  const vmId = await addVm(world.db, world.clock);
  const [first, second, third] = [
    await addPoint(vaultId, vmId),
    await addPoint(vaultId, vmId),
    await addPoint(vaultId, vmId),
  ];
  await record(vaultId, [found(WHOLE_OBJECT, { reason: "missing" })], second);
  expect([await stateOf(first), await stateOf(second)]).toEqual(["available", "damaged"]);
  expect(await listVaultsToReach(world.db.prisma)).toEqual([vaultId]);
  const needs = new Map([
    [first, { pack, offset: 8 }],
    [second, { pack, offset: 18 }],
  ]);
  await search(vaultId, needs);
  expect([await stateOf(first), await stateOf(second), await stateOf(third)]).toEqual([
    "damaged",
    "damaged",
    "available",
  ]);
  // Every point is known: another search examines only points that are newer.
  expect(await listPointsToReach(world.db.prisma, { vaultId, after: null, limit: 10 })).toEqual([]);
  expect(await world.db.prisma.attention.count({ where: { kind: "vault-damage" } })).toBe(1);

  const heal = (offset: number) =>
    inTransaction(world.db, (tx) =>
      recordHealed(tx, {
        vaultId,
        jobId: null,
        places: [{ pack, offset, place: { pack: other, offset: 8 } }],
      }),
    );
  await heal(8);
  await search(vaultId, needs);
  expect([await stateOf(first), await stateOf(second)]).toEqual(["available", "damaged"]);
  await heal(18);
  await search(vaultId, needs);
  expect(await stateOf(second)).toBe("available");
  const damage = await world.db.prisma.vaultDamage.findFirstOrThrow();
  expect(damage).toMatchObject({ healedBy: "backup" });
  expect(await world.db.prisma.attention.count({ where: { kind: "vault-damage" } })).toBe(0);
  expect(await kinds()).toEqual([
    "vault.damage-found",
    "point.damaged",
    "point.damaged",
    "vault.damage-healed",
    "point.healed",
    "vault.damage-healed",
    "point.healed",
    "vault.damage-healed",
  ]);
});

test("damage that no point needs is closed, and is open again for a point whose backup ran when it was found", async () => {
  const vaultId = await addVault();
  const startedAt = new Date(0);
  await record(vaultId, [found(8)]);
  await search(vaultId, new Map());
  expect(await world.db.prisma.vaultDamage.findFirstOrThrow()).toMatchObject({ healedBy: "unneeded" });
  // Deduplication still skips it.
  expect(await world.db.prisma.vaultDamageItem.count()).toBe(1);
  const point = await addPoint(vaultId, await addVm(world.db, world.clock));
  await inTransaction(world.db, (tx) => reachNewPoint(tx, { vaultId, jobStartedAt: startedAt }));
  await search(vaultId, new Map([[point, { pack, offset: 8 }]]));
  expect(await stateOf(point)).toBe("damaged");
});

test("a damaged manifest marks its own point", async () => {
  const vaultId = await addVault();
  const point = await addPoint(vaultId, await addVm(world.db, world.clock));
  await record(vaultId, [found(WHOLE_OBJECT, { object: `points/${point}` })]);
  await search(vaultId, new Map());
  expect(await stateOf(point)).toBe("damaged");
});

test("a warning of damage is judged again when a point is removed", async () => {
  const vaultId = await addVault();
  const vmId = await addVm(world.db, world.clock);
  const otherId = await addVm(world.db, world.clock, vmFacts("web-02"));
  const points = [await addPoint(vaultId, vmId), await addPoint(vaultId, otherId)] as const;
  await record(vaultId, [found(WHOLE_OBJECT, { object: `points/${points[0]}` })]);
  await search(vaultId, new Map());
  const { prisma } = world.db;
  await judgeDamagedVms(world.db);
  const warned = { where: { kind: "point-damage", vmId } };
  expect(await prisma.attention.count(warned)).toBe(1);
  const asked = async (pointId: string): Promise<number> => {
    await prisma.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
    const deletion = { pointId, reason: "test", actor: person, purgeAt: new Date(Date.now() + 86_400_000) };
    await inTransaction(world.db, (tx) => softDeletePoints(tx, [deletion]));
    const tasks = await prisma.$queryRaw<unknown[]>`
      SELECT FROM graphile_worker.jobs WHERE task_identifier = 'vault.damage-reach'`;
    return tasks.length;
  };
  expect([await asked(points[1]), await asked(points[0])]).toEqual([0, 1]);
  await judgeDamagedVms(world.db);
  expect(await prisma.attention.count(warned)).toBe(0);
});

test("damage of a table stays open until a verification reads the table, or its pack is gone", async () => {
  const vaultId = await addVault();
  const { prisma } = world.db;
  const index = chunkIndex(world.db, { vaultId });
  await index.add({ pack, bytes: 100 }, [{ id: chunk("a"), offset: 8, length: 10 }]);
  const point = await addPoint(vaultId, await addVm(world.db, world.clock));
  const table = found(100, { reason: "table", problem: "its table of contents does not open" });
  const open = () => prisma.vaultDamage.count({ where: { healedAt: null } });

  await record(vaultId, [table], point);
  // Items are read without it: no point needs it, deduplication uses the pack, and no search concerns it.
  expect(await stateOf(point)).toBe("available");
  expect([...(await index.lookup([chunk("a")])).keys()]).toEqual([chunk("a")]);
  expect((await avoidedPlaces(world.db, vaultId)).isEmpty).toBe(true);
  expect(await listVaultsToReach(prisma)).toEqual([]);
  await search(vaultId, new Map());
  await closeGoneTables(world.db);
  expect(await open()).toBe(1);

  const later = new Date(Date.now() + 3_600_000);
  const good = { vaultId, objects: [name(pack)], before: later };
  await closeGoodTables(world.db, { ...good, objects: [name(other)] });
  await closeGoodTables(world.db, { ...good, before: new Date(0) });
  expect(await open()).toBe(1);
  await closeGoodTables(world.db, good);
  await closeGoodTables(world.db, good);
  expect(await prisma.vaultDamage.findFirstOrThrow()).toMatchObject({ healedBy: "verification" });
  expect(await prisma.attention.count({ where: { kind: "vault-damage" } })).toBe(0);

  await record(vaultId, [table]);
  expect(await open()).toBe(1);
  await prisma.vaultPack.updateMany({ where: { packId: pack }, data: { movedAt: new Date() } });
  await closeGoneTables(world.db);
  expect(await prisma.vaultDamage.findFirstOrThrow()).toMatchObject({ healedBy: "unneeded" });
});

test("damage of a pack concerns the healed items that moved to it, and backups read them again", async () => {
  const vaultId = await addVault();
  const { prisma } = world.db;
  for (const id of [pack, other]) await chunkIndex(world.db, { vaultId }).add({ pack: id, bytes: 100 }, []);
  const places = [{ pack, offset: 8, place: { pack: other, offset: 8 } }];
  await inTransaction(world.db, (tx) => recordHealed(tx, { vaultId, jobId: null, places }));
  const items = [
    { pack, offset: 8 },
    { pack, offset: 18 },
    { pack: other, offset: 8 },
  ];
  expect(items.map((await matchDamage(prisma, vaultId)).isMoved)).toEqual([false, false, false]);

  await record(vaultId, [found(WHOLE_OBJECT, { object: name(other), reason: "missing" })]);
  expect(items.map((await matchDamage(prisma, vaultId)).isMoved)).toEqual([true, false, false]);
  const avoided = await avoidedPlaces(world.db, vaultId);
  expect(items.map((place) => avoided.has(place))).toEqual([true, false, true]);
  expect(avoided.hasPack(pack)).toBe(true);
});

test("a missing pack whose items moved tables lead to damages no point, also when it was recorded before", async () => {
  const vaultId = await addVault();
  const { prisma } = world.db;
  const index = chunkIndex(world.db, { vaultId });
  const entry = (id: string, offset: number) => ({ id: chunk(id), offset, length: 10, plainLength: 20 });
  await index.add({ pack, bytes: 100 }, [entry("a", 8), entry("b", 18)]);
  await index.add({ pack: other, bytes: 100 }, [entry("c", 8)]);
  const vmId = await addVm(world.db, world.clock);
  const [first, second] = [await addPoint(vaultId, vmId), await addPoint(vaultId, vmId)];
  const needs = new Map([
    [first, { pack, offset: 8 }],
    [second, { pack, offset: 18 }],
  ]);
  const moved = (...offsets: number[]) =>
    offsets.map((offset) => ({ pack, offset, place: { pack: other, offset } }));
  const compared = (findings: DamageFinding[], places: ReturnType<typeof moved>) =>
    inTransaction(world.db, (tx) =>
      recordDamage(tx, { vaultId, foundBy: "comparison", findings, moved: places }),
    );
  await compared([found(WHOLE_OBJECT, { object: name(pack), reason: "missing" })], moved(8));
  await search(vaultId, needs);
  expect([await stateOf(first), await stateOf(second)]).toEqual(["available", "damaged"]);
  await compared([], moved(8, 18));
  await search(vaultId, needs);
  expect([await stateOf(first), await stateOf(second)]).toEqual(["available", "available"]);
  expect(await prisma.vaultDamage.findFirst({ where: { vaultId } })).toMatchObject({ healedBy: "moved" });
  expect(await prisma.vaultPack.findFirst({ where: { vaultId, packId: pack } })).toMatchObject({
    state: "missing",
  });
});
