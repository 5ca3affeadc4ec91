import { randomUUID } from "node:crypto";
import { limits, taskCatalog } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import type { Db } from "../client.ts";
import { readVaultTotals } from "../vaults/totals.ts";
import { type VaultScope, vaultScope } from "./accounts.ts";
import { chunkIndex } from "./chunk-index.ts";
import { beginDeletion, condemnPacks, forgetPacks, listDeletingPacks } from "./work.ts";

const world = freshWorld();

async function newVault(db: Db): Promise<VaultScope> {
  const id = randomUUID();
  await db.prisma.vault.create({ data: { id, name: id, kind: "folder" } });
  return vaultScope(db.prisma, id);
}

async function numberOf(db: Db, packId: string): Promise<number> {
  return (await db.prisma.vaultPack.findFirstOrThrow({ where: { packId } })).number;
}

const id = (text: string): string => text.repeat(48 / text.length);
const entry = (chunk: string, offset: number) => ({ id: chunk, offset, length: 10 });
/** The time of the database at which a grace period began. */
const ago = (ms: number): Date => new Date(Date.now() - ms);

test("the chunk index keeps the first place of a chunk; condemned packs are skipped and replaced", async () => {
  const { db } = world;
  const scope = await newVault(db);
  const { vaultId } = scope;
  const index = chunkIndex(db, { vaultId });
  await index.add({ pack: "p1", bytes: 100 }, [entry(id("a"), 0), entry(id("b"), 10)]);
  await index.add({ pack: "p1", bytes: 100 }, [entry(id("a"), 0), entry(id("b"), 10)]);
  await index.add({ pack: "p2", bytes: 100 }, [entry(id("b"), 70), entry(id("c"), 80)]);
  expect(await index.lookup([id("a"), id("b"), id("c"), id("d")])).toEqual(
    new Map([
      [id("a"), { pack: "p1", offset: 0, length: 10 }],
      [id("b"), { pack: "p1", offset: 10, length: 10 }],
      [id("c"), { pack: "p2", offset: 80, length: 10 }],
    ]),
  );
  const twice = await db.prisma.vaultPack.findMany({ where: { vaultId }, orderBy: { packId: "asc" } });
  expect(twice.map(({ packId, twice: bytes }) => [packId, bytes])).toEqual([
    ["p1", 0n],
    ["p2", 10n],
  ]);
  await condemnPacks(db.prisma, scope, { packs: [await numberOf(db, "p1")], before: ago(0) });
  expect([...(await index.lookup([id("a"), id("b"), id("c")])).keys()]).toEqual([id("c")]);
  await index.add({ pack: "p3", bytes: 100 }, [entry(id("b"), 5)]);
  expect((await index.lookup([id("b")])).get(id("b"))?.pack).toBe("p3");
  expect(await readVaultTotals(db.prisma, vaultId)).toMatchObject({
    "pack-idle": { count: 2, bytes: 200 },
    "pack-condemned": { count: 1, bytes: 100 },
  });
  await index.removePacks(["p1"]);
  expect([...(await index.lookup([id("a"), id("b")])).keys()]).toEqual([id("b")]);
  expect(await chunkIndex(db, newVaultId()).lookup([id("c")])).toEqual(new Map());
});

const newVaultId = () => ({ vaultId: randomUUID() });

test("the same chunk id in two vaults has two places", async () => {
  const { db } = world;
  const [one, two] = [await newVault(db), await newVault(db)];
  await chunkIndex(db, one).add({ pack: "p", bytes: 1 }, [entry(id("a"), 1)]);
  await chunkIndex(db, two).add({ pack: "p", bytes: 1 }, [entry(id("a"), 2)]);
  expect((await chunkIndex(db, one).lookup([id("a")])).get(id("a"))?.offset).toBe(1);
  expect((await chunkIndex(db, two).lookup([id("a")])).get(id("a"))?.offset).toBe(2);
});

