/** The role of docs/azure-setup.md is enough for everything that Kluis does, and each of its actions is needed. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BudgetStore, KluisError } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AzureHarness,
  diskOf,
  finish,
  MIB,
  patternDisk,
  pointRequest,
  startAzure,
  vmId,
} from "../test/harness.ts";
import { giveKluisRole, kluisRole, rolePath } from "../test/role.ts";
import { parseAzureEnv } from "./config.ts";
import { type AzureConnection, connect } from "./connection.ts";
import {
  deleteEmptyCollection,
  pollDeleteRestorePoint,
  startDeleteRestorePoint,
} from "./delete-restore-point.ts";
import { inspectDisks } from "./disks.ts";
import { pollExtension, startExtension } from "./extension.ts";
import { grantRead, grantWrite, revokeRead } from "./grants.ts";
import { pollGuestFacts, startGuestFacts } from "./guest-facts.ts";
import { listInventory } from "./inventory.ts";
import { listOwned } from "./owned.ts";
import { pageRanges } from "./page-ranges.ts";
import { openPageWriter } from "./page-writer.ts";
import { pollRestorePoint, startRestorePoint } from "./restore-points.ts";
import { openSasDisk } from "./sas-disk.ts";
import type { RestorePointFacts } from "./types.ts";
import {
  pollDeleteDisk,
  pollFinishUpload,
  pollUploadDisk,
  startDeleteDisk,
  startFinishUpload,
  startUploadDisk,
} from "./upload-disk.ts";
import { requireVm } from "./vms.ts";

let harness: AzureHarness;
const { signal } = new AbortController();
const subscriptionId = CONTOSO_SUBSCRIPTION_ID;

beforeAll(async () => {
  harness = await startAzure();
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

async function backUp(azure: AzureConnection, name: string): Promise<RestorePointFacts> {
  const vm = await requireVm(azure, vmId(name));
  await inspectDisks(azure, vm);
  await finish(azure, await startExtension(azure, vm), pollExtension);
  await finish(azure, await startGuestFacts(azure, vm.id), pollGuestFacts);
  const request = pointRequest(name, { installationId: `of-${name}` });
  const point = await finish(azure, await startRestorePoint(azure, request), pollRestorePoint);
  const grant = await grantRead(azure, diskOf(point, "os"));
  const disk = await openSasDisk({ grant, signal });
  await disk.read(0, 4096, signal);
  await Array.fromAsync(pageRanges({ sas: grant.sas, diskBytes: disk.size, signal }));
  await revokeRead(azure, diskOf(point, "os"));
  return point;
}

async function restore(azure: AzureConnection): Promise<{ readonly diskId: string; readonly jobId: string }> {
  const jobId = randomUUID();
  const request = {
    subscriptionId,
    resourceGroup: "test-rg",
    name: `restored-${jobId}`,
    location: "westeurope",
    sku: "Premium_LRS",
    sizeBytes: 32 * MIB,
    osType: null,
    hyperVGeneration: null,
    zones: [],
    jobId,
    installationId: "install-1",
  } as const;
  const { diskId } = await finish(azure, await startUploadDisk(azure, request), pollUploadDisk);
  const writer = openPageWriter({ grant: await grantWrite(azure, diskId), diskBytes: request.sizeBytes });
  await writer.writeFooter(randomUUID(), signal);
  await finish(azure, await startFinishUpload(azure, diskId), pollFinishUpload);
  return { diskId, jobId };
}

/** Everything that Kluis does with Azure: discovers, backs up, restores, sweeps, and removes what it made. */
async function everything(azure: AzureConnection, name: string): Promise<void> {
  await Array.fromAsync(listInventory(azure, subscriptionId));
  const point = await backUp(azure, name);
  const disk = await restore(azure);
  await Array.fromAsync(listOwned(azure, { subscriptionId, installationId: `of-${name}` }));
  await finish(azure, await startDeleteDisk(azure, disk), pollDeleteDisk);
  await grantRead(azure, diskOf(point, "os"));
  await finish(azure, await startDeleteRestorePoint(azure, point.id), pollDeleteRestorePoint);
  expect(await deleteEmptyCollection(azure, point.collectionId)).toBe(true);
}

/** Without it sizes are unknown, and nothing fails. */
const optional = "Microsoft.Compute/skus/read";

describe("the role of docs/azure-setup.md", () => {
  test("is enough for everything that Kluis does", async () => {
    await giveKluisRole(harness.local.fabric);
    await everything(freshConnection(), await newVm());
    const [item] = await Array.fromAsync(listInventory(freshConnection(), subscriptionId));
    expect(item?.vm.traits.premiumStorage).toBe(true);
  });

  test.each(kluisRole.Actions.filter((action) => action !== optional))(
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

  test("without the list of sizes leaves facts of sizes unknown", async () => {
    await giveKluisRole(
      harness.local.fabric,
      kluisRole.Actions.filter((action) => action !== optional),
    );
    const [item] = await Array.fromAsync(listInventory(freshConnection(), subscriptionId));
    expect(item?.vm.traits.premiumStorage).toBeNull();
  });
});

describe("docs/azure-setup.md", () => {
  const page = readFile(join(rolePath, "../azure-setup.md"), "utf8");

  test("shows the role file as it is", async () => {
    const shown = /```json\n([\s\S]*?)```/.exec(await page)?.[1];
    expect(shown).toBe(await readFile(rolePath, "utf8"));
  });

  test("says why for each action", async () => {
    const rows = (await page).matchAll(/^\| `(Microsoft\.[^`]+)` \| (.{10,}) \|$/gm);
    expect([...rows].map(([, action]) => action)).toEqual(kluisRole.Actions);
  });
});
