import { expect, test } from "vitest";
import { GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { makeVm, putBack, refusal } from "./vm-lab.ts";

const lab = useLab();
const vms = () => lab.arm.virtualMachines;
const get = (name: string, expand?: "userData" | "instanceView") =>
  vms().get(GROUP, name, expand === undefined ? {} : { expand });
const identities =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
const notAllowed = (property: string) =>
  `409 PropertyChangeNotAllowed: Changing property '${property}' is not allowed.`;

test("PUT of what GET returned changes only the tags and the ETag", async () => {
  await makeVm(lab, "web", { data: 1, tags: { a: "1" }, facts: { licenseType: "UBUNTU_PRO" } });
  const before = await get("web");
  const after = await putBack(lab, "web", (vm) => ({ ...vm, tags: { b: "2" } }));
  expect([before.etag, after.etag]).toEqual(['"1"', '"2"']);
  expect({ ...after, tags: before.tags, etag: before.etag }).toEqual(before);
  expect((await get("web")).tags).toEqual({ b: "2" });
});

test("If-Match and If-None-Match are honored", async () => {
  await makeVm(lab, "web");
  const patch = (options: { ifMatch?: string; ifNoneMatch?: string }) =>
    vms().update(GROUP, "web", { tags: { a: "1" } }, options);
  expect(await refusal(patch({ ifMatch: '"9"' }))).toMatch(/^412 ConditionNotMet/);
  expect(await refusal(patch({ ifNoneMatch: "*" }))).toMatch(/^412 ConditionNotMet/);
  await patch({ ifMatch: '"1"' });
  expect((await get("web")).etag).toBe('"2"');
});

test("PATCH keeps every property that can change", async () => {
  await makeVm(lab, "web");
  await vms().update(GROUP, "web", {
    identity: { type: "SystemAssigned, UserAssigned", userAssignedIdentities: { [`${identities}/one`]: {} } },
    licenseType: "RHEL_BYOS",
    userData: "aGVsbG8=",
    diagnosticsProfile: {
      bootDiagnostics: { enabled: true, storageUri: "https://diag.blob.core.windows.net/" },
    },
    scheduledEventsProfile: { terminateNotificationProfile: { enable: true, notBeforeTimeout: "PT5M" } },
    applicationProfile: { galleryApplications: [{ packageReferenceId: "/x", order: 1 }] },
    osProfile: { linuxConfiguration: { patchSettings: { patchMode: "AutomaticByPlatform" } } },
    extensionsTimeBudget: "PT60M",
  });
  const vm = await get("web", "userData");
  expect(vm).toMatchObject({
    licenseType: "RHEL_BYOS",
    userData: "aGVsbG8=",
    identity: { type: "SystemAssigned, UserAssigned", userAssignedIdentities: { [`${identities}/one`]: {} } },
    diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    scheduledEventsProfile: { terminateNotificationProfile: { enable: true } },
    applicationProfile: { galleryApplications: [{ packageReferenceId: "/x" }] },
    osProfile: { linuxConfiguration: { patchSettings: { patchMode: "AutomaticByPlatform" } } },
    extensionsTimeBudget: "PT60M",
  });
  expect(vm.identity?.principalId).toMatch(/^[0-9a-f-]{36}$/);
  const plain = await get("web");
  expect([plain.userData, plain.etag]).toEqual([undefined, '"2"']);
  const view = await vms().instanceView(GROUP, "web");
  expect(view.bootDiagnostics?.serialConsoleLogBlobUri).toContain(`bootdiagnostics-web-${vm.vmId}`);
  await vms().update(GROUP, "web", { identity: { type: "None" }, userData: "" });
  const cleared = await get("web", "userData");
  expect([cleared.identity, cleared.userData]).toEqual([undefined, undefined]);
  expect(await refusal(vms().update(GROUP, "web", { identity: { type: "UserAssigned" } }))).toMatch(
    /^400 MissingIdentityIds/,
  );
  expect(await refusal(vms().update(GROUP, "web", { licenseType: "Linux" }))).toMatch(
    /^400 InvalidParameter: The license type Linux is invalid/,
  );
  expect(await refusal(vms().update(GROUP, "web", { userData: "no base64" }))).toMatch(
    /^400 InvalidParameter/,
  );
});

test("what is fixed at creation answers PropertyChangeNotAllowed with its name", async () => {
  await makeVm(lab, "web", { zones: ["1"] });
  const patch = (change: Parameters<ReturnType<typeof vms>["update"]>[2]) =>
    refusal(vms().update(GROUP, "web", change));
  expect(await patch({ zones: ["2"] })).toBe(notAllowed("zones"));
  expect(await patch({ plan: { name: "p", publisher: "q", product: "r" } })).toBe(notAllowed("plan"));
  expect(await patch({ availabilitySet: { id: "/x" } })).toBe(notAllowed("availabilitySet.id"));
  expect(await patch({ priority: "Spot" })).toBe(notAllowed("priority"));
  expect(await patch({ osProfile: { computerName: "other" } })).toBe(notAllowed("osProfile.computerName"));
  expect(await patch({ osProfile: { adminUsername: "other" } })).toBe(notAllowed("osProfile.adminUsername"));
  expect(await patch({ osProfile: { customData: "eA==" } })).toBe(notAllowed("osProfile.customData"));
  expect(
    await patch({
      osProfile: { linuxConfiguration: { ssh: { publicKeys: [{ path: "/x", keyData: "ssh-rsa" }] } } },
    }),
  ).toBe(notAllowed("linuxConfiguration.ssh.publicKeys"));
  expect(await patch({ securityProfile: { securityType: "ConfidentialVM" } })).toBe(
    notAllowed("securityProfile.securityType"),
  );
  expect(await refusal(putBack(lab, "web", (vm) => ({ ...vm, location: "northeurope" })))).toMatch(
    /^409 InvalidResourceLocation: The resource 'web' already exists in location 'westeurope'/,
  );
});

test("a VM with an attached OS disk has no osProfile and takes none", async () => {
  await makeVm(lab, "web");
  expect((await get("web")).osProfile?.computerName).toBe("web");
  await makeVm(lab, "attached", { osDiskCreateOption: "Attach" });
  expect((await get("attached")).osProfile).toBeUndefined();
  expect(await refusal(vms().update(GROUP, "attached", { osProfile: { computerName: "attached" } }))).toBe(
    "400 InvalidParameter: Parameter 'osProfile' is not allowed.",
  );
});

test("some properties change on a deallocated VM only", async () => {
  await makeVm(lab, "web", { zones: ["1"] });
  const patch = (change: Parameters<ReturnType<typeof vms>["update"]>[2]) =>
    vms().update(GROUP, "web", change);
  const changes = [
    { securityProfile: { encryptionAtHost: true } },
    {
      securityProfile: {
        securityType: "TrustedLaunch",
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
    },
    { additionalCapabilities: { ultraSSDEnabled: true } },
    { proximityPlacementGroup: { id: "/ppg" } },
  ];
  for (const change of changes)
    expect(await refusal(patch(change))).toBe(
      "409 OperationNotAllowed: Operation 'update' is not allowed on VM 'web' since the VM is not deallocated.",
    );
  await vms().deallocate(GROUP, "web");
  for (const change of changes) await patch(change);
  expect(await get("web")).toMatchObject({
    securityProfile: {
      encryptionAtHost: true,
      securityType: "TrustedLaunch",
      uefiSettings: { vTpmEnabled: true },
    },
    additionalCapabilities: { ultraSSDEnabled: true },
    proximityPlacementGroup: { id: "/ppg" },
  });
});

test("a size changes in its cluster, or on a deallocated VM, when disks and generation allow it", async () => {
  await makeVm(lab, "web", { data: 5 });
  const resize = (vmSize: string, name = "web") => vms().update(GROUP, name, { hardwareProfile: { vmSize } });
  expect((await resize("standard_e4s_v5")).hardwareProfile?.vmSize).toBe("Standard_E4s_v5");
  expect(await refusal(resize("Standard_Nonsense"))).toMatch(
    /^400 InvalidParameter: The value Standard_Nonsense provided for the VM size is not valid. The valid sizes/,
  );
  expect(await refusal(resize("Standard_D2s_v5"))).toContain(
    "OperationNotAllowed: The maximum number of data disks",
  );
  expect(await refusal(resize("Standard_D4_v5"))).toContain(
    "does not support the storage account type Premium_LRS",
  );
  expect(await refusal(resize("Standard_D8_v3"))).toContain(
    "BadRequest: The selected VM size 'Standard_D8_v3' cannot boot Hypervisor Generation '2'.",
  );
  expect(await refusal(resize("Standard_D8ps_v5"))).toContain("only supports a CPU Architecture of 'Arm64'");
  expect(await refusal(resize("Standard_DC8as_v5"))).toContain("with '<NULL>' security type");
  expect(await refusal(resize("Standard_D8as_v5"))).toMatch(
    /^409 OperationNotAllowed: Unable to resize the VM web because the requested size Standard_D8as_v5 is not available/,
  );
  await vms().deallocate(GROUP, "web");
  expect(await refusal(resize("Standard_D8s_v6"))).toContain("cannot boot with OS image or disk");
  expect((await resize("Standard_D8as_v5")).hardwareProfile?.vmSize).toBe("Standard_D8as_v5");
  const toNvme = await vms().update(GROUP, "web", {
    hardwareProfile: { vmSize: "Standard_D8s_v6" },
    storageProfile: { diskControllerType: "NVMe" },
  });
  expect([toNvme.hardwareProfile?.vmSize, toNvme.storageProfile?.diskControllerType]).toEqual([
    "Standard_D8s_v6",
    "NVMe",
  ]);
  expect((await resize("Standard_D8s_v6")).hardwareProfile?.vmSize).toBe("Standard_D8s_v6");
  await makeVm(lab, "win", { os: "Windows", power: "deallocated" });
  expect(await refusal(resize("Standard_D4ds_v5", "win"))).toContain("since changing from resource disk to");
});

test("unknown members, unknown VMs and new VMs are refused", async () => {
  const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute/virtualMachines`;
  const send = async (name: string, body: object) => {
    const answer = await fetch(`${lab.azure.url}${path}/${name}?api-version=2026-04-01`, {
      method: "PUT",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return [answer.status, JSON.stringify(await answer.json())] as const;
  };
  await makeVm(lab, "web");
  const [status, text] = await send("web", {
    location: "westeurope",
    properties: { storageProfile: { osDisk: { createOption: "FromImage", cashing: "None" } } },
  });
  expect([status, text]).toEqual([
    400,
    expect.stringContaining(
      "Could not find member 'cashing' on object of type 'OSDisk'. Path 'properties.storageProfile.osDisk.cashing'",
    ),
  ]);
  expect((await send("web", { properties: {} }))[1]).toContain("LocationRequired");
  expect(await send("new", { location: "westeurope", properties: {} })).toEqual([
    501,
    expect.stringContaining("The local Azure does not create VMs through ARM"),
  ]);
  expect(await refusal(vms().update(GROUP, "none", { tags: {} }))).toMatch(/^404 ResourceNotFound/);
});
