import { expect, test } from "vitest";
import { addPolicy, addVm, freshWorld } from "../../test/fixtures.ts";
import { inTransaction } from "../tx.ts";
import { listDueSchedules } from "./schedule.ts";
import { getProtection, setProtection, stopProtection } from "./write.ts";

const world = freshWorld();

test("protection starts now, keeps its start when only its policy changes, and starts again after a stop", async () => {
  const { db } = world;
  const vmId = await addVm(db, world.clock);
  const [one, two] = [await addPolicy(db, world.clock, "one"), await addPolicy(db, world.clock, "two")];
  const start = world.clock.now();
  await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: one.id, excludedDisks: [] }, world.clock),
  );
  world.clock.advance(1_000);
  const changed = await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: two.id, excludedDisks: ["1"] }, world.clock),
  );
  expect(changed.before?.policyId).toBe(one.id);
  expect(changed.now).toMatchObject({
    policyId: two.id,
    excludedDisks: ["1"],
    since: start,
    scheduledThrough: start,
  });
  expect(await stopProtection(db.prisma, vmId, world.clock.now())).toBe(true);
  expect(await stopProtection(db.prisma, vmId, world.clock.now())).toBe(false);
  const due = () => listDueSchedules(db.prisma, { now: world.clock.now(), after: null, limit: 10 });
  expect(await due()).toEqual([]);
  world.clock.advance(1_000);
  await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: one.id, excludedDisks: [] }, world.clock),
  );
  expect(await getProtection(db.prisma, vmId)).toMatchObject({
    state: "active",
    since: world.clock.now(),
    scheduledThrough: world.clock.now(),
    stoppedAt: null,
  });
  const [only, ...others] = await due();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ vmId, vmName: "web-01", policyName: "one" });
  expect(only?.version()).toMatchObject({ version: 1 });
});
