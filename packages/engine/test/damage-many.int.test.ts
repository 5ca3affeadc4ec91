/** One damaged pack that a hundred recovery points of many VMs share. */
import { createCipheriv, randomUUID } from "node:crypto";
import { avoidedPlaces, inTransaction, recordDamage, recordHealed } from "@kluis/db";
import type { BlockSource } from "@kluis/domain";
import { BLOCK_BYTES, type NodeRef, type SealedDisk, type Vault, WINDOW_BYTES } from "@kluis/vault";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { enhancedPolicy, MIB, random, World } from "./world.ts";

const signal = AbortSignal.timeout(240_000);
const DISK_BYTES = 8 * WINDOW_BYTES;
const VMS = 10;

let world: World;
let engine: Engine;
beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

const noise = (seed: number, length: number): Buffer =>
  createCipheriv("aes-256-ctr", Buffer.alloc(32, seed), Buffer.alloc(16)).update(Buffer.alloc(length));

/** Window n of the disk holds what `windows` says; the others are zeros. */
function diskOf(windows: ReadonlyMap<number, Buffer>): BlockSource {
  const bytes = Buffer.alloc(DISK_BYTES);
  for (const [window, content] of windows) content.copy(bytes, window * WINDOW_BYTES);
  return { size: DISK_BYTES, read: async (at, length) => Buffer.from(bytes.subarray(at, at + length)) };
}

interface Place {
  readonly vault: Vault;
  readonly vaultId: string;
}

async function store({ vault, vaultId }: Place, source: BlockSource, base: NodeRef | null) {
  const shared = { diskBytes: DISK_BYTES, base, signal, avoid: await avoidedPlaces(engine.deps.db, vaultId) };
  const extents = [{ offset: 0, length: DISK_BYTES, kind: "data" as const }];
  const segment = await vault.writeSegment({
    ...shared,
    domain: "many",
    segment: 0,
    extents,
    delta: "digest-comparison",
    source,
  });
  const disk = await vault.sealDisk({ ...shared, segments: [segment.node] });
  return { disk, healed: [...segment.healed, ...disk.healed] };
}

/** The rows of a real point, as one of another VM with another map. */
async function clone(pointId: string, vmId: string, { root, rootDigest }: SealedDisk): Promise<string> {
  const id = randomUUID();
  await copyRows("RecoveryPoint", { id: pointId }, { id, vmId, jobId: randomUUID() });
  const disk = { id: randomUUID(), pointId: id, diskBytes: DISK_BYTES, root, rootDigest };
  await copyRows("RecoveryPointDisk", { pointId }, disk);
  return id;
}

async function copyRows(table: string, of: Readonly<Record<string, string>>, change: object): Promise<void> {
  const [column = "", value = ""] = Object.entries(of)[0] ?? [];
  await world.db.pool.query(
    `INSERT INTO "${table}" SELECT (jsonb_populate_record(row, $1::jsonb)).* FROM "${table}" row WHERE row."${column}" = $2::uuid`,
    [JSON.stringify(change), value],
  );
}

async function vmsLike(vmId: string): Promise<string[]> {
  const ids = Array.from({ length: VMS }, () => randomUUID());
  for (const [n, id] of ids.entries()) {
    const name = `many-${n}`;
    await copyRows("VirtualMachine", { id: vmId }, { id, name, resourceId: `/subscriptions/s/vms/${name}` });
  }
  return ids;
}

const statesOf = async (ids: readonly string[]): Promise<Record<string, number>> => {
  const rows = await world.db.prisma.recoveryPoint.groupBy({
    by: ["state"],
    where: { id: { in: [...ids] } },
    _count: { _all: true },
  });
  return Object.fromEntries(rows.map(({ state, _count }) => [state, _count._all]));
};

/** The engine searches too: whichever of both finds the state of the other ends its run. */
async function search(): Promise<void> {
  const unreached = { healedAt: null, reachedAt: null };
  do await reachDamage(engine.deps, signal);
  while ((await world.db.prisma.vaultDamage.count({ where: unreached })) > 0);
}

/** How many statements `work` sends to the database. */
async function statementsOf(work: () => Promise<void>): Promise<number> {
  const count = async () => {
    const { rows } = await world.db.pool.query<{ calls: string }>(
      "SELECT xact_commit + xact_rollback AS calls FROM pg_stat_database WHERE datname = current_database()",
    );
    return Number(rows[0]?.calls);
  };
  const before = await count();
  await work();
  return (await count()) - before;
}

