/** A restore creates a disk again from its recorded facts. */
import { randomUUID } from "node:crypto";
import type { Disk } from "@azure/arm-compute";
import { type DiskFacts, planRestoredDisk, type RestoreChoices } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID as SUBSCRIPTION } from "@kluis/local-azure";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AzureHarness, finish, MIB, startAzure, vmId } from "../test/harness.ts";
import { inspectDisks, readDisk } from "./disks.ts";
import { grantWrite } from "./grants.ts";
import { openPageWriter } from "./page-writer.ts";
import { requireDiskDependencies } from "./restored-disk.ts";
import {
  pollFinishUpload,
  pollSetAccess,
  pollUploadDisk,
  startFinishUpload,
  startSetAccess,
  startUploadDisk,
} from "./upload-disk.ts";
import { requireVm } from "./vms.ts";

let harness: AzureHarness;
let encryptionSet: string;
let diskAccess: string;
const group = "test-rg";
const location = "westeurope";
const signal = AbortSignal.timeout(120_000);

beforeAll(async () => {
  harness = await startAzure();
  const client = harness.owner.compute(SUBSCRIPTION);
  const keyUrl = "https://kv.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
  const identity = { type: "SystemAssigned" };
  const set = await client.diskEncryptionSets.createOrUpdate(group, "des", {
    location,
    identity,
    activeKey: { keyUrl },
  });
  const access = await client.diskAccesses.createOrUpdate(group, "da", { location });
  [encryptionSet, diskAccess] = [set.id ?? "", access.id ?? ""];
});
afterAll(() => harness[Symbol.asyncDispose]());

type Made = Parameters<AzureHarness["local"]["fabric"]["createVm"]>[0]["disks"][number];

/** Creates a VM whose OS disk has these facts, and reads what a recovery point records of it. */
async function recorded(disk: Partial<Made>, zones?: string[]): Promise<{ facts: DiskFacts; source: Disk }> {
  const name = `src-${randomUUID().slice(0, 8)}`;
  const content = { sizeBytes: 32 * MIB, fill: async () => undefined };
  await harness.local.fabric.createVm({
    subscriptionId: SUBSCRIPTION,
    resourceGroup: group,
    location,
    name,
    size: "Standard_D2s_v5",
    os: "Linux",
    power: "running",
    ...(zones ? { zones } : {}),
    disks: [{ ...content, ...disk }],
  });
  const vm = await requireVm(harness.azure, vmId(name));
  const [found] = await inspectDisks(harness.azure, vm);
  const source = await readDisk(harness.azure, vm.diskRefs[0]?.diskId ?? "", {});
  if (!found?.facts || !source) throw new Error("The disk was not found.");
  return { facts: found.facts, source };
}

/** Restores an empty disk as the engine does. */
async function restored(facts: DiskFacts, choices: RestoreChoices = {}): Promise<Disk | null> {
  const { azure } = harness;
  const { disk } = planRestoredDisk({ sku: facts.sku, facts }, choices);
  await requireDiskDependencies(azure, disk);
  const request = {
    subscriptionId: SUBSCRIPTION,
    resourceGroup: group,
    name: `new-${randomUUID()}`,
    location,
    sizeBytes: facts.sizeBytes,
    disk,
    jobId: randomUUID(),
    installationId: "install-1",
  };
  const { diskId } = await finish(azure, await startUploadDisk(azure, request), pollUploadDisk);
  const grant = await grantWrite(azure, diskId);
  const writer = openPageWriter({ grant, diskBytes: facts.sizeBytes });
  await writer.writeFooter(randomUUID(), signal);
  await finish(azure, await startFinishUpload(azure, diskId), pollFinishUpload);
  if (disk.access !== null) {
    const wanted = { diskId, access: disk.access };
    await finish(azure, await startSetAccess(azure, wanted), pollSetAccess);
    await finish(azure, await startSetAccess(azure, wanted), pollSetAccess);
  }
  return readDisk(azure, diskId, {});
}

/** What must be equal; the rest is the disk's own identity and state. */
function essence(disk: Disk | null) {
  if (disk === null) return null;
  const { id: _id, name: _name, timeCreated: _time, uniqueId: _unique, ...rest } = disk;
  const { creationData: _creation, managedBy: _vm, tags: _tags, diskState, ...same } = rest;
  const { lastOwnershipUpdateTime: _ownership, ...facts } = same;
  return { ...facts, diskState: diskState === "Attached" ? "Unattached" : diskState };
}

