/** The answer of a manifest's write is lost. The next try writes the same bytes, whatever changed meanwhile around the job. */
import { loadWorkJob } from "@kluis/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { backupMachine } from "../src/jobs/backup/machine.ts";
import { MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

it("finds its manifest after an update of the engine and a new name of the policy", async () => {
  const { deps } = await world.startEngine();
  const image = await world.image("seal-again", 24 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "seal-again", disks: [image], policy: standardPolicy });
  const { jobId, manifestDigest } = await world.backUp(vmId);
  await world.db.prisma.policy.updateMany({ data: { name: "renamed" } });
  const job = await loadWorkJob(world.db.prisma, jobId);
  if (job === null) throw new Error("The job is gone.");
  const memory = backupMachine.parse(job.memory);
  const updated = { ...deps, engineVersion: "99.0.0" };
  const signal = AbortSignal.timeout(60_000);
  const result = await backupMachine.steps.seal({ deps: updated, job, memory, signal });
  expect(result).toMatchObject({ kind: "done", memory: { manifestDigest } });
});
