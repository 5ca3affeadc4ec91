/** The writer of a manifest is late: its job was canceled meanwhile, and the reconciler has removed what there was. */
import { askJobToCancel, inTransaction, loadWorkJob } from "@kluis/db";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { backupMachine } from "../src/jobs/backup/machine.ts";
import { collectVaults } from "../src/upkeep/collect.ts";
import { MIB, random, standardPolicy, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

async function manifests(): Promise<string[]> {
  const [engine] = world.engines;
  const row = await world.db.prisma.vault.findFirstOrThrow();
  const opened = await engine?.deps.vaults.open(row.id);
  const listed = opened?.vault.listManifests(AbortSignal.timeout(30_000)) ?? [];
  return (await Array.fromAsync(listed)).map(({ pointId }) => pointId);
}

it("removes the manifest that a killed engine wrote after its job was canceled, and no other", async () => {
  const { deps } = await world.startEngine();
  const image = await world.image("late", 24 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "late", disks: [image], policy: standardPolicy });
  const point = await world.backUp(vmId);
  // Stops in front of the manifest: every put fails until the job is canceled.
  const { db } = world;
  await db.pool.query(`CREATE FUNCTION kluis_test_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE 'held'; END $$;
    CREATE TRIGGER kluis_test_hold BEFORE UPDATE ON "JobStep" FOR EACH ROW
      WHEN (NEW.name = 'seal' AND NEW.state = 'done') EXECUTE FUNCTION kluis_test_hold()`);
  const jobId = await world.startBackup(vmId);
  const sealed = await until("a manifest that is not recorded", 60_000, async () => {
    const job = await loadWorkJob(db.prisma, jobId);
    return job !== null && (await manifests()).length === 2 ? job : null;
  });
  const memory = backupMachine.parse(sealed.memory);
  await inTransaction(db, (tx) => askJobToCancel(tx, { id: jobId, kind: "backup" }, world.clock));
  await db.pool.query("DROP FUNCTION kluis_test_hold CASCADE");
  expect((await world.ended(jobId)).state).toBe("cancelled");
  await world.reconciled();
  expect(await manifests()).toEqual([point.id]);

  const signal = AbortSignal.timeout(60_000);
  await backupMachine.steps.seal({ deps, job: sealed, memory, signal });
  expect(await manifests()).toHaveLength(2);
  const lists = vi.spyOn((await deps.vaults.openDefault()).vault, "listManifests");
  await collectVaults(deps, { signal });
  // One list serves the look at the vault and its accounts.
  expect(lists).toHaveBeenCalledTimes(1);
  await world.reconciled();
  expect(await manifests()).toEqual([point.id]);

  // Nothing in this database says that the job failed: the manifest may be the only copy.
  await backupMachine.steps.seal({ deps, job: sealed, memory, signal });
  await db.prisma.job.updateMany({ where: { id: jobId }, data: { state: "succeeded" } });
  await collectVaults(deps, { signal });
  await world.reconciled();
  expect(await manifests()).toHaveLength(2);
});
