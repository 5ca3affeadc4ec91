import { randomUUID } from "node:crypto";
import { errorInfo, KluisError } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { addAccount, awaitAccount, type RootNode, removeAccount } from "./account-points.ts";
import {
  type CountedNode,
  countDropped,
  countedOf,
  countWalked,
  listUnneededNodes,
  listUnwalkedNodes,
  type NamedPack,
  type NodeUse,
  type StoredNode,
  setNodeProblem,
  type VaultScope,
  vaultScope,
} from "./accounts.ts";
import { chunkIndex } from "./chunk-index.ts";
import { linkFound, listUnlinked } from "./moves.ts";
import { settleUnaccounted } from "./unaccounted.ts";
import { condemnPacks, readDoubt } from "./work.ts";

const world = freshWorld();

/** Two disks of two segments; the second point shares the second segment. */
const node = (level: number, offset: number): CountedNode => ({
  level,
  digest: offset.toString(16).padStart(48, "0"),
  pack: "nodes",
  offset,
  length: 100,
});
const [rootA, rootB] = [node(3, 1), node(3, 2)];
const [first, second, third] = [node(2, 10), node(2, 20), node(2, 30)];
const chunks = (pack: string, live: number): NamedPack => ({ pack, kind: "chunks", live });
const own: NamedPack = { pack: "nodes", kind: "nodes", live: 100 };
const named = new Map<number, Pick<NodeUse, "children" | "packs">>([
  [1, { children: [first, second], packs: [own] }],
  [2, { children: [second, third], packs: [own] }],
  [10, { children: [], packs: [own, chunks("p1", 5)] }],
  [20, { children: [], packs: [own, chunks("p1", 7), chunks("p2", 11)] }],
  [30, { children: [], packs: [own, chunks("p3", 13)] }],
]);
const rootOf = (from: CountedNode): RootNode => ({ ...from, ref: `${from.level}:${from.offset}` });
const parse = (ref: string): RootNode => rootOf(ref === "3:1" ? rootA : rootB);
const useOf = (from: StoredNode): NodeUse => ({
  node: from,
  ...(named.get(from.offset) ?? { children: [], packs: [] }),
});

/** Adds a point, as the transaction at the end of its backup does, and counts its root. */
async function add(scope: VaultScope, pointId: string, root: CountedNode): Promise<boolean> {
  const { prisma } = world.db;
  const roots = [rootOf(root)];
  await awaitAccount(prisma, { ...scope, pointId, roots: roots.map(({ ref }) => ref) });
  return addAccount(prisma, scope, { pointId, roots });
}

async function prepared(): Promise<VaultScope> {
  const { db } = world;
  const id = randomUUID();
  await db.prisma.vault.create({ data: { id, name: id, kind: "folder" } });
  for (const pack of ["nodes", "p1", "p2", "p3"])
    await chunkIndex(db, { vaultId: id }).add({ pack, bytes: 100 }, []);
  return vaultScope(db.prisma, id);
}

async function settle(scope: VaultScope): Promise<void> {
  const { prisma } = world.db;
  for (;;) {
    const open = await listUnwalkedNodes(prisma, scope, 2);
    await countWalked(prisma, scope, open.map(useOf));
    const unneeded = await listUnneededNodes(prisma, scope, 2);
    await countDropped(prisma, scope, unneeded.map(useOf));
    if (open.length + unneeded.length === 0) return;
  }
}

async function counts(): Promise<Record<string, readonly [number, number, boolean]>> {
  const packs = await world.db.prisma.vaultPack.findMany();
  const uses = new Map((await world.db.prisma.vaultUse.findMany()).map((use) => [use.pack, use]));
  return Object.fromEntries(
    packs.map(({ packId, number, idleSince }) => {
      const use = uses.get(number);
      return [packId, [use?.refs ?? 0, Number(use?.live ?? 0), idleSince !== null]];
    }),
  );
}

const idle = [0, 0, true];

test("points count what they reach once, whatever they share, and nothing stays when they are gone", async () => {
  const scope = await prepared();
  const { prisma } = world.db;
  expect(await add(scope, "a", rootA)).toBe(true);
  expect(await add(scope, "a", rootA)).toBe(false);
  await settle(scope);
  expect(await counts()).toEqual({
    nodes: [3, 300, false],
    p1: [2, 12, false],
    p2: [1, 11, false],
    p3: idle,
  });
  await add(scope, "b", rootB);
  await settle(scope);
  expect(await counts()).toMatchObject({ nodes: [5, 500, false], p1: [2, 12, false], p3: [1, 13, false] });
  expect([...(await countedOf(prisma, scope, [first, node(2, 99)]))]).toEqual(["nodes:10"]);
  expect(await removeAccount(prisma, scope, { pointId: "a", parse })).toBe(true);
  expect(await removeAccount(prisma, scope, { pointId: "a", parse })).toBe(false);
  await settle(scope);
  expect(await counts()).toMatchObject({ nodes: [3, 300, false], p1: [1, 7, false], p2: [1, 11, false] });
  await removeAccount(prisma, scope, { pointId: "b", parse });
  await settle(scope);
  expect(await counts()).toEqual({ nodes: idle, p1: idle, p2: idle, p3: idle });
  expect(await prisma.vaultNode.count()).toBe(0);
});

