/** The role of docs/azure-role.json is enough for everything that Kluis does, and each of its actions is needed. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BudgetStore, type DiskFacts, KluisError, planRestoredDisk } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AzureHarness,
  diskOf,
  finish,
  patternDisk,
  pointRequest,
  snapshotRequest,
  startAzure,
  vmId,
} from "../test/harness.ts";
import { readInventory } from "../test/inventory.ts";
import { giveKluisRole, kluisRole, rolePath } from "../test/role.ts";
import { parseAzureEnv } from "./config.ts";
import { type AzureConnection, connect } from "./connection.ts";
import {
  deleteEmptyCollection,
  pollDeleteRestorePoint,
  startDeleteRestorePoint,
} from "./delete-restore-point.ts";
import {
  pollDeleteDiskSnapshot,
  pollDiskSnapshot,
  startDeleteDiskSnapshot,
  startDiskSnapshot,
} from "./disk-snapshots.ts";
import { inspectDisks } from "./disks.ts";
import { pollExtension, startExtension } from "./extension.ts";
import { grantRead, grantWrite, revokeRead } from "./grants.ts";
import { pollGuestFacts, startGuestFacts } from "./guest-facts.ts";
import { listOwnedCollections, listOwnedDisks, listOwnedSnapshots, readOwnedPoints } from "./owned.ts";
import { pageRanges } from "./page-ranges.ts";
import { openPageWriter } from "./page-writer.ts";
import { optionalActions } from "./required-actions.ts";
import { pollRestorePoint, startRestorePoint } from "./restore-points.ts";
import { requireDiskDependencies } from "./restored-disk.ts";
import { openSasDisk } from "./sas-disk.ts";
import type { RestorePointFacts } from "./types.ts";
import {
  pollDeleteDisk,
  pollFinishUpload,
  pollSetAccess,
  pollUploadDisk,
  startDeleteDisk,
  startFinishUpload,
  startSetAccess,
  startUploadDisk,
} from "./upload-disk.ts";
import { readVmConfiguration } from "./vm-configuration.ts";
import { requireVm } from "./vms.ts";

let harness: AzureHarness;
let encryptionSet: string;
let diskAccess: string;
const { signal } = new AbortController();
const subscriptionId = CONTOSO_SUBSCRIPTION_ID;

beforeAll(async () => {
  harness = await startAzure();
  const { diskEncryptionSets, diskAccesses } = harness.owner.compute(subscriptionId);
  const keyUrl = "https://kv.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
  const location = "westeurope";
  const identity = { type: "SystemAssigned" };
  const set = { location, identity, activeKey: { keyUrl } };
  encryptionSet = (await diskEncryptionSets.createOrUpdate("test-rg", "des", set)).id ?? "";
  diskAccess = (await diskAccesses.createOrUpdate("test-rg", "da", { location })).id ?? "";
});
afterAll(() => harness[Symbol.asyncDispose]());

/** A new Windows VM: only the first backup of one installs the extension. */
async function newVm(): Promise<string> {
  const name = `vm-${randomUUID().slice(0, 8)}`;
  await harness.local.fabric.createVm({
    subscriptionId,
    resourceGroup: "test-rg",
    location: "westeurope",
    size: "Standard_D2s_v5",
    tags: {},
    name,
    os: "Windows",
    power: "running",
    disks: [patternDisk(32, 1)],
  });
  return name;
}

/** Grants what is wanted: these tests do not concern budgets. */
const boundless: BudgetStore = {
  lease: async ({ want }) => ({ granted: want, waitMs: 0 }),
  lower: async () => {},
  block: async () => {},
};

/** A new process: nothing of an earlier role is cached. */
const freshConnection = () => connect(parseAzureEnv(harness.env), { budgetStore: boundless });

interface BackedUp {
  readonly point: RestorePointFacts;
  /** What the point records of the OS disk. */
  readonly facts: DiskFacts;
}

async function backUp(azure: AzureConnection, name: string): Promise<BackedUp> {
  const vm = await requireVm(azure, vmId(name));
  const [found] = await inspectDisks(azure, vm);
  if (!found?.facts) throw new Error("The OS disk was not found.");
  await finish(azure, await startExtension(azure, vm), pollExtension);
  await finish(azure, await startGuestFacts(azure, vm.id), pollGuestFacts);
  const request = pointRequest(name, { installationId: `of-${name}` });
  const point = await finish(azure, await startRestorePoint(azure, request), pollRestorePoint);
  const grant = await grantRead(azure, diskOf(point, "os"));
  const disk = await openSasDisk({ grant, signal });
  await disk.read(0, 4096, signal);
  await Array.fromAsync(pageRanges({ sas: grant.sas, diskBytes: disk.size, signal }));
  await revokeRead(azure, diskOf(point, "os"));
  return { point, facts: found.facts };
}

