/** Two engines and the number of snapshots of a disk that Azure opens at once. */
import { limits } from "@kluis/domain";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enhancedPolicy, MIB, random, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
  await world.startEngine();
});
afterAll(async () => {
  await world.stop();
});

/** Snapshots of the VM's disk that Azure has open. */
async function openOf(name: string): Promise<number> {
  const { grants } = await world.control.snapshots();
  return new Set(grants.map(({ resource }) => resource.toLowerCase()).filter((id) => id.includes(name))).size;
}

/** Backs up a VM, and does not wait for what its job leaves in Azure. */
async function backUp(vmId: string): Promise<void> {
  const jobId = await world.startBackup(vmId);
  await world.until("the end of the backup", 60_000, async () => {
    const { state } = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
    return state === "succeeded" ? true : null;
  });
}

it("a backup waits for room while others continue, and Azure never has to refuse", {
  timeout: 180_000,
}, async () => {
  const full = await world.image("full", 24 * MIB, [random(0, MIB)]);
  const other = await world.image("other", 24 * MIB, [random(0, MIB)]);
  const policy = enhancedPolicy;
  const ids = await world.protectedVms([
    { name: "fullvm", disks: [full], policy },
    { name: "othervm", disks: [other], policy },
  ]);
  const [vmId = "", otherId = ""] = [ids.get("fullvm"), ids.get("othervm")];
  // Access does not end with its job: Azure refuses to close it.
  await world.control.addFault({
    match: { operation: "diskRestorePoint.revokeAccess" },
    effect: { type: "fail", status: 409, code: "ScopeLocked" },
  });
  for (let n = 0; n < limits.openAccessPerDisk; n++) await backUp(vmId);
  expect(await openOf("fullvm")).toBe(limits.openAccessPerDisk);

  const jobId = await world.startBackup(vmId);
  const row = () => world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
  const parked = await world.until("the backup to be parked", 60_000, async () => {
    const job = await row();
    return job.parkedSince === null ? null : job;
  });
  // The words of the count, not of a refusal.
  expect(parked).toMatchObject({
    state: "running",
    error: null,
    parkedError: {
      code: "AZURE_LIMIT_REACHED",
      message:
        "Azure opens at most 5 snapshots of a disk at once: disk fullvm-os has 5 open, and needs 1 more.",
    },
  });
  await backUp(otherId);
  expect(await openOf("fullvm")).toBe(limits.openAccessPerDisk);
  expect((await row()).state).toBe("running");

  await world.control.clearFaults();
  await world.clock.advance({ minutes: 20 });
  expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null, attempt: 0 });
  await world.clock.advance({ hours: 1 });
  await world.reconciled();
  expect(await openOf("vm")).toBe(0);
  const living = { kind: "grant", state: { not: "removed" } };
  expect(await world.db.prisma.azureResource.count({ where: living })).toBe(0);
});
