/** What a recovery point records of a VM and its disks, what a restore makes of it, and which VMs are refused. */
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, type RestoreChoices, readDiskFacts } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { discover } from "../src/inventory/discover.ts";
import { sweepAzure } from "../src/upkeep/sweep.ts";
import { GROUP, MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
let vmId: string;
let point: PointRow;
let encryptionSet: string;
const location = "westeurope";
const userData = Buffer.from("user data of the VM").toString("base64");
const azure = () => world.owner().compute(CONTOSO_SUBSCRIPTION_ID);
const diskNamed = (name: string) => azure().disks.get(GROUP, name);

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const identity = { type: "SystemAssigned" };
  const keyUrl = "https://kv.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
  const set = { location, identity, activeKey: { keyUrl } };
  encryptionSet = (await azure().diskEncryptionSets.createOrUpdate(GROUP, "des", set)).id ?? "";
  const image = await world.image("src", 24 * MIB, [random(0, MIB)]);
  vmId = await world.protectedVm({ name: "src", disks: [image], policy: standardPolicy, stopped: true });
  await azure().disks.update(GROUP, "src-os", {
    encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: encryptionSet },
    tags: { app: "shop" },
  });
  await azure().virtualMachines.update(GROUP, "src", { userData });
  point = await world.backUp(vmId);
});
afterAll(async () => {
  await world.stop();
});

async function restore(name: string, choices: RestoreChoices): Promise<Awaited<ReturnType<World["ended"]>>> {
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location };
  const parameters = { disk: "os", name, ...place, sku: "Premium_LRS", choices };
  const job = {
    kind: "restore-disk",
    vmId,
    pointId: point.id,
    trigger: "manual",
    actor: engineActor,
    parameters,
  } as const;
  const id = await inTransaction(world.db, (tx) => createJob(tx, job, world.clock));
  return world.ended(id);
}

it("a point records the disk's facts, also in the manifest, with Azure's whole answers", async () => {
  const [disk] = point.disks;
  expect(readDiskFacts(disk?.facts)).toMatchObject({
    encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: encryptionSet },
    networkAccessPolicy: "AllowAll",
    hyperVGeneration: "V2",
    tags: { app: "shop" },
  });
  expect(point.vmFacts).toMatchObject({ size: "Standard_D2s_v5", traits: { premiumStorage: true } });
  const { vault } = await engine.deps.vaults.open(point.vaultId);
  const { manifest } = await vault.getManifest(point.id, AbortSignal.timeout(30_000));
  expect(manifest.disks[0]?.configuration).toMatchObject({
    tags: { app: "shop" },
    azure: { name: "src-os", properties: { encryption: { diskEncryptionSetId: encryptionSet } } },
  });
  expect(manifest.vm.configuration).toMatchObject({
    name: "src",
    resources: [],
    networkInterfaces: [{ resource: { name: "src-nic" }, problem: null }],
  });
});

it("the manifest has the VM's user data; the database does not keep it", async () => {
  const { vault } = await engine.deps.vaults.open(point.vaultId);
  const { manifest } = await vault.getManifest(point.id, AbortSignal.timeout(30_000));
  expect(manifest.vm.configuration).toMatchObject({ properties: { userData } });
  const { memory } = await world.db.prisma.job.findUniqueOrThrow({ where: { id: point.jobId } });
  const { configuration } = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
  expect(JSON.stringify([memory, configuration])).not.toContain(userData);
});

it("a restored disk has the recorded key; the job records what differs", async () => {
  const job = await restore("again", {});
  expect(job).toMatchObject({ state: "succeeded", error: null });
  const disk = await diskNamed("again");
  expect(disk).toMatchObject({
    encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: encryptionSet },
    hyperVGeneration: "V2",
    tags: { app: "shop" },
    diskState: "Unattached",
  });
  const [prepare] = await world.db.prisma.jobStep.findMany({ where: { jobId: job.id, name: "prepare" } });
  expect(prepare?.detail).toMatchObject({ differences: [{ code: "restore-customer-key" }] });
});

