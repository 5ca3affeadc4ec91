import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AzureHarness, finish, MIB, startAzure, vmId } from "../test/harness.ts";
import { readInventory } from "../test/inventory.ts";
import { parseAzureEnv } from "./config.ts";
import { connect, probe } from "./connection.ts";
import { inspectDisks, vmFactsOf } from "./disks.ts";
import { pollExtension, startExtension } from "./extension.ts";
import { pollGuestFacts, startGuestFacts } from "./guest-facts.ts";
import { listMachines } from "./inventory.ts";
import { getVm, requireVm } from "./vms.ts";

let harness: AzureHarness;
beforeAll(async () => {
  harness = await startAzure();
});
beforeEach(() => harness.local.control.clearFaults());
afterAll(() => harness[Symbol.asyncDispose]());

describe("discovery", () => {
  test("lists every VM across pages, with power states", async () => {
    await harness.local.control.settings({ pageSize: 2 });
    const found = await readInventory(harness.azure, CONTOSO_SUBSCRIPTION_ID);
    const shown = found.map(({ vm: { name, osType, powerState, tags } }) => ({
      name,
      osType,
      powerState,
      tags,
    }));
    expect(shown.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "big", osType: "linux", powerState: "running", tags: { team: "commerce" } },
      { name: "lin", osType: "linux", powerState: "running", tags: { team: "commerce" } },
      { name: "off", osType: "linux", powerState: "deallocated", tags: { team: "commerce" } },
      { name: "win", osType: "windows", powerState: "running", tags: { team: "commerce" } },
    ]);
  });

  test("reads a VM whole: configuration as sent, agent, disks", async () => {
    const vm = await requireVm(harness.azure, vmId("LIN"));
    expect(vm).toMatchObject({ name: "lin", powerState: "running", agentState: "ready" });
    expect(vm.configuration).toMatchObject({
      name: "lin",
      properties: { vmId: vm.azureVmId, hardwareProfile: {} },
    });
    expect(JSON.stringify(vm.configuration)).not.toContain("PowerState");
    const disks = await inspectDisks(harness.azure, vm);
    expect(disks.map(({ ref, facts }) => [ref.slot, facts?.sizeBytes])).toEqual([
      ["os", 64 * MIB],
      [0, 32 * MIB],
    ]);
    expect(disks.map(({ raw }) => raw)).toMatchObject([{ name: disks[0]?.ref.name }, { properties: {} }]);
    expect(vmFactsOf(vm, disks)).toMatchObject({
      resourceId: vmId("lin").toLowerCase(),
      azureVmId: vm.azureVmId,
      osType: "linux",
      disks: [
        { key: "os", bytes: 64 * MIB, unsupported: null },
        { key: "0", bytes: 32 * MIB, unsupported: null },
      ],
    });
  });

  test("a missing VM is null, or VM_NOT_FOUND when required", async () => {
    expect(await getVm(harness.azure, vmId("missing"))).toBeNull();
    await expect(requireVm(harness.azure, vmId("missing"))).rejects.toMatchObject({ code: "VM_NOT_FOUND" });
  });
});

