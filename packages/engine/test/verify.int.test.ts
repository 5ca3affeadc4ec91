/** Verification of recovery points: modes, parts, the manifest and the ledger, tables of packs, and rounds of samples. */
import { createJob, inTransaction, newId } from "@kluis/db";
import { engineActor, type JobKind, KluisError, systemClock, verifyFoundSchema } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import type { Vault } from "@kluis/vault";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Engine } from "../src/engine.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { GROUP, MIB, type PointRow, random, standardPolicy, until, World } from "./world.ts";

const GIB = 1024 * MIB;
const signal = AbortSignal.timeout(240_000);
let world: World;
let engine: Engine;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

function startJob(kind: JobKind, point: PointRow, parameters: Record<string, unknown>): Promise<string> {
  const of = { kind, vmId: point.vmId, pointId: point.id, trigger: "manual", actor: engineActor } as const;
  return inTransaction(world.db, (tx) => createJob(tx, { ...of, parameters }, systemClock));
}

const verified = async (point: PointRow, parameters: Record<string, unknown>) =>
  world.ended(await startJob("verify", point, parameters));

async function takePoint(
  name: string,
  bytes = 32 * MIB,
  offsets: readonly number[] = [0],
): Promise<PointRow> {
  const image = await world.image(
    name,
    bytes,
    offsets.map((offset) => random(offset, 2 * MIB)),
  );
  return world.backUp(await world.protectedVm({ name, disks: [image], policy: standardPolicy }));
}

const rowOf = ({ id }: PointRow) => world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id } });
const storeOf = async ({ vaultId }: PointRow) => (await engine.deps.vaults.open(vaultId)).store;

async function replace(point: PointRow, name: string, bytes: Uint8Array): Promise<void> {
  const store = await storeOf(point);
  await store.delete(name, signal);
  await store.put(name, [bytes], signal);
}

async function packsOf(point: PointRow): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of (await storeOf(point)).list("packs/", signal)) names.push(name);
  return names;
}

/** Where the vaults of all engines of this process have their method. */
async function verifier({ vaultId }: PointRow): Promise<Pick<Vault, "verifySegments">> {
  const { vault } = await engine.deps.vaults.open(vaultId);
  const found: unknown = Object.getPrototypeOf(vault);
  if (isVerifier(found)) return found;
  throw new Error("A vault verifies no segments.");
}

const isVerifier = (one: unknown): one is Pick<Vault, "verifySegments"> =>
  typeof one === "object" && one !== null && "verifySegments" in one;
const byNumber = (a: number, b: number): number => a - b;