test.each<{ name: string; disk: () => Partial<Made>; zones?: string[] }>([
  { name: "an ordinary OS disk in a zone", disk: () => ({}), zones: ["2"] },
  { name: "a zone-redundant disk", disk: () => ({ sku: "Premium_ZRS" }) },
  {
    name: "a disk with a customer key",
    disk: () => ({
      facts: {
        encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: encryptionSet },
      },
    }),
  },
  {
    name: "a private disk",
    disk: () => ({
      facts: {
        networkAccessPolicy: "AllowPrivate",
        diskAccessId: diskAccess,
        publicNetworkAccess: "Disabled",
      },
    }),
  },
  { name: "a disk with a higher tier", disk: () => ({ facts: { tier: "P20" } }) },
  { name: "a disk that denies every export", disk: () => ({ facts: { networkAccessPolicy: "DenyAll" } }) },
  {
    name: "a trusted launch disk from the marketplace",
    disk: () => ({
      facts: {
        securityType: "TrustedLaunch",
        supportedCapabilities: {
          architecture: "x64",
          diskControllerTypes: "SCSI, NVMe",
          acceleratedNetwork: true,
          supportedSecurityOption: "TrustedLaunchSupported",
        },
        purchasePlan: { name: "plan", publisher: "publisher", product: "product" },
      },
    }),
  },
  {
    name: "a disk that Azure Disk Encryption encrypted",
    disk: () => ({
      facts: {
        encryptionSettingsCollection: {
          enabled: true,
          encryptionSettingsVersion: "1.1",
          encryptionSettings: [
            {
              diskEncryptionKey: {
                sourceVault: {
                  id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv",
                },
                secretUrl: "https://kv.vault.azure.net/secrets/bek/1",
              },
            },
          ],
        },
      },
    }),
  },
])("$name comes back as it was", async ({ disk, zones }) => {
  const { facts, source } = await recorded(disk(), zones);
  expect(essence(await restored(facts))).toEqual(essence(source));
});

test.each([
  { sku: "PremiumV2_LRS", iopsReadWrite: 3000, mbpsReadWrite: 125 },
  { sku: "UltraSSD_LRS", iopsReadWrite: 300, mbpsReadWrite: 25 },
])("a disk of $sku keeps its zone and performance", async ({ sku, ...performance }) => {
  const { facts } = await recorded({}, ["1"]);
  const fast = { ...facts, slot: 0, osType: null, hyperVGeneration: null, sku, tier: null };
  const disk = await restored({ ...fast, ...performance });
  const diskIopsReadWrite = performance.iopsReadWrite;
  expect(disk).toMatchObject({ sku: { name: sku }, zones: ["1"], diskIopsReadWrite });
  expect(disk?.creationData?.logicalSectorSize).toBe(512);
});

test("a restored disk can be attached to the zonal VM that it is from, as can a zone-redundant one", async () => {
  const client = harness.owner.compute(SUBSCRIPTION);
  for (const disk of [{}, { sku: "Premium_ZRS" }]) {
    const { facts, source } = await recorded(disk, ["2"]);
    const { id: diskId = "" } = (await restored(facts)) ?? {};
    const vm = source.managedBy?.split("/").at(-1) ?? "";
    const { dataDisks } = await client.virtualMachines.attachDetachDataDisks(group, vm, {
      dataDisksToAttach: [{ diskId }],
    });
    expect(dataDisks?.map(({ managedDisk }) => managedDisk?.id)).toEqual([diskId]);
  }
});

test("a missing encryption set or disk access stops the restore before a disk is created; a choice continues", async () => {
  const { facts } = await recorded({});
  const set = encryptionSet.replace(/des$/, "gone");
  const keyed = {
    ...facts,
    encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: set },
  };
  await expect(restored(keyed)).rejects.toMatchObject({
    code: "CONFLICT",
    reason: "encryption-set-missing",
    params: { set },
  });
  expect((await restored(keyed, { encryption: "platform-key" }))?.encryption?.type).toBe(
    "EncryptionAtRestWithPlatformKey",
  );
  const gone = diskAccess.replace(/da$/, "gone");
  const closed = { ...facts, networkAccessPolicy: "AllowPrivate", diskAccessId: gone };
  await expect(restored(closed)).rejects.toMatchObject({ code: "CONFLICT", reason: "disk-access-missing" });
  expect((await restored(closed, { access: "deny-all" }))?.networkAccessPolicy).toBe("DenyAll");
});
