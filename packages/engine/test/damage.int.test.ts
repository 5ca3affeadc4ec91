/** Damage in the vault: found by its readers, avoided by backups, and healed for every point when its content is met again. */
import { createHash } from "node:crypto";
import { createJob, inTransaction, recordDamage } from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { MemoryChunkIndex, parseNodeRef } from "@kluis/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { openSettings } from "../src/runtime/vaults.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { enhancedPolicy, MIB, type PointRow, random, World } from "./world.ts";

const signal = AbortSignal.timeout(480_000);
let world: World;
let engine: Engine;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

const storeOf = async ({ vaultId }: PointRow) => (await engine.deps.vaults.open(vaultId)).store;

async function names(point: PointRow, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of (await storeOf(point)).list(prefix, signal)) found.push(name);
  return found.toSorted((a, b) => a.localeCompare(b));
}

/** Replaces bytes all over an object of the vault. */
async function spoil(point: PointRow, name: string): Promise<void> {
  const store = await storeOf(point);
  const bytes = Buffer.from(await store.get(name, { signal }));
  for (let at = 16; at < bytes.length; at += 512) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await store.delete(name, signal);
  await store.put(name, [bytes], signal);
}

/** Reads the OS disk of a point as a process does that has just started. */
async function content(point: PointRow): Promise<Buffer> {
  const index = new MemoryChunkIndex();
  const settings = engine.deps.vaults.settingsOf(point.vaultId);
  const { vault } = await openSettings(settings, { index, clock: systemClock, signal });
  const root = point.disks[0]?.root ?? null;
  const reader = vault.openDisk(root === null ? null : parseNodeRef(root), Number(point.disks[0]?.diskBytes));
  return Buffer.from(await reader.read(0, 8 * MIB, signal));
}

/** Moves the vault's descriptor away, and back. */
async function withoutDescriptor(point: PointRow, work: () => Promise<void>): Promise<void> {
  const store = await storeOf(point);
  const bytes = await store.get("vault.json", { signal });
  await store.delete("vault.json", signal);
  try {
    await work();
  } finally {
    await store.put("vault.json", [bytes], signal);
  }
}

const stateOf = async ({ id }: PointRow): Promise<string> =>
  (await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id } })).state;

async function found(point: PointRow, object: string): Promise<void> {
  const finding = { object, offset: -1, reason: "unreadable", problem: "it does not open" } as const;
  const { vaultId } = point;
  await inTransaction(world.db, (tx) =>
    recordDamage(tx, { vaultId, foundBy: "verification", findings: [finding], pointId: point.id }),
  );
}

/** Three points by changed ranges. Each change is in another place; nothing else of the disk changes. */
async function chain(name: string): Promise<{ vmId: string; points: PointRow[] }> {
  const image = await world.image(name, 32 * MIB, [random(0, 2 * MIB)]);
  const vmId = await world.protectedVm({ name, disks: [image], policy: enhancedPolicy });
  const points = [await world.backUp(vmId)];
  for (const at of [3, 4]) points.push(await changed(name, vmId, at * MIB));
  return { vmId, points };
}

async function changed(name: string, vmId: string, offset: number): Promise<PointRow> {
  await world.trustLists(vmId);
  const image = await world.image(name, 32 * MIB, [random(offset, 4096)]);
  await world.control.write({ vm: name, disk: "os", image });
  return world.backUp(vmId);
}