describe("failures of a connection", () => {
  const probeWith = async (change: Record<string, string>) => {
    const azure = connect(parseAzureEnv({ ...harness.env, ...change }));
    return (await probe(azure, { signal: AbortSignal.timeout(10_000) }))?.code ?? null;
  };

  test("a good connection has no error", async () => {
    expect(await probeWith({})).toBeNull();
  });

  test("a wrong secret, a wrong tenant, no role, no server", async () => {
    const wrong = join(harness.folder, "wrong");
    await writeFile(wrong, "not-the-secret");
    expect(await probeWith({ KLUIS_AZURE_CLIENT_SECRET_FILE: wrong })).toBe("AZURE_AUTH_FAILED");
    const nowhere = "99999999-9999-4999-8999-999999999999";
    expect(await probeWith({ KLUIS_AZURE_TENANT_ID: nowhere })).toBe("AZURE_AUTH_FAILED");
    const azure = connect(parseAzureEnv({ ...harness.env, KLUIS_AZURE_SUBSCRIPTIONS: nowhere }));
    const listed = listMachines(azure, { subscriptionId: nowhere, link: null });
    await expect(listed).rejects.toMatchObject({
      code: expect.stringMatching(/^AZURE_(FORBIDDEN|SUBSCRIPTION_UNUSABLE)$/) as string,
    });
    const rewrite = "management.azure.com=http://127.0.0.1:9,login.microsoftonline.com=http://127.0.0.1:9";
    expect(await probeWith({ KLUIS_AZURE_REWRITE: rewrite })).toBe("AZURE_UNREACHABLE");
  });

  test("the machine's managed identity signs in and has no role here", async () => {
    vi.stubEnv("AZURE_POD_IDENTITY_AUTHORITY_HOST", harness.local.url);
    const change = { KLUIS_AZURE_CLIENT_SECRET_FILE: "", KLUIS_AZURE_CLIENT_ID: "" };
    expect(await probeWith(change)).toBe("CONNECTION_UNUSABLE");
    vi.unstubAllEnvs();
  });

  test("throws throttling at once, with Azure's wait", async () => {
    await harness.local.control.addFault({
      match: { operation: "virtualMachines.*" },
      effect: { type: "throttle", retryAfterSeconds: 1200 },
    });
    // A separate connection: it sends no such request for 20 minutes.
    const azure = connect(parseAzureEnv(harness.env));
    await expect(requireVm(azure, vmId("lin"))).rejects.toMatchObject({
      code: "AZURE_THROTTLED",
      retryAfterMs: 1_200_000,
    });
  });

  test("retries a transient failure", async () => {
    await harness.local.control.addFault({
      match: { operation: "virtualMachines.*" },
      effect: { type: "fail", status: 500, code: "InternalServerError" },
      times: 1,
    });
    expect((await requireVm(harness.azure, vmId("lin"))).name).toBe("lin");
  });

  test("a canceled call is CANCELLED", async () => {
    const signal = AbortSignal.abort();
    await expect(requireVm(harness.azure, vmId("lin"), { signal })).rejects.toMatchObject({
      code: "CANCELLED",
    });
  });
});

describe("the guest", () => {
  test("installs the extension once and reads its changes in Windows", async () => {
    const vm = await requireVm(harness.azure, vmId("win"));
    const facts = async () =>
      finish(harness.azure, await startGuestFacts(harness.azure, vm.id), pollGuestFacts);
    expect(await facts()).toEqual({
      vcRedist2013: null,
      vssStartType: "Manual",
      iaasVmProviderInstalled: false,
    });

    const install = async () => finish(harness.azure, await startExtension(harness.azure, vm), pollExtension);
    const installed = await install();
    expect(installed).toMatchObject({
      name: "VMSnapshot",
      type: "VMSnapshot",
      provisioningState: "Succeeded",
    });
    expect((await startExtension(harness.azure, vm)).status).toBe("done");
    expect((await requireVm(harness.azure, vm.id)).extensions.map(({ type }) => type)).toEqual([
      "VMSnapshot",
    ]);
    const after = await facts();
    expect(after).toMatchObject({ vssStartType: "Automatic", iaasVmProviderInstalled: true });
    expect(after.vcRedist2013).toContain("12.0.40660");
  });

  test("a failed extension is EXTENSION_FAILED", async () => {
    await harness.local.control.addFault({
      match: { operation: "guest.extension" },
      effect: { type: "fail" },
    });
    const vm = await requireVm(harness.azure, vmId("lin"));
    const install = async () => finish(harness.azure, await startExtension(harness.azure, vm), pollExtension);
    await expect(install()).rejects.toMatchObject({ code: "EXTENSION_FAILED" });
  });
});
