import { limits } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { newId } from "../ids.ts";
import { advanceDatabaseClock } from "../testing.ts";
import { databaseNow } from "../time.ts";
import { inTransaction } from "../tx.ts";
import { claimRemovals, confirmRemoval, wantRemoved } from "./desired.ts";
import { holdAccess, takeAccess } from "./open-access.ts";

const world = freshWorld();
const disk = "disk-1";
const most = limits.openAccessPerDisk;

/** A job opens these snapshots of the disk. */
function take(jobId: string, ...names: string[]) {
  return inTransaction(world.db, async (tx) => {
    const wanted = names.map((resourceId) => ({ resourceId, disk }));
    return takeAccess(tx, { wanted, owner: { jobId, vmId: null }, at: await databaseNow(tx) });
  });
}

function hold(name: string) {
  return inTransaction(world.db, (tx) => holdAccess(tx, name));
}

function open(): Promise<number> {
  return world.db.prisma.azureResource.count({ where: { kind: "grant", state: { not: "removed" } } });
}

test("jobs at the same time never open more than Azure allows, each all of its snapshots or none", async () => {
  const jobs = Array.from({ length: 12 }, () => newId());
  const taken = await Promise.all(jobs.map((id) => take(id, `${id}/own`, `${id}/base`)));
  expect(taken.filter((full) => full === null)).toHaveLength(Math.floor(most / 2));
  expect(await open()).toBe(2 * Math.floor(most / 2));
  // One more fits, and another disk is not concerned.
  expect(await take(newId(), "single")).toBeNull();
  expect(await take(newId(), "late")).toEqual({ disk, open: most, needed: 1 });
  const other = [{ resourceId: "other", disk: "disk-2" }];
  const owner = { jobId: newId(), vmId: null };
  expect(await takeAccess(world.db.prisma, { wanted: other, owner, at: new Date() })).toBeNull();
});

test("a snapshot counts until Azure confirms its end; what is open already is prolonged without more room", async () => {
  const [first, second] = [newId(), newId()];
  const names = Array.from({ length: most }, (_, n) => `s${n}`);
  await take(first, ...names);
  expect(await take(second, "s4")).toBeNull();
  expect(await hold("s4")).toEqual({ kind: "held" });
  await inTransaction(world.db, async (tx) =>
    wantRemoved(tx, { where: { jobId: first }, reason: "job-ended", at: await databaseNow(tx) }),
  );
  // Its job has ended: no process opens it again, and until it is closed it counts.
  expect(await hold("s0")).toEqual({ kind: "closed" });
  expect(await take(second, "s9")).toEqual({ disk, open: most, needed: 1 });
  const claims = await claimRemovals(world.db.prisma, { limit: 9, claimMs: 60_000, engineId: newId() });
  for (const one of claims) if ("claim" in one) await confirmRemoval(world.db.prisma, one.claim, new Date());
  expect(await take(second, "s9")).toBeNull();
  expect(await open()).toBe(2);
});

test("the lease ends the count of access that no process closes, by the time of the database", async () => {
  const names = Array.from({ length: most }, (_, n) => `s${n}`);
  await take(newId(), ...names);
  await advanceDatabaseClock(world.db.pool, limits.openAccessMs);
  expect(await take(newId(), "late")).toEqual({ disk, open: most, needed: 1 });
  await hold("s0");
  await advanceDatabaseClock(world.db.pool, limits.openAccessLeaseMs - limits.openAccessMs + 1_000);
  expect(await take(newId(), "a", "b", "c", "d")).toBeNull();
  // s0 was prolonged. The others take their place again only while there is room.
  expect(await hold("s0")).toEqual({ kind: "held" });
  expect(await hold("s1")).toEqual({ kind: "full", disk, open: most, needed: 1 });
});

test("a job that is parked for room looks again when a snapshot of its disk is closed, and no other job does", async () => {
  const { prisma } = world.db;
  const later = new Date(Date.now() + 900_000);
  const park = async (reason: string, diskUniqueId: string): Promise<string> => {
    const id = newId();
    const at = new Date();
    const parked = { code: "AZURE_LIMIT_REACHED", reason, message: "", params: {} };
    const disk = {
      id: newId(),
      diskKey: "os",
      name: "d",
      resourceId: "/d",
      sku: "Premium_LRS",
      diskBytes: 1n,
    };
    const job = { id, kind: "backup", state: "running", stage: "access", trigger: "manual", actor: {} };
    const times = { startedAt: at, capturedAt: at, parkedSince: at, parkedUntil: later };
    const disks = { create: { ...disk, diskUniqueId } };
    await prisma.job.create({ data: { ...job, ...times, parkedError: parked, disks } });
    return id;
  };
  const waits = await park("open-access", disk);
  const others = [await park("quota", disk), await park("open-access", "disk-2")];
  const first = newId();
  await take(first, "s0");
  await inTransaction(world.db, async (tx) =>
    wantRemoved(tx, { where: { jobId: first }, reason: "job-ended", at: await databaseNow(tx) }),
  );
  const untilOf = async (id: string) => (await prisma.job.findUniqueOrThrow({ where: { id } })).parkedUntil;
  expect(await untilOf(waits)).toEqual(later);
  const claims = await claimRemovals(prisma, { limit: 9, claimMs: 60_000, engineId: newId() });
  for (const one of claims) if ("claim" in one) await confirmRemoval(prisma, one.claim, new Date());
  expect(await untilOf(waits)).not.toEqual(later);
  expect(await Promise.all(others.map(untilOf))).toEqual([later, later]);
  const { rows } = await world.db.pool.query(
    "SELECT key FROM graphile_worker.jobs WHERE task_identifier = 'backup.transfer'",
  );
  expect(rows).toEqual([{ key: `backup.transfer:${waits}` }]);
});
