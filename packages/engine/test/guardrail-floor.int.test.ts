/** What a guardrail keeps of points under a shorter policy: by retention, as stored verdict, and after their removal. */
import { addGuardrailVersion, applyRetentionFloor, inTransaction } from "@kluis/db";
import { engineActor, type Guardrails, retentionFloor, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { applyRetention } from "../src/upkeep/retention.ts";
import { MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
const DAY = 86_400_000;
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(async () => {
  await world.stop();
});

let version = 0;
async function setGuardrails(document: Guardrails): Promise<void> {
  await inTransaction(world.db, async (tx) => {
    const edit = { expectedVersion: version, document, actor: engineActor };
    ({ version } = await addGuardrailVersion(tx, edit, systemClock));
    await applyRetentionFloor(tx, retentionFloor(document));
  });
}

it("retention removes nothing that a guardrail keeps, until it is lower; then as undoable as it says", async () => {
  const { recoveryPoint } = world.db.prisma;
  await setGuardrails({ retention: { shortestDays: 30 }, softDelete: { leastDays: 40 } });
  const image = await world.image("held", 24 * MIB, [random(0, MIB)]);
  const policy = { ...standardPolicy, retention: { keepLast: 1 }, softDeleteDays: 2 };
  const vmId = await world.protectedVm({ name: "held", disks: [image], policy });
  const first = await world.backUp(vmId);
  const row = () => recoveryPoint.findUniqueOrThrow({ where: { id: first.id } });
  const takenAt = new Date(Date.now() - 5 * DAY);
  await recoveryPoint.update({ where: { id: first.id }, data: { takenAt } });
  await world.backUp(vmId);
  // The verdict that is stored as the second point is made.
  expect((await row()).tiers).toEqual(["guardrail"]);
  const until = (await row()).expiresAt?.getTime() ?? 0;
  expect(until - takenAt.getTime()).toBeGreaterThan(29 * DAY - 2 * 3_600_000);
  expect(until - takenAt.getTime()).toBeLessThanOrEqual(30 * DAY + 2 * 3_600_000);
  expect((await applyRetention(engine.deps, soon())).pruned).toBe(0);
  expect(await row()).toMatchObject({ state: "available", tiers: ["guardrail"] });
  const due = await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
  expect(due.retentionDueAt.getTime()).toBeGreaterThan(Date.now());

  await setGuardrails({ retention: { shortestDays: 3 }, softDelete: { leastDays: 40 } });
  expect((await applyRetention(engine.deps, soon())).pruned).toBe(1);
  const removed = await row();
  expect(removed).toMatchObject({ state: "soft-deleted", deleteCause: { kind: "aged" } });
  expect((removed.purgeAt?.getTime() ?? 0) - (removed.deletedAt?.getTime() ?? 0)).toBeCloseTo(40 * DAY, -5);
});

it("a judgement waits for guardrails that are being saved, and keeps to them", async () => {
  const { recoveryPoint, protection } = world.db.prisma;
  await setGuardrails({});
  const image = await world.image("race", 24 * MIB, [random(0, MIB)]);
  const policy = { ...standardPolicy, retention: { keepLast: 1 } };
  const vmId = await world.protectedVm({ name: "race", disks: [image], policy });
  const first = await world.backUp(vmId);
  await world.backUp(vmId);
  await recoveryPoint.update({
    where: { id: first.id },
    data: { takenAt: new Date(Date.now() - 5 * DAY), tiers: [] },
  });
  await protection.update({ where: { vmId }, data: { retentionDueAt: new Date(0) } });
  let pruning: Promise<{ readonly pruned: number }> | undefined;
  await inTransaction(world.db, async (tx) => {
    const document = { retention: { shortestDays: 30 } };
    const edit = { expectedVersion: version, document, actor: engineActor };
    ({ version } = await addGuardrailVersion(tx, edit, systemClock));
    // It reaches the lock while the new version is not committed yet.
    pruning = applyRetention(engine.deps, soon());
    await expect
      .poll(
        async () => {
          const rows = await world.db.pool.query(
            `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ShareLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          );
          return rows.rowCount;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
  });
  expect((await pruning)?.pruned).toBe(0);
  expect(await recoveryPoint.findUniqueOrThrow({ where: { id: first.id } })).toMatchObject({
    state: "available",
    tiers: ["guardrail"],
  });
});
