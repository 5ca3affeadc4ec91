/** The answer of a manifest's write is lost. The next try writes the same bytes, whatever changed meanwhile around the job. */
import { inTransaction, knownError, loadWorkJob } from "@kluis/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { noteFed } from "../src/job/starving.ts";
import { jobTaskDefinition } from "../src/job/task.ts";
import { backupMachine } from "../src/jobs/backup/machine.ts";
import { MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
let point: PointRow;
beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const image = await world.image("seal-again", 24 * MIB, [random(0, MIB)]);
  point = await world.backUp(
    await world.protectedVm({ name: "seal-again", disks: [image], policy: standardPolicy }),
  );
});
afterAll(() => world.stop());

it("finds its manifest after an update of the engine and a new name of the policy", async () => {
  const { deps } = engine;
  const { jobId, manifestDigest } = point;
  await world.db.prisma.policy.updateMany({ data: { name: "renamed" } });
  const job = await loadWorkJob(world.db.prisma, jobId);
  if (job === null) throw new Error("The job is gone.");
  const memory = backupMachine.parse(job.memory);
  const updated = { ...deps, engineVersion: "99.0.0" };
  const signal = AbortSignal.timeout(60_000);
  const result = await backupMachine.steps.seal({ deps: updated, job, memory, signal });
  expect(result).toMatchObject({ kind: "done", memory: { manifestDigest } });
});

it("a backup whose point cannot be recorded has all its tries twice, and then ends", async () => {
  const { deps } = engine;
  const { prisma } = world.db;
  const { id: pointId, jobId, vmId } = point;
  // The job as before its last step, which can only fail: a point with its id exists.
  await prisma.jobStep.updateMany({
    where: { jobId, name: "recovery-point" },
    data: { state: "running", endedAt: null },
  });
  const again = { state: "running", stage: "recovery-point", endedAt: null };
  await prisma.job.update({ where: { id: jobId }, data: again });
  const task = jobTaskDefinition(backupMachine, "backup.transfer");
  const run = { deps, payload: { jobId }, signal: AbortSignal.timeout(60_000) };
  const givenUp = async () => {
    const error = await task.run(run).then(
      () => null,
      (thrown: unknown) => knownError(thrown),
    );
    if (error === null) throw new Error("The last step did not fail.");
    return inTransaction(world.db, async (tx) => task.gaveUp?.(tx, run, error));
  };
  const attention = () => prisma.attention.findMany({ where: { vmId }, select: { key: true, notice: true } });
  expect(await givenUp()).toEqual({ againInMs: 0 });
  expect(await prisma.job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject(again);
  expect(await attention()).toEqual([]);
  expect(await givenUp()).toEqual({ againInMs: 0 });
  expect(await attention()).toMatchObject([
    { key: `transfer:unrecorded-${vmId}`, notice: { code: "point-not-recorded" } },
  ]);
  expect(await task.run(run)).toBeNull();
  expect(await prisma.job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject({
    state: "failed",
    error: { code: "INTERNAL" },
  });
  // What it moved is removed. Here a point with its id exists, which the reconciler then keeps.
  const manifest = await prisma.azureResource.findFirstOrThrow({ where: { jobId, kind: "manifest" } });
  expect(manifest).toMatchObject({ reason: "job-ended", detail: { pointId } });
  await inTransaction(world.db, (tx) => noteFed(tx, vmId));
  expect(await attention()).toEqual([]);
});
