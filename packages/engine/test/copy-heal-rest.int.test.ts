/** What a copy heals besides packs of content: manifests, nodes above the parts, packs that only look damaged; and what it cannot heal. */
import { inTransaction, recordDamage } from "@kluis/db";
import { parseNodeRef } from "@kluis/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { addFolderVault, copied, copyTo, startOn } from "./second-copies.ts";
import { MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

/** Three parts, so that a node is above them. */
const SIZE = 2 * 1024 * MIB + 32 * MIB;
/** A busy machine needs more than the usual time. */
const LONG_MS = 300_000;
const signal = AbortSignal.timeout(4 * LONG_MS);
let world: World;
let engine: Engine;
let point: PointRow;
let copy: PointRow;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const second = await addFolderVault(world, "second");
  const patches = [random(0, 3 * MIB), random(1024 * MIB, MIB), random(2048 * MIB, MIB)];
  const image = await world.image("web", SIZE, patches);
  const vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
  point = await world.backUp(vmId);
  await world.db.prisma.protection.update({ where: { vmId }, data: { state: "stopped" } });
  await copyTo(world, { from: point.vaultId, to: second });
  await keepCopies(engine.deps, signal);
  copy = await copied(world, point, second);
}, LONG_MS);
afterAll(() => world.stop());

const prisma = () => world.db.prisma;
const rowOf = ({ id }: PointRow) => prisma().recoveryPoint.findUniqueOrThrow({ where: { id } });
const healingsOf = ({ id }: PointRow) =>
  prisma().job.findMany({
    where: { kind: "copy-point", parameters: { path: ["heals"], equals: id } },
    orderBy: { createdAt: "asc" },
  });

/** Records damage of an object, as a verification does. */
async function damage({ id: pointId, vaultId }: PointRow, object: string, reason: "missing" | "unreadable") {
  const finding = { object, offset: -1, reason, problem: "it does not open" } as const;
  const found = { vaultId, foundBy: "verification", findings: [finding], pointId } as const;
  await inTransaction(world.db, (tx) => recordDamage(tx, found));
  await reachDamage(engine.deps, signal);
  expect(await rowOf({ ...copy, id: pointId })).toMatchObject({ state: "damaged" });
}

async function remove({ vaultId }: PointRow, object: string): Promise<void> {
  const { store } = await engine.deps.vaults.open(vaultId);
  await store.delete(object, signal);
}

/** The keeper of copies looks until nothing is left to do. Returns the jobs that healed the point. */
async function heal(damaged: PointRow) {
  const before = (await healingsOf(damaged)).length;
  for (let pass = 0; pass < 8; pass++) {
    await keepCopies(engine.deps, signal);
    const open = await prisma().job.findMany({ where: { endedAt: null }, select: { id: true } });
    for (const { id } of open) await world.ended(id);
    await reachDamage(engine.deps, signal);
    if (open.length === 0) break;
  }
  return (await healingsOf(damaged)).slice(before);
}

async function expectIntact(healed: PointRow): Promise<void> {
  expect(await rowOf(healed)).toMatchObject({ state: "available", notHealed: null, healTries: 0 });
  const verified = await world.ended(await startOn(world, healed, { kind: "verify", mode: "full" }));
  expect(verified).toMatchObject({ state: "succeeded", error: null });
  expect(await world.pointDigest(healed, "os")).toBe(await world.pointDigest(point, "os"));
}

const packOfRoot = ({ disks }: PointRow): string => {
  const root = disks[0]?.root ?? "";
  const pack = /[0-9a-f]{32}/.exec(
    parseNodeRef(root)
      .split(":")
      .find((part) => part.length === 32) ?? "",
  )?.[0];
  return `nodes/${pack?.slice(0, 2) ?? ""}/${pack ?? ""}`;
};

describe("healing from another vault", () => {
  it(
    "makes a missing manifest of a copy again, byte for byte by its digest, and a damaged one of a point",
    async () => {
      await remove(copy, `points/${copy.id}`);
      await damage(copy, `points/${copy.id}`, "missing");
      expect(await heal(copy)).toMatchObject([{ state: "succeeded" }]);
      await expectIntact(copy);

      const { store, vault } = await engine.deps.vaults.open(point.vaultId);
      await remove(point, `points/${point.id}`);
      await store.put(`points/${point.id}`, [Buffer.from("junk")], signal);
      await damage(point, `points/${point.id}`, "unreadable");
      expect(await heal(point)).toMatchObject([{ state: "succeeded" }]);
      expect((await vault.getManifest(point.id, signal)).digest).toBe(point.manifestDigest);
      await expectIntact(point);
    },
    LONG_MS,
  );

  it(
    "builds the nodes above the parts again, which name what is there",
    async () => {
      const pack = packOfRoot(copy);
      await remove(copy, pack);
      await damage(copy, pack, "missing");
      const packs = await prisma().vaultPack.count({ where: { vaultId: copy.vaultId, kind: 1 } });
      expect(await heal(copy)).toMatchObject([{ state: "succeeded" }]);
      expect(await prisma().vaultPack.count({ where: { vaultId: copy.vaultId, kind: 1 } })).toBe(packs);
      await expectIntact(copy);
    },
    LONG_MS,
  );

  it(
    "frees a point whose packs of nodes are recorded as a whole although their nodes open",
    async () => {
      const rows = await prisma().vaultPack.findMany({
        where: { vaultId: point.vaultId, kind: 2, state: "live" },
        select: { packId: true },
      });
      for (const { packId } of rows)
        await damage(point, `nodes/${packId.slice(0, 2)}/${packId}`, "unreadable");
      const jobs = await heal(point);
      expect(jobs.length).toBeLessThanOrEqual(2);
      await expectIntact(point);
    },
    LONG_MS,
  );

  it(
    "says once what it cannot heal, and does not try again",
    async () => {
      const change = (manifestDigest: string) =>
        prisma().recoveryPoint.update({ where: { id: copy.id }, data: { manifestDigest } });
      const { store } = await engine.deps.vaults.open(copy.vaultId);
      const object = `points/${copy.id}`;
      const bytes = await store.get(object, { signal });
      // Nothing that is known gives this digest.
      await change("ab".repeat(32));
      await damage(copy, object, "unreadable");
      expect(await heal(copy)).toMatchObject([{ state: "failed", error: { code: "VAULT_DATA_DAMAGED" } }]);
      expect(await rowOf(copy)).toMatchObject({ state: "damaged", notHealed: "manifest" });
      const key = `point-heal:${copy.id}`;
      expect(await prisma().attention.findUnique({ where: { key } })).toMatchObject({
        vmId: copy.vmId,
        notice: { code: "point-not-healed", params: { why: "manifest" } },
      });
      await world.clock.jump({ hours: 13 });
      expect(await heal(copy)).toEqual([]);
      const told = await prisma().ledgerEvent.findMany({ where: { kind: "attention.raised" } });
      expect(told.filter(({ data }) => JSON.stringify(data).includes(key))).toHaveLength(1);
      // Nothing was deleted, and a verification frees it when it is right.
      expect(Buffer.compare(await store.get(object, { signal }), bytes)).toBe(0);
      await change(copy.manifestDigest);
      const verified = await world.ended(await startOn(world, copy, { kind: "verify", mode: "full" }));
      expect(verified).toMatchObject({ state: "succeeded" });
      await keepCopies(engine.deps, signal);
      expect(await rowOf(copy)).toMatchObject({ state: "available", notHealed: null });
      expect(await prisma().attention.findUnique({ where: { key } })).toBeNull();
    },
    LONG_MS,
  );
});
