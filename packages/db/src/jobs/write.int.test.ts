import { expect, test } from "vitest";
import { addVm, freshWorld, person } from "../../test/fixtures.ts";
import { inTransaction } from "../tx.ts";
import { createJob, openBackupJob } from "./write.ts";

const world = freshWorld();

test("a VM has one open backup at a time", async () => {
  const { db } = world;
  const vmId = await addVm(db, world.clock);
  const job = { kind: "backup", vmId, trigger: "manual", actor: person } as const;
  const asked = await Promise.allSettled(
    [1, 2, 3].map(() => inTransaction(db, (tx) => createJob(tx, job, world.clock))),
  );
  const refused = asked.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(2);
  for (const reason of refused) expect(reason).toMatchObject({ code: "JOB_ALREADY_RUNNING" });
  const open = await inTransaction(db, (tx) => openBackupJob(tx, vmId));
  expect(open).not.toBeNull();
  await db.prisma.job.updateMany({ data: { state: "succeeded", endedAt: world.clock.now() } });
  await inTransaction(db, (tx) => createJob(tx, job, world.clock));
  expect(await db.prisma.job.count()).toBe(2);
});