it("a closed disk accepts the upload and is closed when the job ends", async () => {
  expect(await restore("closed", { access: "deny-all" })).toMatchObject({ state: "succeeded", error: null });
  const access = { networkAccessPolicy: "DenyAll", publicNetworkAccess: "Disabled" };
  expect(await diskNamed("closed")).toMatchObject(access);
});

it("leaves no disk when its network access cannot be set", async () => {
  await world.control.addFault({
    match: { operation: "disks.update" },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
  });
  const job = await restore("open", { access: "deny-all" });
  await world.control.clearFaults();
  expect(job).toMatchObject({ state: "failed", error: { code: "AZURE_FORBIDDEN" } });
  await expect(diskNamed("open")).rejects.toMatchObject({ statusCode: 404 });
});

it("leaves no disk either when an earlier disk of the name was delivered and deleted", async () => {
  expect(await restore("weekly", {})).toMatchObject({ state: "succeeded" });
  await azure().disks.delete(GROUP, "weekly");
  await world.control.addFault({
    match: { operation: "disks.update" },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
  });
  const job = await restore("weekly", { access: "deny-all" });
  await world.control.clearFaults();
  expect(job).toMatchObject({ state: "failed", error: { code: "AZURE_FORBIDDEN" } });
  await expect(diskNamed("weekly")).rejects.toMatchObject({ statusCode: 404 });
});

it("the sweeper removes an open disk that its job could neither close nor delete", async () => {
  for (const operation of ["disks.update", "disks.delete"]) {
    const effect = { type: "fail", status: 409, code: "ScopeLocked" } as const;
    await world.control.addFault({ match: { operation }, effect });
  }
  const job = await restore("locked", { access: "deny-all" });
  await world.control.clearFaults();
  expect(job).toMatchObject({ state: "failed", error: { code: "AZURE_FORBIDDEN", reason: "lock" } });
  expect(await diskNamed("locked")).toMatchObject({ networkAccessPolicy: "AllowAll" });
  const options = { signal: AbortSignal.timeout(30_000), safetyMs: -60_000 };
  await sweepAzure(engine.deps, options);
  await world.clock.advance({ minutes: 10 });
  await world.reconciled();
  await expect(diskNamed("locked")).rejects.toMatchObject({ statusCode: 404 });
  // Those of the restores that succeeded are the user's.
  expect(await diskNamed("closed")).toMatchObject({ diskState: "Unattached" });
});

it("without its encryption set the job creates nothing; a platform key is the user's choice", async () => {
  const gone = `${encryptionSet}-gone`;
  const job = await restore("keyless", { encryption: gone });
  expect(job).toMatchObject({
    state: "failed",
    error: { code: "CONFLICT", reason: "encryption-set-missing" },
  });
  await expect(diskNamed("keyless")).rejects.toMatchObject({ statusCode: 404 });
  expect(await restore("platform", { encryption: "platform-key" })).toMatchObject({
    state: "succeeded",
  });
  expect(await diskNamed("platform")).toMatchObject({
    encryption: { type: "EncryptionAtRestWithPlatformKey" },
  });
});

it("takes a snapshot of each disk of a stopped VM whose size cannot have a restore point", async () => {
  const image = await world.image("old", 24 * MIB, []);
  const input = { vm: "old", os: "linux", resourceGroup: GROUP, stopped: true } as const;
  await world.control.importVm({ ...input, size: "Standard_D2_v2", disks: [image] });
  await discover(engine.deps, null, AbortSignal.timeout(30_000));
  const vm = await world.db.prisma.virtualMachine.findFirstOrThrow({ where: { name: "old" } });
  expect(vm.traits).toMatchObject({ premiumStorage: false });
  await world.db.prisma.protection.update({ where: { vmId }, data: { vmId: vm.id } });
  const job = await world.ended(await world.startBackup(vm.id));
  expect(job).toMatchObject({ state: "succeeded", error: null });
  const point = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { jobId: job.id } });
  expect(point).toMatchObject({
    capturedBy: "disk-snapshots",
    capturedNotice: { code: "captured-by-disk-size" },
    consistencyReached: "file",
  });
  const { restorePoints } = await world.control.snapshots();
  expect(restorePoints.filter(({ vm: of }) => of.toLowerCase().endsWith("/old"))).toEqual([]);
});
