/** What Azure refuses really happens here: the same code from an answer and from an operation means the same. */
import { randomUUID } from "node:crypto";
import { KluisError, planRestoredDisk } from "@kluis/domain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AzureHarness, finish, pointRequest, startAzure, takePoint, vmId } from "../test/harness.ts";
import { pollDeleteRestorePoint, startDeleteRestorePoint } from "./delete-restore-point.ts";
import { pollExtension, startExtension } from "./extension.ts";
import { listMachines } from "./inventory.ts";
import { startUploadDisk } from "./upload-disk.ts";
import { getVm, requireVm } from "./vms.ts";

let harness: AzureHarness;
beforeAll(async () => {
  harness = await startAzure();
});
beforeEach(() => harness.local.control.clearFaults());
afterAll(() => harness[Symbol.asyncDispose]());

interface Refusal {
  readonly operation: string;
  readonly status?: number;
  readonly code: string;
  readonly message?: string;
}

/** Azure refuses each such call, or fails each such operation (`work:…`). */
async function refuse({ operation, status = 409, code, message = "Azure said so." }: Refusal): Promise<void> {
  await harness.local.control.addFault({
    match: { operation },
    effect: { type: "fail", status, code, message },
  });
}

async function failureOf(work: () => Promise<unknown>): Promise<string> {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KluisError)) throw new Error("The call did not fail as expected.", { cause: error });
  expect(error.action).toBeDefined();
  return `${error.code}/${error.reason ?? "-"} ${error.retry}`;
}

const snapshot = () => takePoint(harness.azure, pointRequest("lin"));

describe("a restore point", () => {
  const vss = "Restore Point creation failed due to VSS Writers in bad state. Restart VSS Writer services.";
  test.each([
    ["VMAgentStatusCommunicationError", "VM has not reported status.", "AGENT_NOT_READY/reported backoff"],
    ["VMRestorePointClientError", vss, "GUEST_FAILED/vss-writers bounded"],
    ["VMRestorePointClientError", "No idea.", "GUEST_FAILED/reported bounded"],
    ["DiskRestorePointClientError", "Keyvault not found.", "AZURE_REJECTED/encryption-key never"],
    ["RequestDisallowedByPolicy", "Disallowed by policy.", "AZURE_FORBIDDEN/policy never"],
    ["ScopeLocked", "The scope cannot perform write operation.", "AZURE_FORBIDDEN/lock never"],
    ["ReadOnlyDisabledSubscription", "Read only.", "AZURE_SUBSCRIPTION_UNUSABLE/disabled never"],
    ["InternalOperationError", "Later.", "AZURE_FAILED/reported backoff"],
    ["NeverSeenBefore", "Something new.", "AZURE_FAILED/unknown bounded"],
  ])("that fails with %s (%s) is %s", async (code, message, means) => {
    await refuse({ operation: "work:restorePoints.create", code, message });
    expect(await failureOf(snapshot)).toBe(means);
    await harness.local.control.clearFaults();
    await refuse({ operation: "restorePoints.create", code, message, status: 409 });
    const refused = means.replace("AZURE_FAILED/unknown", "AZURE_CONFLICT/unknown");
    expect(await failureOf(snapshot)).toBe(refused);
  });

  test("under a lock is not deleted, and says so", async () => {
    const { id } = await snapshot();
    await refuse({ operation: "restorePoints.delete", code: "ScopeLocked" });
    const remove = async () =>
      finish(harness.azure, await startDeleteRestorePoint(harness.azure, id), pollDeleteRestorePoint);
    expect(await failureOf(remove)).toBe("AZURE_FORBIDDEN/lock never");
  });
});

describe("a missing thing", () => {
  const missing = (code: string) => refuse({ operation: "virtualMachines.get", status: 404, code });

  test("is a VM only when Azure knows the subscription", async () => {
    await missing("ResourceNotFound");
    expect(await getVm(harness.azure, vmId("lin"))).toBeNull();
    await harness.local.control.clearFaults();
    await missing("ResourceGroupNotFound");
    expect(await getVm(harness.azure, vmId("lin"))).toBeNull();
  });

  test.each([
    ["SubscriptionNotFound", "AZURE_SUBSCRIPTION_UNUSABLE/unknown never"],
    ["InvalidAuthenticationTokenTenant", "AZURE_SUBSCRIPTION_UNUSABLE/other-tenant never"],
    ["ProxyPageNotFound", "AZURE_FAILED/unknown bounded"],
  ])("is not a VM: %s is %s", async (code, means) => {
    await missing(code);
    expect(await failureOf(() => getVm(harness.azure, vmId("lin")))).toBe(means);
    await refuse({ operation: "virtualMachines.*", status: 404, code });
    const subscriptionId = harness.azure.subscriptions[0] ?? "";
    const list = () => listMachines(harness.azure, { subscriptionId, link: null });
    expect(await failureOf(list)).toBe(means);
  });
});

describe("a new disk", () => {
  const create = () =>
    startUploadDisk(harness.azure, {
      subscriptionId: harness.azure.subscriptions[0] ?? "",
      resourceGroup: "test-rg",
      name: `d-${randomUUID()}`,
      location: "westeurope",
      sizeBytes: 32 * 1024 ** 2,
      disk: planRestoredDisk({ sku: "Premium_LRS", facts: null }, {}).disk,
      jobId: randomUUID(),
      installationId: "install-1",
    });
  test.each([
    [403, "LinkedAuthorizationFailed", "AZURE_FORBIDDEN/linked never"],
    [404, "ResourceGroupNotFound", "AZURE_NOT_FOUND/resource-group never"],
    [409, "QuotaExceeded", "AZURE_LIMIT_REACHED/quota never"],
    [409, "SkuNotAvailable", "AZURE_LIMIT_REACHED/size never"],
    [409, "AllocationFailed", "AZURE_LIMIT_REACHED/capacity state"],
    [409, "ResourceGroupBeingDeleted", "AZURE_CONFLICT/being-deleted never"],
    [409, "MissingSubscriptionRegistration", "AZURE_SUBSCRIPTION_UNUSABLE/not-registered never"],
    [409, "AnotherOperationInProgress", "AZURE_CONFLICT/busy state"],
  ])("%i %s is %s", async (status, code, means) => {
    await refuse({ operation: "disks.*", status, code });
    expect(await failureOf(create)).toBe(means);
  });
});

describe("the extension", () => {
  test.each([
    [404, "ArtifactNotFound", "EXTENSION_FAILED/not-published never"],
    [404, "ArtifactVersionNotFound", "EXTENSION_FAILED/not-published never"],
    [409, "VMAgentStatusCommunicationError", "AGENT_NOT_READY/reported backoff"],
  ])("%i %s is %s", async (status, code, means) => {
    const vm = await requireVm(harness.azure, vmId("big"));
    await refuse({ operation: "virtualMachineExtensions.createOrUpdate", status, code });
    const install = async () => finish(harness.azure, await startExtension(harness.azure, vm), pollExtension);
    expect(await failureOf(install)).toBe(means);
  });

  test("is requested as version 1.0, which Azure upgrades itself", async () => {
    const vm = await requireVm(harness.azure, vmId("win"));
    const done = await finish(harness.azure, await startExtension(harness.azure, vm), pollExtension);
    expect(done).toMatchObject({ type: "VMSnapshot", version: "1.0" });
  });
});