test("a damaged pack marks all hundred points that need it; a backup heals those whose content it met", async () => {
  const image = await world.image("seed", 32 * MIB, [random(0, BLOCK_BYTES)]);
  const vmId = await world.protectedVm({ name: "seed", disks: [image], policy: enhancedPolicy });
  const point = await world.backUp(vmId);
  const { vault } = await engine.deps.vaults.open(point.vaultId);
  const place = { vault, vaultId: point.vaultId };
  const vms = await vmsLike(vmId);
  const [kept, changed, own] = [noise(1, WINDOW_BYTES), noise(2, WINDOW_BYTES), noise(3, WINDOW_BYTES)];
  // Both windows are in one pack. The first fifty points need one of them, the others need both, and ten need neither.
  const both = await store(
    place,
    diskOf(
      new Map([
        [0, kept],
        [1, changed],
      ]),
    ),
    null,
  );
  const packs = await packsOf(vault, both.disk.root);
  const one = await store(place, diskOf(new Map([[0, kept]])), both.disk.root);
  const neither = await store(place, diskOf(new Map([[3, own]])), null);
  const points = { one: [] as string[], both: [] as string[], neither: [] as string[] };
  for (let n = 0; n < 50; n++) {
    const vm = vms[n % VMS] ?? vmId;
    points.one.push(await clone(point.id, vm, one.disk));
    points.both.push(await clone(point.id, vm, both.disk));
    if (n < 10) points.neither.push(await clone(point.id, vm, neither.disk));
  }
  const { vaultId } = point;
  for (const object of packs) {
    const findings = [{ object, offset: -1, reason: "missing", problem: "it is missing" } as const];
    await inTransaction(world.db, (tx) => recordDamage(tx, { vaultId, foundBy: "verification", findings }));
  }
  const statements = await statementsOf(search);
  expect(await statesOf([...points.one, ...points.both])).toEqual({ damaged: 100 });
  expect(await statesOf([...points.neither, point.id])).toEqual({ available: 11 });
  // A fixed number of transactions for each point and VM.
  expect(statements).toBeLessThan(8 * (111 + VMS) + 200);
  expect(await world.db.prisma.attention.count({ where: { kind: "point-damage" } })).toBe(VMS);
  const before = await rangesOf(points.both[0] ?? "");
  expect(before).toEqual([{ offset: 0, length: 2 * WINDOW_BYTES }]);
  expect(await rangesOf(points.one[0] ?? "")).toEqual([{ offset: 0, length: WINDOW_BYTES }]);

  // The disk still has the first window, and no longer the second.
  const next = diskOf(
    new Map([
      [0, kept],
      [1, own],
    ]),
  );
  const { healed } = await store(place, next, both.disk.root);
  await inTransaction(world.db, (tx) => recordHealed(tx, { vaultId, jobId: null, places: healed }));
  await search();
  expect(await statesOf(points.one)).toEqual({ available: 50 });
  expect(await statesOf(points.both)).toEqual({ damaged: 50 });
  expect(await rangesOf(points.both[49] ?? "")).toEqual([{ offset: WINDOW_BYTES, length: WINDOW_BYTES }]);
  expect(await world.db.prisma.pointDamage.count()).toBe(50);
  const raised = await world.db.prisma.attention.findMany({ where: { kind: "point-damage" } });
  expect(raised.map(({ message }) => message.slice(0, 17))).toEqual(Array(VMS).fill("5 recovery points"));
});

async function rangesOf(pointId: string): Promise<unknown> {
  const rows = await world.db.prisma.pointDamage.findMany({ where: { pointId } });
  return rows[0]?.ranges;
}

/** The chunk packs below a root. */
async function packsOf(vault: Vault, root: NodeRef | null): Promise<string[]> {
  if (root === null) throw new Error("The disk is empty.");
  const [segment] = await vault.segmentNodes(root, DISK_BYTES, signal);
  const { packs } = await vault.nodeUse(segment ?? root, signal);
  return packs.filter(({ kind }) => kind === "chunks").map(({ pack }) => `packs/${pack.slice(0, 2)}/${pack}`);
}