describe("a recovery point", () => {
  it("is verified in each mode; the result is stored with the point and in the ledger", async () => {
    const point = await takePoint("modes", 3 * GIB, [0, GIB, 2 * GIB]);
    const quick = await verified(point, { mode: "quick" });
    expect(quick).toMatchObject({ state: "succeeded", error: null });
    expect(await rowOf(point)).toMatchObject({ lastVerifyMode: "quick", lastVerifyOk: true, readAt: null });
    for (const [covered, percent] of [
      [1, 33],
      [2, 66],
      [3, 100],
    ] as const) {
      expect((await verified(point, { mode: "sampled" })).state).toBe("succeeded");
      const row = await rowOf(point);
      expect(row).toMatchObject({ verifyCovered: covered, verifyCoverage: percent, lastVerifyOk: true });
      expect(row.readWholeAt === null).toBe(covered < 3);
    }
    const full = await verified(point, { mode: "full" });
    expect(await rowOf(point)).toMatchObject({
      state: "available",
      lastVerifyMode: "full",
      verifyNext: 0,
      verifyCoverage: 100,
      lastVerifyDetail: { problemCount: 0, bytesChecked: 6 * MIB },
    });
    const [disk] = await world.db.prisma.jobDisk.findMany({
      where: { jobId: full.id },
      include: { segments: true },
    });
    expect(disk?.segments.map(({ found }) => verifyFoundSchema.parse(found).bytes)).toEqual(
      [2, 2, 2].map((n) => n * MIB),
    );
    expect(
      await world.db.prisma.ledgerEvent.count({ where: { kind: "point.verified", vmId: point.vmId } }),
    ).toBe(5);
  });

  it("has one open verification at a time", async () => {
    const point = await takePoint("once");
    const busy = {
      id: newId(),
      vmId: point.vmId,
      pointId: point.id,
      kind: "verify",
      trigger: "manual",
      actor: engineActor,
    };
    const open = await world.db.prisma.job.create({ data: busy });
    await expect(startJob("verify", point, { mode: "quick" })).rejects.toMatchObject({
      code: "JOB_ALREADY_RUNNING",
    });
    await world.db.prisma.job.update({
      where: { id: open.id },
      data: { state: "cancelled", endedAt: new Date() },
    });
    expect((await verified(point, { mode: "quick" })).state).toBe("succeeded");
  });

  it("whose manifest was replaced by an older valid one is named, by verification and by a restore", async () => {
    const point = await takePoint("older");
    const { vault } = await engine.deps.vaults.open(point.vaultId);
    const { manifest } = await vault.getManifest(point.id, signal);
    const recorded = await (await storeOf(point)).get(`points/${point.id}`, { signal });
    await (await storeOf(point)).delete(`points/${point.id}`, signal);
    await vault.putManifest(
      { ...manifest, previous: null, vm: { ...manifest.vm, name: "older-name" } },
      signal,
    );

    const job = await verified(point, { mode: "quick" });
    expect(job.state).toBe("warning");
    expect(await rowOf(point)).toMatchObject({
      state: "damaged",
      lastVerifyOk: false,
      lastVerifyDetail: { problems: [{ object: `points/${point.id}`, code: "VAULT_DATA_DAMAGED" }] },
    });
    const damage = await world.db.prisma.vaultDamage.findFirstOrThrow({
      where: { object: `points/${point.id}` },
    });
    expect(damage.foundBy).toBe("verification");
    expect(damage.problem).toContain("ledger");
    const restored = await world.ended(
      await startJob("restore-disk", point, {
        disk: "os",
        name: "older-copy",
        subscriptionId: CONTOSO_SUBSCRIPTION_ID,
        resourceGroup: GROUP,
        location: "westeurope",
        sku: "Premium_LRS",
      }),
    );
    expect(restored).toMatchObject({ state: "failed", error: { code: "VAULT_DATA_DAMAGED" } });
    expect((await world.control.list()).unattachedDisks.map(({ name }) => name)).not.toContain("older-copy");

    await replace(point, `points/${point.id}`, recorded);
    expect((await verified(point, { mode: "full" })).state).toBe("succeeded");
    expect((await rowOf(point)).state).toBe("available");
  });

  it("whose pack has a broken table does not pass, and stays readable", async () => {
    const before = new Set(await packsOf(await takePoint("first")));
    const point = await takePoint("table");
    const [pack = ""] = (await packsOf(point)).filter((name) => !before.has(name));
    const bytes = Buffer.from(await (await storeOf(point)).get(pack, { signal }));
    const broken = Buffer.from(bytes);
    broken.writeUInt8(broken.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40);
    await replace(point, pack, broken);
    expect((await verified(point, { mode: "quick" })).state).toBe("succeeded");
    const job = await verified(point, { mode: "full" });
    expect(job.state).toBe("warning");
    expect(await rowOf(point)).toMatchObject({
      state: "available",
      lastVerifyOk: false,
      lastVerifyDetail: { problemCount: 1, problems: [{ kind: "table", object: pack }] },
    });
    expect(
      await world.db.prisma.vaultDamage.count({ where: { object: pack, foundBy: "verification" } }),
    ).toBe(1);
    // No search closes it: a rebuild would miss what is in the pack.
    const open = { object: pack, healedAt: null };
    await reachDamage(engine.deps, signal);
    expect(await world.db.prisma.vaultDamage.count({ where: open })).toBe(1);
    await replace(point, pack, bytes);
    expect((await verified(point, { mode: "full" })).state).toBe("succeeded");
    expect(await world.db.prisma.vaultDamage.count({ where: open })).toBe(0);
  });

  it("is not damaged by a storage that does not answer", async () => {
    const point = await takePoint("silent");
    const { vault } = await engine.deps.vaults.open(point.vaultId);
    const spy = vi.spyOn(vault, "verifySegments");

    spy.mockRejectedValueOnce(
      new KluisError("VAULT_UNREACHABLE", { reason: "azure-blob", message: "No answer.", action: "Wait." }),
    );
    const job = await verified(point, { mode: "full" });
    spy.mockRestore();
    expect(job.state).toBe("succeeded");
    expect(await rowOf(point)).toMatchObject({ state: "available", lastVerifyOk: true });
    expect(await world.db.prisma.vaultDamagePoint.count({ where: { pointId: point.id } })).toBe(0);
  });

  it("of which a verification is killed in the middle: the next engine reads only what is left", async () => {
    const GIBS = [0, 1, 2, 3, 4];
    const point = await takePoint(
      "killed",
      5 * GIB,
      GIBS.map((n) => n * GIB),
    );
    await engine.stop();
    engine = await world.startEngine({ env: { KLUIS_ENGINE_CONCURRENCY: "1" } });
    const read: number[] = [];
    let kill = (): void => {};
    const killed = new Promise<void>((resolve) => (kill = resolve));
    const proto = await verifier(point);
    const real = proto.verifySegments;
    const spy = vi.spyOn(proto, "verifySegments").mockImplementation(async function (this: Vault, options) {
      if (read.length === 2) {
        read.push(-1);
        kill();
        await new Promise((_, reject) =>
          options.signal.addEventListener("abort", () => reject(options.signal.reason)),
        );
      }
      read.push(options.first);
      return real.call(this, options);
    });
    const jobId = await startJob("verify", point, { mode: "full" });
    await killed;
    await engine.stop();
    const done = await world.db.prisma.jobSegment.findMany({ where: { disk: { jobId }, state: "done" } });
    expect(done).toHaveLength(2);
    engine = await world.startEngine();
    expect((await world.ended(jobId)).state).toBe("succeeded");
    spy.mockRestore();
    expect(read.slice(0, 2).toSorted(byNumber)).toEqual([0, 1]);
    expect(
      read
        .slice(2)
        .filter((segment) => segment >= 0)
        .toSorted(byNumber),
    ).toEqual([2, 3, 4]);
    expect(await rowOf(point)).toMatchObject({ lastVerifyDetail: { bytesChecked: 10 * MIB } });
    await until("no task", 10_000, async () =>
      (await world.db.prisma.jobSegment.count({ where: { disk: { jobId }, state: { not: "done" } } })) === 0
        ? true
        : null,
    );
  });
});
