import { engineActor, notice } from "@kluis/domain";
import { expect, test } from "vitest";
import { addPolicy, addVm, freshWorld } from "../../test/fixtures.ts";
import { createJob } from "../jobs/write.ts";
import { advanceSchedules, lockSchedules } from "../protections/schedule.ts";
import { getProtection, setProtection } from "../protections/write.ts";
import { inTransaction } from "../tx.ts";
import { recordOccurrences } from "./work.ts";

const world = freshWorld();

test("of two schedulers one records an occurrence; the other waits and sees it", async () => {
  const { db } = world;
  const vmId = await addVm(db, world.clock);
  const policy = await addPolicy(db, world.clock);
  const { now: protection } = await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: policy.id, excludedDisks: [] }, world.clock),
  );
  const due = new Date("2026-05-01T01:00:00Z");
  const tick = (): Promise<string | null> =>
    inTransaction(db, async (tx) => {
      const claim = { id: protection.id, versionId: policy.current.id };
      const through = (await lockSchedules(tx, [claim], { wait: true })).through.get(protection.id);
      if (through === undefined || through >= due) return null;
      const jobId = await createJob(
        tx,
        { kind: "backup", vmId, policyVersionId: policy.current.id, trigger: "schedule", actor: engineActor },
        world.clock,
      );
      const occurrence = { protectionId: protection.id, dueAt: due, policyVersionId: policy.current.id };
      expect(
        await recordOccurrences(tx, [{ ...occurrence, state: "started", notice: null, jobId }], world.clock),
      ).toBe(1);
      expect(
        await recordOccurrences(
          tx,
          [{ ...occurrence, state: "missed", notice: notice("occurrence-missed", {}), jobId: null }],
          world.clock,
        ),
      ).toBe(0);
      await advanceSchedules(tx, [{ id: protection.id, through: due, nextDueAt: due }]);
      return jobId;
    });
  const started = (await Promise.all([tick(), tick(), tick(), tick()])).filter((id) => id !== null);
  expect(started).toHaveLength(1);
  expect(await db.prisma.occurrence.count()).toBe(1);
  expect(await db.prisma.job.count()).toBe(1);
  const before = new Date("2026-01-01T00:00:00Z");
  await advanceSchedules(db.prisma, [{ id: protection.id, through: before, nextDueAt: due }]);
  expect((await getProtection(db.prisma, vmId))?.scheduledThrough).toEqual(due);
});