test("two runs at once count each node once", async () => {
  const scope = await prepared();
  const { prisma } = world.db;
  await add(scope, "a", rootA);
  await add(scope, "b", rootB);
  await Promise.all([settle(scope), settle(scope), settle(scope)]);
  expect(await counts()).toMatchObject({ nodes: [5, 500, false], p1: [2, 12, false], p3: [1, 13, false] });
  await Promise.all([
    removeAccount(prisma, scope, { pointId: "a", parse }),
    removeAccount(prisma, scope, { pointId: "b", parse }),
  ]);
  await Promise.all([settle(scope), settle(scope)]);
  expect(await counts()).toEqual({ nodes: idle, p1: idle, p2: idle, p3: idle });
});

test("a node that a new point names again is not dropped", async () => {
  const scope = await prepared();
  const { prisma } = world.db;
  await add(scope, "a", rootA);
  await settle(scope);
  await removeAccount(prisma, scope, { pointId: "a", parse });
  const unneeded = await listUnneededNodes(prisma, scope, 10);
  await add(scope, "c", rootA);
  expect(await countDropped(prisma, scope, unneeded.map(useOf))).toBe(0);
  await settle(scope);
  expect(await counts()).toMatchObject({ nodes: [3, 300, false], p1: [2, 12, false] });
});

test("a node that cannot be read waits, is named, and does not stop the others", async () => {
  const scope = await prepared();
  const { prisma } = world.db;
  await add(scope, "a", rootA);
  await add(scope, "b", rootB);
  const broken: StoredNode = { ...rootA, pointId: "a" };
  const problem = errorInfo(new KluisError("VAULT_DATA_DAMAGED", { message: "damaged" }));
  await setNodeProblem(prisma, scope, { node: broken, problem, retryMs: 60_000 });
  await settle(scope);
  expect(await counts()).toMatchObject({ p1: [1, 7, false], p3: [1, 13, false] });
  expect(await readDoubt(prisma, scope)).toMatchObject({ open: 0, unreadable: 1, pointId: "a" });
  const raised = () => prisma.attention.findMany({ select: { key: true, message: true } });
  expect(await settleUnaccounted(world.db, scope)).toBe(1);
  expect(await settleUnaccounted(world.db, scope)).toBe(1);
  expect((await raised()).map(({ key }) => key)).toEqual([`vault-account:${scope.vaultId}:a`]);
  // Its point is deleted: what it named was never counted.
  await removeAccount(prisma, scope, { pointId: "a", parse });
  await settle(scope);
  expect(await readDoubt(prisma, scope)).toMatchObject({ open: 0, unreadable: 0 });
  expect(await settleUnaccounted(world.db, scope)).toBe(0);
  expect(await raised()).toEqual([]);
});

test("a moved table that only the storage knows keeps the packs to which it leads", async () => {
  const scope = await prepared();
  const { prisma } = world.db;
  const listed = ["p1", "p2", "unknown"].map((pack) => ({ pack, tables: 1 }));
  const unlinked = async () => (await listUnlinked(prisma, scope, listed)).map(({ pack }) => pack);
  expect(await unlinked()).toEqual(["p1", "p2"]);
  for (let run = 0; run < 2; run++)
    await linkFound(prisma, scope, { pack: "p1", tables: 1, targets: ["p3", "stranger"] });
  expect(await unlinked()).toEqual(["p2"]);
  expect(await counts()).toMatchObject({ p3: [1, 0, false], stranger: [1, 0, false], p2: idle });
});

test("a condemned pack that a point names is usable again, and a pack of another database gets a row", async () => {
  const scope = await prepared();
  const { prisma } = world.db;
  await prisma.vaultPack.deleteMany({ where: { packId: "p2" } });
  const { number } = await prisma.vaultPack.findFirstOrThrow({ where: { packId: "p1" } });
  await condemnPacks(prisma, scope, { packs: [number], before: new Date() });
  await add(scope, "a", rootA);
  await settle(scope);
  expect(await prisma.vaultPack.findMany({ where: { condemnedAt: { not: null } } })).toEqual([]);
  expect(await prisma.vaultPack.findFirst({ where: { packId: "p2" } })).toMatchObject({
    createdAt: new Date(0),
    idleSince: null,
  });
});
