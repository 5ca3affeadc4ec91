import { afterEach, beforeEach, expect, test } from "vitest";
import { blob, GROUP, type Lab, MIB, openLab, pattern, sas } from "./lab.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const SIZE = 64 * MIB;

async function importLinux(name = "web"): Promise<string> {
  const os = await lab.image("os.raw", SIZE, [
    { offset: 0, data: pattern(8192, 1) },
    { offset: 40 * MIB, data: pattern(MIB, 2) },
  ]);
  const data = await lab.image("data.raw", SIZE, [{ offset: 5 * MIB, data: pattern(4096, 3) }]);
  const vm = await lab.azure.control.importVm({
    vm: name,
    os: "linux",
    resourceGroup: GROUP,
    disks: [os, data],
  });
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, `${name}-rpc`, {
    location: "westeurope",
    source: { id: vm.id },
  });
  return vm.id;
}

async function point(name: string): Promise<{ os: string; data: string }> {
  await lab.arm.restorePoints.create(GROUP, "web-rpc", name, {});
  const taken = await lab.arm.restorePoints.get(GROUP, "web-rpc", name);
  const storage = taken.sourceMetadata?.storageProfile;
  const last = (id: string | undefined): string => id?.split("/").at(-1) ?? "";
  return {
    os: last(storage?.osDisk?.diskRestorePoint?.id),
    data: last(storage?.dataDisks?.[0]?.diskRestorePoint?.id),
  };
}

const grant = (name: string, disk: string): Promise<string> =>
  sas(
    lab.arm.diskRestorePoint.grantAccess(GROUP, "web-rpc", name, disk, {
      access: "Read",
      durationInSeconds: 3600,
    }),
  );

test("a VM is backed up through the SDKs: point, access, ranges, bytes, difference", async () => {
  const id = await importLinux();
  const vms = [];
  for await (const vm of lab.arm.virtualMachines.listAll()) vms.push(vm);
  expect(vms.map((vm) => vm.id)).toEqual([id]);

  const first = await point("rp1");
  const url = await grant("rp1", first.os);
  const properties = await blob(url).getProperties();
  expect(properties.contentLength).toBe(SIZE + 512);
  expect(properties.blobType).toBe("PageBlob");
  const ranges = await blob(url).getPageRanges(0, SIZE);
  expect(ranges.pageRange).toEqual([
    { offset: 0, count: 8191 },
    { offset: 40 * MIB, count: MIB - 1 },
  ]);
  const bytes = await blob(url).downloadToBuffer(40 * MIB, MIB);
  expect(bytes.equals(pattern(MIB, 2))).toBe(true);

  const changed = await lab.image("os2.raw", SIZE, [
    { offset: 4096, data: pattern(4096, 1).fill(7) },
    { offset: 40 * MIB, data: pattern(MIB, 2) },
    { offset: 41 * MIB, data: pattern(4096, 9) },
  ]);
  const written = await lab.azure.control.write({ vm: "web", disk: "os", image: changed });
  expect(written.writtenBytes).toBe(3 * 4096);
  const second = await point("rp2");
  const newer = await grant("rp2", second.os);
  const diff = await blob(newer).getPageRangesDiffForManagedDisks(0, SIZE, url);
  expect(diff.pageRange).toEqual([
    { offset: 4096, count: 4095 },
    { offset: 41 * MIB, count: 4095 },
  ]);
  expect(diff.clearRange).toEqual([{ offset: 0, count: 4095 }]);
  const old = await blob(url).downloadToBuffer(0, 8192);
  expect(old.equals(pattern(8192, 1))).toBe(true);
});
