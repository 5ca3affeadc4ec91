/** Snapshots of Premium SSD v2 and Ultra disks copy in the background; so do copies to other regions. */
import type { Snapshot } from "@azure/arm-compute";
import { beforeEach, expect, test } from "vitest";
import { failureOf, GROUP, MIB, pattern, refusalOf, SUBSCRIPTION, sas, useSharedLab } from "./lab.ts";
import { containing } from "./matchers.ts";

const lab = useSharedLab();

const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const DATA_MIB = 4;

/** Ten seconds for the first copy of a disk. */
const SPEED = Math.ceil((DATA_MIB * MIB) / 10);

let made = 0;

/** A VM with a Premium SSD v2 disk that holds 4 MiB of data. Returns the disk's id. */
async function provisioned(sku = "PremiumV2_LRS"): Promise<{ id: string; name: string; vm: string }> {
  const vm = `fast-${made++}`;
  const parts = [{ offset: 0, data: pattern(DATA_MIB * MIB, made) }];
  await lab.azure.fabric.createVm({
    name: vm,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: GROUP,
    location: "westeurope",
    os: "Linux",
    size: "Standard_D2s_v5",
    power: "running",
    zones: ["1"],
    disks: [
      { file: await lab.image(`${vm}-os.raw`, 32 * MIB, []) },
      { file: await lab.image(`${vm}-data.raw`, 32 * MIB, parts), sku, facts: { zones: ["1"] } },
    ],
  });
  const name = `${vm}-data0`;
  return { id: `${compute}/disks/${name}`, name, vm };
}

const snap = (name: string, source: string, body: Partial<Snapshot> = {}) =>
  lab.arm.snapshots.createOrUpdate(GROUP, name, {
    location: "westeurope",
    incremental: true,
    ...body,
    creationData: { createOption: "Copy", sourceResourceId: source, ...body.creationData },
  });
const read = (name: string) =>
  sas(lab.arm.snapshots.grantAccess(GROUP, name, { access: "Read", durationInSeconds: 60 }));
const seconds = (count: number) => lab.azure.control.advanceClock(count * 1000);
const stateOf = async (name: string) => {
  const { completionPercent, snapshotAccessState } = await lab.arm.snapshots.get(GROUP, name);
  return [completionPercent, snapshotAccessState];
};

beforeEach(() => lab.azure.control.settings({ backgroundCopyBytesPerSecond: SPEED }));

test("completionPercent rises with the clock; the snapshot is unusable until 100", async () => {
  const disk = await provisioned();
  await snap("rising", disk.id);
  await seconds(5);
  const [percent, state] = await stateOf("rising");
  expect([percent, state]).toEqual([expect.any(Number), "Pending"]);
  expect(Number(percent)).toBeGreaterThanOrEqual(50);
  expect(Number(percent)).toBeLessThan(100);
  expect(await refusalOf(read("rising"))).toEqual({
    status: 409,
    code: "OperationNotAllowed",
    message: containing("has not completed"),
  });
  const restored = () =>
    lab.arm.disks.createOrUpdate(GROUP, "from-rising", {
      location: "westeurope",
      zones: ["1"],
      sku: { name: "PremiumV2_LRS" },
      creationData: { createOption: "Copy", sourceResourceId: `${compute}/snapshots/rising` },
    });
  expect((await failureOf(restored())).code).toBe("OperationNotAllowed");
  await seconds(6);
  expect(await stateOf("rising")).toEqual([100, "Available"]);
  expect(await read("rising")).toContain("sig=");
  await restored();
});

test("the second snapshot copies only what changed", async () => {
  const disk = await provisioned();
  await snap("first", disk.id);
  await seconds(11);
  const image = await lab.image("changed.raw", 32 * MIB, [
    { offset: 0, data: pattern(DATA_MIB * MIB, made) },
    { offset: 8 * MIB, data: pattern(MIB, 77) },
  ]);
  await lab.azure.control.write({ vm: disk.vm, disk: 0, image });
  await snap("second", disk.id);
  await seconds(3);
  expect(await stateOf("second")).toEqual([100, "Available"]);
});

