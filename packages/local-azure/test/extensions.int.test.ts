import { isRestError } from "@azure/core-rest-pipeline";
import { expect, test } from "vitest";
import { failureOf, GROUP, useLab } from "./lab.ts";

const lab = useLab();

const customScript = {
  location: "westeurope",
  publisher: "Microsoft.Azure.Extensions",
  typePropertiesType: "CustomScript",
  typeHandlerVersion: "2.0",
  autoUpgradeMinorVersion: true,
};

const set = (name: string, change: object = {}) =>
  lab.arm.virtualMachineExtensions.createOrUpdate(GROUP, "web", name, { ...customScript, ...change });

async function sentence(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isRestError(error)) return `${error.statusCode} ${error.code}: ${error.message}`;
  }
  return "no failure";
}

test("a version resolves to the newest of its major version; settings are kept, secrets are not", async () => {
  await lab.importVm("web");
  await set("script", {
    settings: { fileUris: ["https://example.org/a.sh"] },
    protectedSettings: { commandToExecute: "echo secret" },
    forceUpdateTag: "1",
    enableAutomaticUpgrade: false,
    suppressFailures: true,
  });
  const read = await lab.arm.virtualMachineExtensions.get(GROUP, "web", "SCRIPT", { expand: "instanceView" });
  expect(read).toMatchObject({
    name: "script",
    typeHandlerVersion: "2.0",
    autoUpgradeMinorVersion: true,
    enableAutomaticUpgrade: false,
    suppressFailures: true,
    forceUpdateTag: "1",
    settings: { fileUris: ["https://example.org/a.sh"] },
    provisioningState: "Succeeded",
    instanceView: {
      name: "script",
      type: "Microsoft.Azure.Extensions.CustomScript",
      typeHandlerVersion: "2.1.10",
    },
  });
  expect(JSON.stringify(read)).not.toContain("secret");
  await lab.arm.virtualMachineExtensions.update(GROUP, "web", "script", { autoUpgradeMinorVersion: false });
  const pinned = await lab.arm.virtualMachineExtensions.get(GROUP, "web", "script", {
    expand: "instanceView",
  });
  expect(pinned.instanceView?.typeHandlerVersion).toBe("2.0.7");
  expect(pinned.settings).toEqual({ fileUris: ["https://example.org/a.sh"] });
  expect((await lab.arm.virtualMachineExtensions.list(GROUP, "web")).value?.map(({ name }) => name)).toEqual([
    "script",
  ]);
  await lab.arm.virtualMachineExtensions.delete(GROUP, "web", "script");
  expect(await failureOf(lab.arm.virtualMachineExtensions.get(GROUP, "web", "script"))).toEqual({
    code: "ResourceNotFound",
    status: 404,
  });
});

test("unknown handlers and versions, wrong systems and second extensions are refused", async () => {
  await lab.importVm("web");
  expect(await sentence(set("x", { publisher: "Contoso", typePropertiesType: "Nothing" }))).toBe(
    "404 ArtifactNotFound: The VM extension with publisher 'Contoso' and type 'Nothing' could not be found.",
  );
  expect(await sentence(set("x", { typeHandlerVersion: "7.3" }))).toBe(
    "404 ArtifactVersionNotFound: No version found in the artifact repository that satisfies the requested version '7.3' for VM extension with publisher 'Microsoft.Azure.Extensions' and type 'CustomScript'.",
  );
  expect(await failureOf(set("x", { typeHandlerVersion: "2.1.10" }))).toEqual({
    code: "InvalidParameter",
    status: 400,
  });
  const snapshotter = {
    publisher: "Microsoft.Azure.RecoveryServices",
    typePropertiesType: "VMSnapshotLinux",
  };
  expect((await failureOf(set("VMSnapshotLinux", { ...snapshotter, typeHandlerVersion: "1.9" }))).code).toBe(
    "ArtifactVersionNotFound",
  );
  expect(
    await failureOf(
      set("VMSnapshot", { ...snapshotter, typePropertiesType: "VMSnapshot", typeHandlerVersion: "1.0" }),
    ),
  ).toEqual({
    code: "BadRequest",
    status: 400,
  });
  expect((await failureOf(set("x", { enableAutomaticUpgrade: true }))).code).toBe("BadRequest");
  await set("first");
  expect(await sentence(set("second"))).toBe(
    "400 BadRequest: Multiple VMExtensions per handler not supported for OS type 'Linux'. VMExtension 'first' with handler 'Microsoft.Azure.Extensions.CustomScript' already added or specified in input.",
  );
  expect(await failureOf(set("first", { ...snapshotter, typeHandlerVersion: "1.0" }))).toEqual({
    code: "PropertyChangeNotAllowed",
    status: 409,
  });
  await lab.azure.control.power({ vm: "web", power: "deallocated" });
  expect(await sentence(set("first"))).toBe(
    "409 OperationNotAllowed: Cannot modify extensions in the VM when the VM is not running.",
  );
});

