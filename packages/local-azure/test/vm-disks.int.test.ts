import { expect, test } from "vitest";
import { GROUP, MIB, SUBSCRIPTION, useLab } from "./lab.ts";
import { attach, makeDisk, makeVm, putBack, refusal } from "./vm-lab.ts";

const lab = useLab();
const vms = () => lab.arm.virtualMachines;
const luns = async (name: string) =>
  ((await vms().get(GROUP, name)).storageProfile?.dataDisks ?? []).map(
    ({ lun, name: disk }) => `${lun} ${disk}`,
  );
const inGroup = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP.toUpperCase()}/providers/Microsoft.Compute`;

test("attachDetachDataDisks attaches to the lowest free LUN, answers the storage profile, and detaches", async () => {
  const vm = await makeVm(lab, "web", { data: 1 });
  const id = await makeDisk(lab, "more");
  const profile = await vms().attachDetachDataDisks(GROUP, "web", { dataDisksToAttach: [{ diskId: id }] });
  expect(profile.dataDisks?.map(({ lun, name, createOption }) => [lun, name, createOption])).toEqual([
    [0, "web-data0", "Attach"],
    [1, "more", "Attach"],
  ]);
  const attached = await lab.arm.disks.get(GROUP, "more");
  expect([attached.managedBy, attached.diskState]).toEqual([vm, "Attached"]);
  expect(attached.lastOwnershipUpdateTime).toBeInstanceOf(Date);
  await vms().attachDetachDataDisks(GROUP, "web", {
    dataDisksToDetach: [{ diskId: id, detachOption: "ForceDetach" }],
  });
  const free = await lab.arm.disks.get(GROUP, "more");
  expect([free.managedBy, free.diskState, await luns("web")]).toEqual([
    undefined,
    "Unattached",
    ["0 web-data0"],
  ]);
  expect(
    await refusal(vms().attachDetachDataDisks(GROUP, "web", { dataDisksToDetach: [{ diskId: id }] })),
  ).toMatch(/^400 InvalidParameter: Disk .* is not attached/);
});

test("the array of data disks is the whole: PATCH and PUT detach what is missing and attach what is new", async () => {
  await makeVm(lab, "web", { data: 2 });
  const id = await makeDisk(lab, "new");
  const { storageProfile } = await vms().get(GROUP, "web");
  const [first] = storageProfile?.dataDisks ?? [];
  await vms().update(GROUP, "web", {
    storageProfile: {
      dataDisks: [
        { ...first, lun: 0, createOption: "Attach", caching: "None", deleteOption: "Delete" },
        { lun: 5, createOption: "Attach", managedDisk: { id } },
      ],
    },
  });
  expect(await luns("web")).toEqual(["0 web-data0", "5 new"]);
  expect((await lab.arm.disks.get(GROUP, "web-data1")).diskState).toBe("Unattached");
  const kept = await vms().get(GROUP, "web");
  expect(kept.storageProfile?.dataDisks?.[0]).toMatchObject({ caching: "None", deleteOption: "Delete" });
  const { storageProfile: profile, ...rest } = kept;
  await vms().createOrUpdate(GROUP, "web", {
    ...rest,
    storageProfile: {
      ...profile,
      dataDisks: [
        {
          lun: 1,
          createOption: "Empty",
          name: "made",
          diskSizeGB: 8,
          managedDisk: { storageAccountType: "Premium_LRS" },
        },
      ],
    },
  });
  expect(await luns("web")).toEqual(["1 made"]);
  expect(await lab.arm.disks.get(GROUP, "made")).toMatchObject({ diskSizeGB: 8, diskState: "Attached" });
});

test("LUNs are unique and in range, and the size limits their number", async () => {
  await makeVm(lab, "web", { data: 1, size: "Standard_D2s_v5" });
  const ids = await Promise.all(["a", "b", "c", "d"].map((name) => makeDisk(lab, name)));
  const [a = "", b = ""] = ids;
  const put = (...lun: number[]) =>
    vms().attachDetachDataDisks(GROUP, "web", {
      dataDisksToAttach: lun.map((number, index) => ({ diskId: ids[index] ?? "", lun: number })),
    });
  expect(await refusal(put(0))).toBe(
    "400 InvalidParameter: A disk named 'web-data0' already uses the same LUN: 0.",
  );
  expect(await refusal(put(3, 3))).toBe(
    "400 InvalidParameter: A disk named 'a' already uses the same LUN: 3.",
  );
  expect(await refusal(put(64))).toContain("The value '64' of parameter 'dataDisk.lun' is out of range.");
  expect(await refusal(attach(lab, "web", ...ids))).toBe(
    "409 OperationNotAllowed: The maximum number of data disks allowed to be attached to a VM of this size is 4.",
  );
  expect(await refusal(attach(lab, "web", a, a))).toContain(
    "InvalidParameter: A disk named 'a' already exists.",
  );
  await attach(lab, "web", a, b);
  expect(await luns("web")).toEqual(["0 web-data0", "1 a", "2 b"]);
});

test("a disk must be in the VM's zone, region and subscription", async () => {
  await makeVm(lab, "zonal", { zones: ["1"] });
  await makeVm(lab, "regional");
  await makeVm(lab, "set", { facts: { availabilitySetId: `${inGroup}/availabilitySets/set` } });
  const regional = await makeDisk(lab, "regional");
  const zone2 = await makeDisk(lab, "zone2", { zones: ["2"] });
  const elsewhere = await makeDisk(lab, "elsewhere", { location: "northeurope" });
  expect(await refusal(attach(lab, "zonal", regional))).toBe(
    `400 BadRequest: Disk ${inGroup}/disks/regional cannot be attached to the VM because it is not in zone '1'.`,
  );
  expect(await refusal(attach(lab, "zonal", zone2))).toBe(
    `400 BadRequest: Disk ${inGroup}/disks/zone2 cannot be attached to the VM because it is not in the same zone as the VM. VM zone: '1'. Disk zone: '2'.`,
  );
  expect(await refusal(attach(lab, "regional", zone2))).toContain("VM zone: ''. Disk zone: '2'.");
  expect(await refusal(attach(lab, "set", zone2))).toContain(
    "because the resource belongs to an Availability Set",
  );
  expect(await refusal(attach(lab, "regional", elsewhere))).toContain("not in location 'westeurope'");
  const other = regional.replace(SUBSCRIPTION, "00000000-0000-4000-8000-000000000000");
  expect(await refusal(attach(lab, "regional", other))).toMatch(
    /^400 InvalidParameter: Subscription .* must match the subscription/,
  );
  expect(await refusal(attach(lab, "regional", `${regional}x`))).toBe(
    "404 NotFound: Disk regionalx is not found.",
  );
  await attach(lab, "zonal", await makeDisk(lab, "zrs", { sku: "Premium_ZRS" }));
  expect(await luns("zonal")).toEqual(["0 zrs"]);
});

test("storage types and caching fit the size and the disk", async () => {
  await makeVm(lab, "plain", { size: "Standard_D4_v5", sku: "StandardSSD_LRS" });
  await makeVm(lab, "zonal", { zones: ["1"] });
  expect(await refusal(attach(lab, "plain", await makeDisk(lab, "premium")))).toBe(
    "400 InvalidParameter: Requested operation cannot be performed because the VM size Standard_D4_v5 does not support the storage account type Premium_LRS of disk 'premium'. Consider updating the VM to a size that supports Premium storage.",
  );
  const ultra = await makeDisk(lab, "ultra", { sku: "UltraSSD_LRS", zones: ["1"] });
  expect(await refusal(attach(lab, "zonal", ultra))).toBe(
    "400 InvalidParameter: StorageAccountType UltraSSD_LRS can be used only when additionalCapabilities.ultraSSDEnabled is set.",
  );
  const cached = (diskId: string) =>
    vms().attachDetachDataDisks(GROUP, "zonal", { dataDisksToAttach: [{ diskId, caching: "ReadOnly" }] });
  const large = await makeDisk(lab, "large", { sizeGb: 4096, zones: ["1"] });
  expect(await refusal(cached(large))).toBe(
    "400 InvalidParameter: Only Disk CachingType 'None' is supported for disk with size greater than 4095 GB.",
  );
  const v2 = await makeDisk(lab, "v2", { sku: "PremiumV2_LRS", zones: ["1"] });
  expect(await refusal(cached(v2))).toContain("Only Disk CachingType 'None' is supported");
  await attach(lab, "zonal", large, v2);
  expect(
    await refusal(
      vms().update(GROUP, "zonal", {
        storageProfile: { osDisk: { createOption: "FromImage", writeAcceleratorEnabled: true } },
      }),
    ),
  ).toContain("Write Accelerator is not supported for the VM size 'Standard_D4s_v5'");
});

test("a disk has one owner, a shared disk several; an open disk none", async () => {
  const one = await makeVm(lab, "one");
  const two = await makeVm(lab, "two");
  await makeVm(lab, "three");
  const single = await makeDisk(lab, "single");
  await attach(lab, "one", single);
  expect(await refusal(attach(lab, "two", single))).toBe(
    `409 ConflictingUserInput: Disk '${single}' cannot be attached as the disk is already owned by VM '${one}'.`,
  );
  const shared = await makeDisk(lab, "shared", { maxShares: 2, sizeGb: 256 });
  await attach(lab, "one", shared);
  await attach(lab, "two", shared);
  expect((await lab.arm.disks.get(GROUP, "shared")).managedByExtended).toEqual([one, two]);
  expect(await refusal(attach(lab, "three", shared))).toContain("409 ConflictingUserInput");
  const open = await makeDisk(lab, "open");
  await lab.arm.disks.grantAccess(GROUP, "open", { access: "Read", durationInSeconds: 600 });
  expect(await refusal(attach(lab, "three", open))).toContain(
    "409 OperationNotAllowed: There is an active shared access signature outstanding for disk open.",
  );
  await lab.arm.disks.createOrUpdate(GROUP, "upload", {
    location: "westeurope",
    sku: { name: "Premium_LRS" },
    creationData: { createOption: "Upload", uploadSizeBytes: 20 * MIB + 512 },
  });
  const upload = (await lab.arm.disks.get(GROUP, "upload")).id ?? "";
  expect(await refusal(attach(lab, "three", upload))).toContain("'ReadyToUpload' state");
});

test("a failed attach leaves nothing, a failed detach leaves the disk to be detached", async () => {
  await makeVm(lab, "web");
  const id = await makeDisk(lab, "more");
  const fail = () =>
    lab.azure.control.addFault({
      match: { operation: "work:virtualMachines.attachDetachDataDisks" },
      effect: { type: "fail", status: 409, code: "InternalDiskManagementError", message: "No." },
      times: 1,
    });
  await fail();
  expect(await refusal(attach(lab, "web", id))).toContain("InternalDiskManagementError");
  expect([(await vms().get(GROUP, "web")).provisioningState, await luns("web")]).toEqual(["Failed", []]);
  await attach(lab, "web", id);
  await fail();
  const detach = () => vms().attachDetachDataDisks(GROUP, "web", { dataDisksToDetach: [{ diskId: id }] });
  await refusal(detach());
  expect((await vms().get(GROUP, "web")).storageProfile?.dataDisks?.[0]?.toBeDetached).toBe(true);
  expect(await refusal(attach(lab, "web", id))).toContain(
    "409 AttachDiskWhileBeingDetached: Cannot attach data disk",
  );
  await detach();
  expect(await luns("web")).toEqual([]);
});

test("what identifies a disk of a VM cannot change; a swap of the OS disk is not here", async () => {
  await makeVm(lab, "web", { data: 1 });
  const id = await makeDisk(lab, "other");
  const os = (change: object) =>
    putBack(lab, "web", (vm) => ({
      ...vm,
      storageProfile: {
        ...vm.storageProfile,
        osDisk: { createOption: "FromImage", ...vm.storageProfile?.osDisk, ...change },
      },
    }));
  expect(await refusal(os({ createOption: "Attach" }))).toBe(
    "409 PropertyChangeNotAllowed: Changing property 'osDisk.createOption' is not allowed.",
  );
  expect(await refusal(os({ name: "renamed" }))).toContain("'osDisk.name'");
  expect(await refusal(os({ osType: "Windows" }))).toContain("'osDisk.osType'");
  expect(await refusal(os({ diskSizeGB: 64 }))).toBe(
    "409 Conflict: Disk resizing is allowed only when creating a VM or when the VM is deallocated.",
  );
  expect(await refusal(os({ managedDisk: { id }, name: "other" }))).toContain("501 NotImplemented");
  const data = (change: object) =>
    putBack(lab, "web", (vm) => ({
      ...vm,
      storageProfile: {
        ...vm.storageProfile,
        dataDisks: (vm.storageProfile?.dataDisks ?? []).map((disk) => ({ ...disk, ...change })),
      },
    }));
  expect(await refusal(data({ createOption: "Empty" }))).toContain("'dataDisk.createOption'");
  expect(await refusal(data({ lun: 3 }))).toContain("'dataDisk.lun'");
  expect(await refusal(data({ name: "x" }))).toContain("'dataDisk.name'");
  await os({ caching: "ReadOnly", deleteOption: "Delete" });
  expect((await vms().get(GROUP, "web")).storageProfile?.osDisk).toMatchObject({
    caching: "ReadOnly",
    deleteOption: "Delete",
  });
});