test("only incremental snapshots, at most three copies of a disk at once", async () => {
  const disk = await provisioned("UltraSSD_LRS");
  expect(await refusalOf(snap("full", disk.id, { incremental: false }))).toEqual({
    status: 400,
    code: "BadRequest",
    message: containing("Only incremental snapshots are supported for disks with SKU UltraSSD_LRS"),
  });
  await lab.azure.control.settings({ backgroundCopyBytesPerSecond: 1 });
  await snap("u1", disk.id);
  // Copies of nothing end at once, so each snapshot needs a change.
  for (const [index, name] of ["u2", "u3"].entries()) {
    const parts = [{ offset: (10 + index) * MIB, data: pattern(MIB, 90 + index) }];
    await lab.azure.control.write({
      vm: disk.vm,
      disk: 0,
      image: await lab.image(`${name}.raw`, 32 * MIB, parts),
    });
    await snap(name, disk.id);
  }
  expect(await refusalOf(snap("u4", disk.id))).toEqual({
    status: 409,
    code: "OperationNotAllowed",
    message: containing("more than 3 snapshots with a background copy in progress"),
  });
  await lab.azure.control.settings({ backgroundCopiesPerDisk: 9, backgroundCopiesPerSubscription: 3 });
  expect((await refusalOf(snap("u4", disk.id))).message).toContain(
    "The subscription cannot have more than 3",
  );
  await lab.azure.control.settings({ backgroundCopiesPerDisk: 3, backgroundCopiesPerSubscription: 50 });
});

test("instant access restores at once but reads nothing until the copy ends", async () => {
  const disk = await provisioned();
  const creationData = { createOption: "Copy", instantAccessDurationMinutes: 60 };
  await lab.azure.control.settings({ backgroundCopyBytesPerSecond: 1000 });
  await snap("instant", disk.id, { creationData });
  expect((await stateOf("instant"))[1]).toBe("InstantAccess");
  expect((await failureOf(read("instant"))).code).toBe("OperationNotAllowed");
  await lab.arm.disks.createOrUpdate(GROUP, "instant-disk", {
    location: "westeurope",
    zones: ["1"],
    sku: { name: "PremiumV2_LRS" },
    creationData: { createOption: "Copy", sourceResourceId: `${compute}/snapshots/instant` },
  });
  await seconds(3601);
  expect((await stateOf("instant"))[1]).toBe("Pending");
  await seconds(3600);
  expect(await stateOf("instant")).toEqual([100, "Available"]);
  for (const minutes of [59, 301]) {
    const wrong = snap("wrong", disk.id, {
      creationData: { ...creationData, instantAccessDurationMinutes: minutes },
    });
    expect((await refusalOf(wrong)).message).toContain("must be between '60' and '300'");
  }
});

test("a copy fails when its disk is resized", async () => {
  const disk = await provisioned();
  await lab.azure.control.settings({ backgroundCopyBytesPerSecond: 1000 });
  await snap("doomed", disk.id);
  await lab.arm.disks.update(GROUP, disk.name, { diskSizeGB: 2 });
  await seconds(10_000);
  const { completionPercent, copyCompletionError } = await lab.arm.snapshots.get(GROUP, "doomed");
  expect(completionPercent).toBeLessThan(100);
  expect(copyCompletionError?.errorMessage).toContain("was resized");
});

test("CopyStart takes an incremental snapshot to another region, one at a time", async () => {
  await lab.importVm("home");
  const disk = `${compute}/disks/home-os`;
  await snap("near", disk);
  const far = (name: string, source: string, incremental = true) =>
    lab.arm.snapshots.createOrUpdate(GROUP, name, {
      location: "northeurope",
      incremental,
      creationData: { createOption: "CopyStart", sourceResourceId: source },
    });
  expect(await refusalOf(far("f0", disk))).toEqual({
    status: 400,
    code: "InvalidParameter",
    message: "Entity not of expected type",
  });
  expect((await failureOf(far("f0", `${compute}/snapshots/near`, false))).code).toBe("BadRequest");
  const direct = lab.arm.snapshots.createOrUpdate(GROUP, "f0", {
    location: "northeurope",
    creationData: { createOption: "Copy", sourceResourceId: disk },
  });
  expect(await refusalOf(direct)).toMatchObject({ status: 404, code: "NotFound" });
  await lab.azure.control.settings({ backgroundCopyBytesPerSecond: 1000 });
  await far("far", `${compute}/snapshots/near`);
  await snap("near-2", disk);
  expect((await refusalOf(far("far-2", `${compute}/snapshots/near-2`))).message).toContain(
    "Only one snapshot",
  );
  expect(await lab.arm.snapshots.get(GROUP, "far")).toMatchObject({
    location: "northeurope",
    creationData: { createOption: "CopyStart" },
    snapshotAccessState: "Pending",
  });
  await lab.arm.snapshots.delete(GROUP, "near");
  const { copyCompletionError } = await lab.arm.snapshots.get(GROUP, "far");
  expect(copyCompletionError?.errorCode).toBe("CopySourceNotFound");
});
