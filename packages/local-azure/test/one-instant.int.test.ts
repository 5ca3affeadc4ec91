import { expect, test } from "vitest";
import { isOneInstant, workloadNumbers } from "../src/index.ts";
import { blob, DISK_SIZE, GROUP, sas, useLab } from "./lab.ts";

const lab = useLab();
const POINTS = 12;

async function numbersOf(url: string): Promise<number[]> {
  const reader = blob(url);
  return workloadNumbers((offset, length) => reader.downloadToBuffer(offset, length), DISK_SIZE);
}

test("a restore point is one instant over all disks, whatever the guest writes meanwhile", async () => {
  await lab.importVm("web", { disks: 4 });
  await lab.azure.control.settings({ restorePointsPerVmPerHour: 1000, sasPerFamily: 1000 });
  const workload = lab.azure.fabric.startWorkload("web");
  const rounds: number[] = [];
  for (let at = 0; at < POINTS; at++) {
    await workload.advance(1);
    const mode = at % 2 === 0 ? { consistencyMode: "CrashConsistent" } : {};
    const { disks } = await lab.takePoint(`web/p${at}`, mode);
    expect(disks).toHaveLength(4);
    const numbers = await Promise.all(
      disks.map(async (disk) => numbersOf(await lab.readPoint("web", { point: `p${at}`, disk }))),
    );
    expect([numbers, isOneInstant(numbers)]).toEqual([numbers, true]);
    rounds.push(Math.max(...numbers.flat()));
  }
  await workload.stop();
  // The guest wrote between the points, so that they could have differed.
  expect(rounds.every((round, at) => at === 0 || round > (rounds[at - 1] ?? 0))).toBe(true);
});

test("snapshots of one disk after the other are not one instant, and the check sees it", async () => {
  await lab.importVm("web", { disks: 2 });
  const vm = await lab.arm.virtualMachines.get(GROUP, "web");
  const ids = [vm.storageProfile?.osDisk, ...(vm.storageProfile?.dataDisks ?? [])].map(
    (disk) => disk?.managedDisk?.id,
  );
  const workload = lab.azure.fabric.startWorkload("web");
  const numbers: number[][] = [];
  for (const [at, sourceResourceId] of ids.entries()) {
    await lab.arm.snapshots.createOrUpdate(GROUP, `s${at}`, {
      location: "westeurope",
      incremental: true,
      creationData: { createOption: "Copy", ...(sourceResourceId === undefined ? {} : { sourceResourceId }) },
    });
    await workload.advance(3);
    const access = { access: "Read", durationInSeconds: 600 };
    numbers.push(await numbersOf(await sas(lab.arm.snapshots.grantAccess(GROUP, `s${at}`, access))));
  }
  await workload.stop();
  expect(isOneInstant(numbers)).toBe(false);
});

test("the check knows the order in which a workload writes", () => {
  expect(isOneInstant([[5], [5], [4]])).toBe(true);
  expect(isOneInstant([[5], [5], [5]])).toBe(true);
  expect(isOneInstant([[4], [5]])).toBe(false);
  expect(isOneInstant([[6], [4]])).toBe(false);
  expect(
    isOneInstant([
      [5, 7],
      [5, 5],
    ]),
  ).toBe(false);
});
