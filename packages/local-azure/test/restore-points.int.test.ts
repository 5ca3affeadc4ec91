import { expect, test } from "vitest";
import { blob, DISK_SIZE, failureOf, GROUP, MIB, pattern, useLab } from "./lab.ts";

const lab = useLab();

const guestFacts = async (vm: string) => (await lab.azure.control.guest(vm)).guest;

test("the first restore point of a Windows VM installs VMSnapshot, changes the guest and is application-consistent", async () => {
  await lab.importVm("sql", { os: "windows", disks: 3 });
  const script = [
    "@{",
    "  services = @(Get-Service VSS,IaaSVmProvider -ErrorAction SilentlyContinue | Select-Object Name,StartType)",
    "  programs = @(Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\* | Where-Object DisplayName -like 'Microsoft Visual C++ 2013 Redistributable (x64)*' | Select-Object DisplayName,DisplayVersion)",
    "} | ConvertTo-Json -Compress -Depth 3",
  ];
  const queryGuest = async (): Promise<unknown> => {
    const result = await lab.arm.virtualMachines.runCommand(GROUP, "sql", {
      commandId: "RunPowerShellScript",
      script,
    });
    return JSON.parse(result.value?.[0]?.message ?? "");
  };
  expect(await queryGuest()).toEqual({ services: [{ Name: "VSS", StartType: 3 }], programs: [] });
  const taken = await lab.takePoint("sql/p1");
  expect(taken.consistency).toBe("ApplicationConsistent");
  expect(taken.disks).toHaveLength(3);
  expect(taken.point.sourceMetadata?.storageProfile?.dataDisks?.map((disk) => disk.lun)).toEqual([0, 1]);
  const extension = await lab.arm.virtualMachineExtensions.get(GROUP, "sql", "VMSnapshot", {
    expand: "instanceView",
  });
  expect([extension.publisher, extension.typePropertiesType, extension.provisioningState]).toEqual([
    "Microsoft.Azure.RecoveryServices",
    "VMSnapshot",
    "Succeeded",
  ]);
  expect(await queryGuest()).toEqual({
    services: [
      { Name: "VSS", StartType: 2 },
      { Name: "IaaSVmProvider", StartType: 2 },
    ],
    programs: [
      {
        DisplayName: "Microsoft Visual C++ 2013 Redistributable (x64) - 12.0.40660",
        DisplayVersion: "12.0.40660.0",
      },
    ],
  });
});

test("after a VSS failure this and the next three restore points are file-system consistent", async () => {
  await lab.importVm("sql", { os: "windows" });
  await lab.azure.control.addFault({ match: { operation: "guest.vss" }, effect: { type: "fail" }, times: 1 });
  const reached: string[] = [];
  for (let at = 0; at < 5; at++) reached.push((await lab.takePoint(`sql/p${at}`)).consistency);
  expect(reached).toEqual([
    ...Array.from({ length: 4 }, () => "FileSystemConsistent"),
    "ApplicationConsistent",
  ]);
});

test("Linux is file-system consistent; pre and post scripts can change that", async () => {
  await lab.importVm("web");
  expect((await lab.takePoint("web/plain")).consistency).toBe("FileSystemConsistent");
  const script = {
    path: "/etc/azure/pre.sh",
    exitCode: 0,
    seconds: 1,
    output: "",
    exists: true,
    mode: "700",
  };
  const scripts = (exitCode: number, continueBackupOnFailure: boolean) => ({
    vm: "web",
    linuxScripts: { continueBackupOnFailure, pre: { ...script, exitCode }, post: script },
  });
  await lab.azure.control.setGuest(scripts(0, true));
  expect((await lab.takePoint("web/good")).consistency).toBe("ApplicationConsistent");
  await lab.azure.control.setGuest(scripts(2, true));
  expect((await lab.takePoint("web/continue")).consistency).toBe("FileSystemConsistent");
  await lab.azure.control.setGuest(scripts(2, false));
  expect((await failureOf(lab.takePoint("web/stop"))).code).toBe("VMRestorePointClientError");
});

test("a stopped VM needs a request for crash consistency, and gets no extension", async () => {
  await lab.importVm("batch", { stopped: true });
  expect(await failureOf(lab.takePoint("batch/p"))).toEqual({ code: "OperationNotAllowed", status: 409 });
  const taken = await lab.takePoint("batch/p", { consistencyMode: "CrashConsistent" });
  expect(taken.consistency).toBe("CrashConsistent");
  expect((await lab.azure.control.guest("batch")).extensions).toEqual([]);
});

test("an agent that is not ready fails the restore point with Azure's code, and the name can be reused", async () => {
  await lab.importVm("web");
  await lab.azure.control.setGuest({ vm: "web", agent: "NotReady" });
  expect((await failureOf(lab.takePoint("web/p"))).code).toBe("VMAgentStatusCommunicationError");
  expect((await lab.arm.restorePoints.get(GROUP, "web-rpc", "p")).provisioningState).toBe("Failed");
  const view = await lab.arm.virtualMachines.instanceView(GROUP, "web");
  expect(view.vmAgent?.statuses?.[0]?.displayStatus).toBe("Not Ready");
  await lab.azure.control.setGuest({ vm: "web", agent: "Ready" });
  expect((await lab.takePoint("web/p")).point.provisioningState).toBe("Succeeded");
});