describe("damage in the vault", () => {
  it("of a pack that points share marks them all; the next backup by changed ranges heals them all", async () => {
    const before = new Set<string>();
    const { vmId, points } = await chain("shared");
    const [first] = points;
    if (first === undefined) throw new Error("There is no point.");
    const contents = await Promise.all(points.map(content));
    const packs = (await names(first, "packs/")).filter((name) => !before.has(name));
    for (const pack of packs) await spoil(first, pack);
    for (const pack of packs) await found(first, pack);
    await reachDamage(engine.deps, signal);
    expect(await Promise.all(points.map(stateOf))).toEqual(["damaged", "damaged", "damaged"]);
    expect(await world.db.prisma.attention.count({ where: { kind: "vault-damage" } })).toBe(1);

    const healing = await changed("shared", vmId, 6 * MIB);
    expect(healing.disks[0]?.deltaMethod).toBe("changed-ranges");
    await reachDamage(engine.deps, signal);
    const after = await Promise.all(points.map(content));
    expect(after.map((bytes, n) => bytes.equals(contents[n] ?? bytes))).toEqual([true, true, true]);
    expect(await Promise.all([...points, healing].map(stateOf))).toEqual(Array(4).fill("available"));
    expect(await world.pointDigest(healing, "os")).toBe(await world.diskDigest("shared-os"));
    expect(await world.db.prisma.vaultDamage.count({ where: { healedAt: null } })).toBe(0);
    expect(await world.db.prisma.attention.count({ where: { kind: "vault-damage" } })).toBe(0);
    const kinds = await world.db.prisma.ledgerEvent.findMany({ where: { kind: "vault.damage-healed" } });
    expect(kinds.length).toBeGreaterThan(0);
  });

  it("that took the vault itself is named, and no new vault is made over the lost one", async () => {
    const point = await world.db.prisma.recoveryPoint.findFirstOrThrow({ include: { disks: true } });
    const settings = engine.deps.vaults.settingsOf(point.vaultId);
    await withoutDescriptor(point, async () => {
      const opening = { index: new MemoryChunkIndex(), clock: systemClock, signal, isKnown: true };
      await expect(openSettings(settings, opening)).rejects.toMatchObject({ code: "VAULT_NOT_INITIALISED" });
      expect(await (await storeOf(point)).head("vault.json", signal)).toBeNull();
    });
  });

  it("of the base's map stops no backup, and the job says what it could not read", async () => {
    const { vmId, points } = await chain("mapless");
    const [, , last] = points;
    if (last === undefined) throw new Error("There is no point.");
    for (const pack of await names(last, "nodes/")) await spoil(last, pack);
    // Another engine, because this one has read the map before.
    const next = await world.startEngine();
    await engine.stop();
    engine = next;
    world.engines.splice(0, world.engines.length, next);
    const after = await changed("mapless", vmId, 7 * MIB);
    expect(await world.pointDigest(after, "os")).toBe(await world.diskDigest("mapless-os"));
    const job = await world.db.prisma.job.findUniqueOrThrow({ where: { id: after.jobId } });
    const [disk] = after.disks;
    expect([job.state, disk?.deltaMethod]).toEqual(["warning", "changed-ranges"]);
    expect(job.warnings).toMatchObject([{ code: "VAULT_DATA_DAMAGED" }]);
    expect(await world.db.prisma.vaultDamage.count({ where: { jobId: after.jobId } })).toBeGreaterThan(0);
  });

  it("ends a restore, or becomes zeros that the job and the ledger name, when the user chooses that", async () => {
    const old = new Set(await names(await anyPoint(), "packs/"));
    const image = await world.image("partial", 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "partial", disks: [image], policy: enhancedPolicy });
    const point = await world.backUp(vmId);
    const packs = (await names(point, "packs/")).filter((name) => !old.has(name));
    for (const pack of packs) await spoil(point, pack);
    const vm = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
    const { subscriptionId, resourceGroup, location } = vm;
    const restore = async (name: string, more: object) => {
      const place = { subscriptionId, resourceGroup, location, sku: "Premium_LRS" };
      const jobId = await inTransaction(world.db, (tx) =>
        createJob(
          tx,
          {
            kind: "restore-disk",
            vmId,
            pointId: point.id,
            trigger: "manual",
            actor: engineActor,
            parameters: { disk: "os", name, ...place, ...more },
          },
          systemClock,
        ),
      );
      return world.ended(jobId);
    };
    expect(await restore("refused", {})).toMatchObject({
      state: "failed",
      error: { code: "VAULT_DATA_DAMAGED" },
    });
    const job = await restore("in-part", { skipDamaged: true });
    expect(job).toMatchObject({ state: "warning", error: null });
    // All of its data was spoiled: every planned byte is missing, and the disk is zeros.
    const [row] = await world.db.prisma.jobDisk.findMany({ where: { jobId: job.id } });
    const bytes = Number(row?.plannedBytes);
    expect(bytes).toBeGreaterThanOrEqual(2 * MIB);
    const zeros = createHash("sha256")
      .update(Buffer.alloc(32 * MIB))
      .digest("hex");
    expect(await world.diskDigest("in-part")).toBe(zeros);
    const step = await world.db.prisma.jobStep.findFirstOrThrow({ where: { jobId: job.id, name: "finish" } });
    expect(step).toMatchObject({
      notice: { code: "disk-restored-in-part", params: { missingBytes: bytes } },
      detail: { missing: { bytes } },
    });
    const event = await world.db.prisma.ledgerEvent.findFirstOrThrow({ where: { kind: "disk.restored" } });
    expect(event.data).toMatchObject({ pointId: point.id, missing: { bytes, ranges: [{ offset: 0 }] } });
    expect(await world.db.prisma.vaultDamage.count({ where: { foundBy: "restore" } })).toBeGreaterThan(0);
  });
});

const anyPoint = (): Promise<PointRow> =>
  world.db.prisma.recoveryPoint.findFirstOrThrow({ include: { disks: true } });