test("a handler can fail or hang; one that hangs blocks restore points that use the guest", async () => {
  await lab.importVm("web");
  await lab.azure.control.setGuest({ vm: "web", extensionOutcomes: { script: "fails" } });
  expect((await failureOf(set("script"))).code).toBe("VMExtensionProvisioningError");
  const failed = await lab.arm.virtualMachineExtensions.get(GROUP, "web", "script", {
    expand: "instanceView",
  });
  expect([failed.provisioningState, failed.instanceView?.statuses?.[0]?.code]).toEqual([
    "Failed",
    "ProvisioningState/failed",
  ]);
  await set("script", { suppressFailures: true });
  await lab.azure.control.setGuest({ vm: "web", extensionOutcomes: { script: "hangs" } });
  await set("script", { forceUpdateTag: "again" }).submitted();
  expect((await failureOf(lab.takePoint("web/p"))).code).toBe("VMRestorePointClientError");
  expect((await lab.takePoint("web/q", { consistencyMode: "CrashConsistent" })).consistency).toBe(
    "CrashConsistent",
  );
});

test("publishers, types and versions of extensions are listed", async () => {
  const publishers = await lab.arm.virtualMachineImages.listPublishers("westeurope");
  expect(publishers.map(({ name }) => name)).toContain("Microsoft.Azure.RecoveryServices");
  const images = lab.arm.virtualMachineExtensionImages;
  const types = await images.listTypes("westeurope", "microsoft.azure.recoveryservices");
  expect(types.map(({ name }) => name)).toEqual(["VMSnapshot", "VMSnapshotLinux"]);
  const versions = await images.listVersions("westeurope", "Microsoft.Azure.RecoveryServices", "VMSnapshot");
  expect(versions.every(({ name }) => name?.startsWith("1.0."))).toBe(true);
  const newest = await images.listVersions("westeurope", "Microsoft.Compute", "CustomScriptExtension", {
    orderby: "name desc",
    top: 1,
  });
  expect(newest.map(({ name }) => name)).toEqual(["1.10.20"]);
  const one = await images.get("westeurope", "Microsoft.Compute", "BGInfo", "2.2.5");
  expect(one.operatingSystem).toBe("Windows");
  expect(await failureOf(images.get("westeurope", "Microsoft.Compute", "BGInfo", "9.9"))).toEqual({
    code: "NotFound",
    status: 404,
  });
});

test("run command answers in the shape of the system, once at a time, and lists its commands", async () => {
  await lab.importVm("web");
  await lab.importVm("win", { os: "windows" });
  const run = (vm: string, commandId: string, script: string[]) =>
    lab.arm.virtualMachines.runCommand(GROUP, vm, { commandId, script });
  expect((await run("web", "RunShellScript", ["echo hello", "nothing-here"])).value).toEqual([
    {
      code: "ProvisioningState/succeeded",
      level: "Info",
      displayStatus: "Provisioning succeeded",
      message: "Enable succeeded: \n[stdout]\nhello\n\n[stderr]\nThe local guest cannot run: nothing-here\n",
    },
  ]);
  expect(
    (await run("win", "RunPowerShellScript", ["Write-Output hi"])).value?.map(({ code }) => code),
  ).toEqual(["ComponentStatus/StdOut/succeeded", "ComponentStatus/StdErr/succeeded"]);
  expect(await failureOf(run("web", "NoSuchCommand", []))).toEqual({ code: "NotFound", status: 404 });
  expect(await failureOf(run("web", "RunPowerShellScript", []))).toEqual({ code: "BadRequest", status: 400 });
  const slow = { operation: "work:virtualMachines.runCommand" };
  await lab.azure.control.addFault({ match: slow, effect: { type: "delay", ms: 300 }, times: 1 });
  const first = run("web", "RunShellScript", ["echo 1"]);
  await first.submitted();
  expect(await sentence(run("web", "RunShellScript", ["echo 2"]))).toBe(
    "409 Conflict: Run command extension execution is in progress. Please wait for completion before invoking a run command.",
  );
  await first;
  const ids: string[] = [];
  for await (const { id } of lab.arm.virtualMachineRunCommands.list("westeurope"))
    if (id !== undefined) ids.push(id);
  expect(ids).toEqual(expect.arrayContaining(["RunPowerShellScript", "RunShellScript"]));
  const document = await lab.arm.virtualMachineRunCommands.get("westeurope", "RunShellScript");
  expect(document.osType).toBe("Linux");
});