test("an extension that fails to provision fails the restore point", async () => {
  await lab.importVm("sql", { os: "windows" });
  await lab.azure.control.addFault({
    match: { operation: "guest.extension" },
    effect: { type: "fail" },
    times: 1,
  });
  expect((await failureOf(lab.takePoint("sql/p"))).code).toBe("VMRestorePointClientError");
  expect((await guestFacts("sql")).windows?.programs).toEqual([]);
  expect((await lab.takePoint("sql/p")).consistency).toBe("ApplicationConsistent");
});

test("invalid requests for a restore point are refused", async () => {
  const vm = await lab.importVm("web", { disks: 2 });
  await lab.takePoint("web/p");
  expect(await failureOf(lab.takePoint("web/p"))).toEqual({ code: "OperationNotAllowed", status: 409 });
  const wrongMode = lab.takePoint("web/q", { consistencyMode: "ApplicationConsistent" });
  expect(await failureOf(wrongMode)).toEqual({ code: "InvalidParameter", status: 400 });
  const foreign = lab.takePoint("web/q", { excludeDisks: [{ id: `${vm}-nothing` }] });
  expect(await failureOf(foreign)).toEqual({ code: "InvalidParameter", status: 400 });
  const nowhere = lab.arm.restorePoints.create(GROUP, "no-rpc", "q", {});
  expect(await failureOf(nowhere)).toEqual({ code: "ParentResourceNotFound", status: 404 });
  const otherVm = { location: "westeurope", source: { id: `${vm}x` } };
  expect(await failureOf(lab.arm.restorePointCollections.createOrUpdate(GROUP, "web-rpc", otherVm))).toEqual({
    code: "PropertyChangeNotAllowed",
    status: 409,
  });
});

test("excluded disks are not part of the restore point", async () => {
  await lab.importVm("web", { disks: 2 });
  const vm = await lab.arm.virtualMachines.get(GROUP, "WEB");
  const data = vm.storageProfile?.dataDisks?.[0]?.managedDisk?.id ?? "";
  const taken = await lab.takePoint("web/p", { excludeDisks: [{ id: data.toUpperCase() }] });
  expect(taken.disks).toHaveLength(1);
});

test("a VM has one restore point in creation, and a limit per hour that answers 429", async () => {
  await lab.importVm("web");
  await lab.azure.control.addFault({
    match: { operation: "work:restorePoints.create" },
    effect: { type: "delay", ms: 500 },
    times: 1,
  });
  const first = lab.arm.restorePoints.create(GROUP, "web-rpc", "one", {});
  await first.submitted();
  expect(await failureOf(lab.arm.restorePoints.create(GROUP, "web-rpc", "two", {}))).toEqual({
    code: "VMRestorePointClientError",
    status: 409,
  });
  await first;
  await lab.azure.control.settings({ restorePointsPerVmPerHour: 1 });
  expect(await failureOf(lab.takePoint("web/three"))).toEqual({
    code: "OperationNotAllowed",
    status: 429,
  });
  await lab.azure.control.advanceClock(3_600_000);
  expect((await lab.takePoint("web/three")).consistency).toBe("FileSystemConsistent");
});

test("a restore point with open access cannot be deleted; a deleted one leaves nothing behind", async () => {
  await lab.importVm("web");
  const { disks } = await lab.takePoint("web/p");
  const disk = disks[0] ?? "";
  await lab.readPoint("web", { point: "p", disk });
  const refused = { code: "DiskRestorePointUsedByCustomer", status: 409 };
  expect(await failureOf(lab.arm.restorePoints.delete(GROUP, "web-rpc", "p"))).toEqual(refused);
  expect(await failureOf(lab.arm.restorePointCollections.delete(GROUP, "web-rpc"))).toEqual(refused);
  await lab.arm.diskRestorePoint.revokeAccess(GROUP, "web-rpc", "p", disk);
  await lab.arm.restorePoints.delete(GROUP, "web-rpc", "p");
  await lab.arm.restorePoints.delete(GROUP, "web-rpc", "p");
  expect((await failureOf(lab.arm.restorePoints.get(GROUP, "web-rpc", "p"))).status).toBe(404);
  await lab.arm.restorePointCollections.delete(GROUP, "web-rpc");
  expect(await lab.azure.control.snapshots()).toEqual({ snapshots: [], restorePoints: [], grants: [] });
});

test("a restore point keeps its bytes while the guest writes, and its collection lists it", async () => {
  await lab.importVm("web", { disks: 2 });
  const { disks } = await lab.takePoint("web/p");
  const url = await lab.readPoint("web", { point: "p", disk: disks[1] ?? "" });
  const next = await lab.image("next.raw", DISK_SIZE, [{ offset: 0, data: pattern(8 * MIB, 77) }]);
  const [written, bytes] = await Promise.all([
    lab.azure.control.write({ vm: "web", disk: 0, image: next }),
    blob(url).downloadToBuffer(0, DISK_SIZE),
  ]);
  expect(written.writtenBytes).toBe(8 * MIB);
  const expected = Buffer.alloc(DISK_SIZE);
  pattern(MIB, 2).copy(expected, 2 * MIB);
  expect(bytes.equals(expected)).toBe(true);
  await lab.takePoint("web/q");
  const collection = await lab.arm.restorePointCollections.get(GROUP, "web-rpc", { expand: "restorePoints" });
  expect(collection.restorePoints?.map((point) => point.name)).toEqual(["p", "q"]);
  const listed = [];
  for await (const disk of lab.arm.diskRestorePoint.listByRestorePoint(GROUP, "web-rpc", "q"))
    listed.push(disk.name);
  expect(listed).toHaveLength(2);
});