/** Restores a private disk with a customer key: both must still exist. */
async function restore(
  azure: AzureConnection,
  recorded: DiskFacts,
): Promise<{ readonly diskId: string; readonly jobId: string }> {
  const jobId = randomUUID();
  const facts: DiskFacts = {
    ...recorded,
    encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: encryptionSet },
    networkAccessPolicy: "AllowPrivate",
    publicNetworkAccess: "Disabled",
    diskAccessId: diskAccess,
  };
  const { disk } = planRestoredDisk({ sku: facts.sku, facts }, {});
  await requireDiskDependencies(azure, disk);
  const request = {
    subscriptionId,
    resourceGroup: "test-rg",
    name: `restored-${jobId}`,
    location: "westeurope",
    sizeBytes: facts.sizeBytes,
    disk,
    jobId,
    installationId: "install-1",
  } as const;
  const { diskId } = await finish(azure, await startUploadDisk(azure, request), pollUploadDisk);
  const writer = openPageWriter({ grant: await grantWrite(azure, diskId), diskBytes: request.sizeBytes });
  await writer.writeFooter(randomUUID(), signal);
  await finish(azure, await startFinishUpload(azure, diskId), pollFinishUpload);
  if (disk.access === null) throw new Error("The disk is not private.");
  await finish(azure, await startSetAccess(azure, { diskId, access: disk.access }), pollSetAccess);
  return { diskId, jobId };
}

/** Takes a snapshot of a VM's disk alone, reads it, and removes it. */
async function snapshotDisk(azure: AzureConnection, name: string): Promise<void> {
  const request = snapshotRequest(name);
  const snapshot = await finish(azure, await startDiskSnapshot(azure, request), pollDiskSnapshot);
  const grant = await grantRead(azure, snapshot.id);
  await (await openSasDisk({ grant, signal })).read(0, 4096, signal);
  await revokeRead(azure, snapshot.id);
  await finish(azure, await startDeleteDiskSnapshot(azure, snapshot.id), pollDeleteDiskSnapshot);
}

/** Everything that Kluis does with Azure: discovers, backs up, restores, sweeps, and removes what it made. */
async function everything(azure: AzureConnection, name: string): Promise<void> {
  await readInventory(azure, subscriptionId);
  const { point, facts } = await backUp(azure, name);
  const disk = await restore(azure, facts);
  const owned = { subscriptionId, installationId: `of-${name}`, link: null };
  for (const { id } of (await listOwnedCollections(azure, owned)).items) await readOwnedPoints(azure, id);
  await listOwnedDisks(azure, owned);
  await listOwnedSnapshots(azure, owned);
  await finish(azure, await startDeleteDisk(azure, disk), pollDeleteDisk);
  await grantRead(azure, diskOf(point, "os"));
  await finish(azure, await startDeleteRestorePoint(azure, point.id), pollDeleteRestorePoint);
  await snapshotDisk(azure, name);
  expect(await deleteEmptyCollection(azure, point.collectionId)).toBe(true);
}

const optional: readonly string[] = optionalActions;

describe("the role of docs/azure-role.json", () => {
  test("is enough for everything that Kluis does", async () => {
    await giveKluisRole(harness.local.fabric);
    await everything(freshConnection(), await newVm());
    const [item] = await readInventory(freshConnection(), subscriptionId);
    expect(item?.vm.traits.premiumStorage).toBe(true);
  });

  test.each(kluisRole.Actions.filter((action) => !optional.includes(action)))(
    "without %s fails with a message that names it",
    async (missing) => {
      const actions = kluisRole.Actions.filter((action) => action !== missing);
      await giveKluisRole(harness.local.fabric, actions);
      const error = await everything(freshConnection(), await newVm()).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(KluisError);
      expect(error).toMatchObject({ code: "AZURE_FORBIDDEN", retry: "never" });
      expect(error).toHaveProperty("message", expect.stringContaining(`'${missing}'`));
      expect(error).toHaveProperty("params.permission", missing);
      expect(error).toHaveProperty("action", expect.stringContaining("docs/azure-setup.md"));
    },
  );

  test("records network interfaces with it, and only their ids without", async () => {
    const interfacesWith = async (actions: string[]) => {
      await giveKluisRole(harness.local.fabric, actions);
      const azure = freshConnection();
      return readVmConfiguration(azure, await requireVm(azure, vmId("lin")));
    };
    const id = vmId("lin").replace(/Microsoft\.Compute.*/, "Microsoft.Network/networkInterfaces/lin-nic");
    expect(await interfacesWith(kluisRole.Actions)).toMatchObject({
      networkInterfaces: [{ id, resource: { name: "lin-nic" }, problem: null }],
    });
    expect(await interfacesWith(kluisRole.Actions.filter((one) => !optional.includes(one)))).toMatchObject({
      networkInterfaces: [{ id, resource: null, problem: "AZURE_FORBIDDEN" }],
    });
  });

  test("without the list of sizes leaves facts of sizes unknown", async () => {
    await giveKluisRole(
      harness.local.fabric,
      kluisRole.Actions.filter((action) => !optional.includes(action)),
    );
    const [item] = await readInventory(freshConnection(), subscriptionId);
    expect(item?.vm.traits.premiumStorage).toBeNull();
  });
});

describe("docs/azure-setup.md", () => {
  const page = readFile(join(rolePath, "../azure-setup.md"), "utf8");

  test("says why for each action", async () => {
    const rows = (await page).matchAll(/^\| `(Microsoft\.[^`]+)` \| (.{10,}) \|$/gm);
    expect([...rows].map(([, action]) => action)).toEqual(kluisRole.Actions);
  });
});