test("writers of the same chunks in different orders do not deadlock", async () => {
  const { db } = world;
  const index = chunkIndex(db, await newVault(db));
  const ids = Array.from({ length: 300 }, (_, number) => number.toString(16).padStart(48, "0"));
  const entries = ids.map((chunk, number) => ({ id: chunk, offset: number, length: 1 }));
  await Promise.all(
    Array.from({ length: 6 }, (_, writer) =>
      index.add({ pack: `p${writer}`, bytes: 1 }, writer % 2 ? entries : entries.toReversed()),
    ),
  );
  expect((await index.lookup(ids)).size).toBe(300);
});

test("a hit keeps a pack that no node names yet from being condemned", async () => {
  const { db } = world;
  const scope = await newVault(db);
  const index = chunkIndex(db, scope);
  await index.add({ pack: "p", bytes: 1 }, [entry(id("a"), 1)]);
  await db.prisma.$executeRaw`UPDATE "VaultPack" SET "idleSince" = "idleSince" - interval '3 hours'`;
  const condemn = async () =>
    condemnPacks(db.prisma, scope, { packs: [await numberOf(db, "p")], before: ago(limits.packGraceMs) });
  expect((await index.lookup([id("a")])).size).toBe(1);
  expect(await condemn()).toBe(0);
  await db.prisma.$executeRaw`UPDATE "VaultPack" SET "idleSince" = "idleSince" - interval '3 hours'`;
  expect(await condemn()).toBe(1);
  expect((await index.lookup([id("a")])).size).toBe(0);
});

test("a hit during a pass keeps the pack, also when the pass takes longer than the grace period", async () => {
  const { db } = world;
  const scope = await newVault(db);
  const index = chunkIndex(db, scope);
  await index.add({ pack: "p", bytes: 1 }, [entry(id("a"), 1)]);
  const packs = [await numberOf(db, "p")];
  const passHours = async (hours: number) =>
    db.prisma.$executeRaw`UPDATE "VaultPack" SET "idleSince" = "idleSince" - ${hours} * interval '1 hour'`;
  await passHours(8);
  // The pass began 5 hours ago. A job used the pack 3 hours ago, and is not in what the pass has read.
  await index.lookup([id("a")]);
  await passHours(3);
  const before = ago(limits.packGraceMs + 5 * 3_600_000);
  expect(await condemnPacks(db.prisma, scope, { packs, before })).toBe(0);
  expect(await condemnPacks(db.prisma, scope, { packs, before: ago(limits.packGraceMs) })).toBe(1);
});

test("a deletion applies only to packs that are condemned for the grace period, and forgets their chunks", async () => {
  const { db } = world;
  const scope = await newVault(db);
  const index = chunkIndex(db, scope);
  await index.add({ pack: "p", bytes: 7 }, [entry(id("a"), 1)]);
  const packs = [await numberOf(db, "p")];
  const begin = (graceMs: number, keepUntil: Date | null = null) =>
    beginDeletion(db.prisma, scope, { packs, before: ago(graceMs), keepUntil });
  expect(await begin(0)).toBe(0);
  await condemnPacks(db.prisma, scope, { packs, before: ago(0) });
  expect(await begin(limits.packGraceMs)).toBe(0);
  expect(await begin(0, new Date(Date.now() + limits.packGraceMs))).toBe(0);
  expect(await listDeletingPacks(db.prisma, scope, 10)).toEqual([]);
  expect(await begin(0)).toBe(1);
  expect(await db.prisma.vaultChunk.count()).toBe(0);
  expect(await listDeletingPacks(db.prisma, scope, 10)).toMatchObject([
    { packId: "p", bytes: 7, kind: "chunks" },
  ]);
  await forgetPacks(db.prisma, scope, packs);
  expect(await db.prisma.vaultPack.count()).toBe(0);
});

test("a condemned pack is kept for longer than a segment may take that began to use it", () => {
  expect(limits.packGraceMs).toBeGreaterThan(limits.segmentLongestMs);
  const taskMs = taskCatalog["backup.segment"].timeoutMinutes * 60_000;
  expect(limits.segmentLongestMs).toBeGreaterThan(taskMs);
  expect(limits.segmentLongestMs).toBeGreaterThan(taskCatalog["backup.transfer"].timeoutMinutes * 60_000);
});
