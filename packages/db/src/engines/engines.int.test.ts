import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { type ClaimedRemoval, claimRemovals, wantOrphanRemoved } from "../azure-resources/desired.ts";
import { databaseNow } from "../time.ts";
import {
  beatEngine,
  endEngine,
  holdEngineLock,
  listEngines,
  reapDeadEngines,
  registerEngine,
} from "./work.ts";

const world = freshWorld();

test("an engine whose lock is free is dead; a live engine is left alone", async () => {
  const { db } = world;
  const facts = (id: string) => ({ id, hostname: "h", pid: 1, version: "0", workerIds: [`worker-${id}`] });
  const alive = await holdEngineLock(db);
  const dying = await holdEngineLock(db);
  const [aliveId, deadId] = [randomUUID(), randomUUID()];
  await registerEngine(db.prisma, facts(aliveId), { lockKey: alive.lockKey, now: world.clock.now() });
  await registerEngine(db.prisma, facts(deadId), { lockKey: dying.lockKey, now: world.clock.now() });
  expect(await reapDeadEngines(db, world.clock.now())).toEqual([]);
  await dying.release();
  world.clock.advance(1_000);
  await beatEngine(db.prisma, aliveId, { now: world.clock.now(), workerIds: ["w2"] });
  expect((await reapDeadEngines(db, world.clock.now())).map((engine) => engine.id)).toEqual([deadId]);
  expect(await reapDeadEngines(db, world.clock.now())).toEqual([]);
  expect(await listEngines(db.prisma)).toMatchObject([
    { id: aliveId, heartbeatAt: world.clock.now(), workerIds: ["w2"] },
  ]);
  await endEngine(db.prisma, aliveId, world.clock.now());
  expect(await listEngines(db.prisma)).toEqual([]);
  await alive.release();
  expect(alive.lost.aborted).toBe(false);
});

test("an engine notices that the connection with its lock was cut", async () => {
  const { db } = world;
  const lock = await holdEngineLock(db);
  await db.pool.query(
    `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.pid <> pg_backend_pid()`,
  );
  await expect.poll(() => lock.lost.aborted).toBe(true);
  await lock.release();
});

test("what a dead engine was removing from Azure is due at once; what a living one removes stays claimed", async () => {
  const { db } = world;
  const facts = (id: string) => ({ id, hostname: "h", pid: 1, version: "0", workerIds: [] });
  const [alive, dying] = [await holdEngineLock(db), await holdEngineLock(db)];
  const [aliveId, deadId] = [randomUUID(), randomUUID()];
  await registerEngine(db.prisma, facts(aliveId), { lockKey: alive.lockKey, now: world.clock.now() });
  await registerEngine(db.prisma, facts(deadId), { lockKey: dying.lockKey, now: world.clock.now() });
  const at = await databaseNow(db.prisma);
  for (const name of ["one", "two"])
    await wantOrphanRemoved(db.prisma, {
      kind: "restore-point",
      resourceId: `/subscriptions/s/${name}`,
      jobId: null,
      vmId: null,
      reason: "orphan",
      at,
    });
  const claimMs = 90_000;
  const [kept] = await claimRemovals(db.prisma, { limit: 1, claimMs, engineId: aliveId });
  const [lost] = await claimRemovals(db.prisma, { limit: 1, claimMs, engineId: deadId });
  expect(await claimRemovals(db.prisma, { limit: 2, claimMs, engineId: aliveId })).toEqual([]);
  await dying.release();
  await reapDeadEngines(db, world.clock.now());
  const again = await claimRemovals(db.prisma, { limit: 2, claimMs, engineId: aliveId });
  expect(again.map(idOf)).toEqual([idOf(lost)]);
  expect(idOf(kept)).not.toBe(idOf(lost));
  await alive.release();
});

function idOf(claimed: ClaimedRemoval | undefined): string | undefined {
  return claimed !== undefined && "claim" in claimed ? claimed.claim.id : claimed?.id;
}
