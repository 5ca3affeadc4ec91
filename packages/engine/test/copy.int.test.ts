/** Second copies in another vault with other keys: made, compared, restored when the first vault is gone, and removed. */
import { join } from "node:path";
import { changeVault, createJob, createVaultRow, inTransaction, newId, readCopyLag } from "@kluis/db";
import { engineActor, systemClock, type VaultCopy } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { vaultOf } from "../src/job/vault-of.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { GROUP, MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

const signal = AbortSignal.timeout(240_000);
let world: World;
let engine: Engine;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

/** Adds a vault in a folder of this machine. An engine creates it with other keys. */
async function addVault(name: string): Promise<string> {
  const id = newId(systemClock);
  const folder = join(world.stack.folder, name);
  const facts = { id, name, kind: "folder", source: "portal", state: "enabled" } as const;
  await inTransaction(world.db, (tx) =>
    createVaultRow(tx, { ...facts, account: null, container: null, folder, sealedSecret: null }, systemClock),
  );
  return id;
}

const plainly = { daily: null, bandwidth: null, keepDays: 0, lagHours: null } as const;

function copyTo(from: string, to: string, more: Partial<VaultCopy> = {}): Promise<unknown> {
  const copy = { ...plainly, to, ...more };
  return inTransaction(world.db, (tx) => changeVault(tx, { id: from, change: { copy } }, systemClock));
}

/** Waits for the copy of a point. */
function copied({ id }: PointRow): Promise<PointRow> {
  return world.until(`the copy of ${id}`, 60_000, () =>
    world.db.prisma.recoveryPoint.findFirst({ where: { copyOf: id }, include: { disks: true } }),
  );
}

const sum = ({ disks }: PointRow, key: "readBytes" | "movedBytes"): number =>
  disks.reduce((total, disk) => total + Number(disk[key]), 0);

async function start(kind: "restore-disk" | "verify" | "delete-point", point: PointRow, parameters: object) {
  const job = { kind, vmId: point.vmId, pointId: point.id, trigger: "manual", actor: engineActor } as const;
  return inTransaction(world.db, (tx) =>
    createJob(tx, { ...job, parameters: { ...parameters } }, systemClock),
  );
}

async function restored(point: PointRow, name: string): Promise<string> {
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
  const job = await world.ended(
    await start("restore-disk", point, { disk: "os", name, sku: "Premium_LRS", ...place }),
  );
  expect(job).toMatchObject({ state: "succeeded", error: null });
  return world.diskDigest(name);
}

/** A second vault that is compared, or disabled, gets no copy, and no job writes to it. */
async function refusesCopies(id: string, vmId: string): Promise<void> {
  const { vault, job } = world.db.prisma;
  const copyJob = { id: newId(systemClock), kind: "copy-point", vaultId: id } as const;
  const started = async (data: object): Promise<number> => {
    await vault.update({ where: { id }, data });
    await keepCopies(engine.deps, signal);
    return job.count({ where: { vmId, kind: "copy-point" } });
  };
  expect(await started({ state: "disabled" })).toBe(0);
  expect(await started({ state: "enabled", doubtedAt: new Date() })).toBe(0);
  const writing = vaultOf({ deps: engine.deps, job: copyJob });
  await expect(writing).rejects.toMatchObject({ code: "VAULT_UNUSABLE", reason: "comparing" });
  await vault.update({ where: { id }, data: { doubtedAt: null } });
}

describe("second copies", () => {
  it("are made after each backup, move only the difference, and restore when the first vault is gone", async () => {
    const second = await addVault("second");
    const image = await world.image("web", 40 * MIB, [random(0, 6 * MIB), random(20 * MIB, MIB)]);
    const vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
    const first = await world.backUp(vmId);
    const from = first.vaultId;
    await copyTo(from, second);
    await refusesCopies(second, vmId);
    expect(await readCopyLag(world.db.prisma, { from, to: second })).toMatchObject({ points: 1 });
    await keepCopies(engine.deps, signal);
    const firstCopy = await copied(first);
    expect(firstCopy).toMatchObject({ vaultId: second, state: "available", takenAt: first.takenAt, vmId });
    expect(await world.pointDigest(firstCopy, "os")).toBe(await world.pointDigest(first, "os"));
    // Other keys: equal content has other digests.
    expect(firstCopy.disks[0]?.rootDigest).not.toBe(first.disks[0]?.rootDigest);

    await world.image("web", 40 * MIB, [random(5 * MIB, 128 * 1024)]);
    const next = await world.backUp(vmId);
    const nextCopy = await copied(next);
    expect(sum(nextCopy, "readBytes")).toBe(sum(next, "movedBytes"));
    expect(await readCopyLag(world.db.prisma, { from, to: second })).toEqual({
      points: 0,
      since: null,
      bytes: 0,
    });
    // The VM has as many points as before.
    const { prisma } = world.db;
    expect(await prisma.vmPoints.findUnique({ where: { vmId } })).toMatchObject({ points: 2 });
    const verified = await world.ended(await start("verify", nextCopy, { mode: "full" }));
    expect(verified).toMatchObject({ state: "succeeded" });

    const expected = await world.pointDigest(next, "os");
    const { store } = await engine.deps.vaults.open(from);
    for await (const { name } of store.list("", signal)) await store.delete(name, signal);
    expect(await restored(nextCopy, "rescued")).toBe(expected);
    const events = await prisma.ledgerEvent.findMany({ where: { kind: "point.copied" } });
    expect(events.map(({ data }) => data)).toMatchObject([{ copyOf: first.id }, { copyOf: next.id }]);
  });
});
