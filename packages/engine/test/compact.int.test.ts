/** Compaction of a vault by the engine: packs with little live data are replaced, and every point stays as it is. */
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { collectVaults } from "../src/upkeep/collect.ts";
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

async function objects(prefix: string): Promise<string[]> {
  const { store } = await engine.deps.vaults.openDefault();
  return (await Array.fromAsync(store.list(prefix, soon()))).map(({ name }) => name);
}

async function remove(point: PointRow): Promise<void> {
  const job = { kind: "delete-point", vmId: point.vmId, pointId: point.id, trigger: "manual" } as const;
  const parameters = { reason: "test" };
  const id = await inTransaction(world.db, (tx) =>
    createJob(tx, { ...job, actor: engineActor, parameters }, systemClock),
  );
  expect((await world.ended(id)).state).toBe("succeeded");
}

/** One block in each window, so that a pack has a chunk of each: 48 windows, of which later points keep a quarter. */
const windows = Array.from({ length: 48 }, (_, window) => window);
const first = windows.map((window) => random(window * MIB, 64 * 1024));
const later = (keep: number) =>
  windows.flatMap((window) => (window % 4 < keep ? [] : [random(window * MIB, 64 * 1024)]));

/** A VM whose first point is gone. */
async function sparseVm(name: string): Promise<{ vmId: string; second: PointRow }> {
  const vmId = await world.protectedVm({
    name,
    disks: [await world.image(name, 64 * MIB, first)],
    policy: standardPolicy,
  });
  const gone = await world.backUp(vmId);
  await world.control.write({ vm: name, disk: "os", image: await world.image(name, 64 * MIB, later(1)) });
  const second = await world.backUp(vmId);
  await remove(gone);
  return { vmId, second };
}

describe("a compaction by the engine", () => {
  it("frees what no point needs, keeps every point, and the next backup names the new packs", async () => {
    const { vmId, second } = await sparseVm("sparse");
    const { prisma } = world.db;
    const before = await objects("packs/");
    // Leaves, is copied, loses its object.
    await collect();
    const [sparse] = await prisma.vaultPack.findMany({ where: { leavingAt: { not: null }, kind: 1 } });
    expect(sparse).toMatchObject({ movedAt: null });
    await collect();
    const moved = await prisma.vaultPack.findFirstOrThrow({ where: { packId: sparse?.packId ?? "" } });
    expect(moved.movedAt).not.toBeNull();
    expect(await objects("moved/")).not.toEqual([]);
    expect(await prisma.vaultMove.count({ where: { from: moved.number } })).toBe(1);
    const freed = await collect();
    expect(freed.freedBytes).toBeGreaterThan(2 * MIB);
    const after = await objects("packs/");
    expect(after.some((name) => name.endsWith(moved.packId))).toBe(false);
    expect(before.some((name) => name.endsWith(moved.packId))).toBe(true);

    const { vault } = await engine.deps.vaults.openDefault();
    expect(await world.pointDigest(second, "os")).toBe(await world.diskDigest("sparse-os"));
    const quick = await vault.verifyPoint(second.id, { mode: "quick", signal: soon() });
    expect(quick.problems).toEqual([]);

    // Content that was moved is found by deduplication, and counts as the VM's own.
    const image = await world.image("sparse", 64 * MIB, [random(50 * MIB, 64 * 1024)]);
    await world.control.write({ vm: "sparse", disk: "os", image });
    const third = await world.backUp(vmId);
    expect(third.storedBytes).toBeLessThan(2n * BigInt(MIB));
    const rows = await prisma.vaultChunk.count({ where: { pack: moved.number } });
    expect(rows).toBe(0);
    const event = await prisma.ledgerEvent.findFirstOrThrow({
      where: { kind: "vault.collected" },
      orderBy: { at: "desc" },
    });
    expect(event.data).toHaveProperty("compaction.removed");

    // When nothing names the old pack any more, its row and its moved tables go.
    await remove(second);
    await remove(third);
    for (let round = 0; round < 4; round++) await collect();
    expect(await prisma.vaultPack.findFirst({ where: { packId: moved.packId } })).toBeNull();
    expect(await objects("moved/")).toEqual([]);
  });
});
