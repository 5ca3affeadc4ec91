import { expect, test } from "vitest";
import { blob, GROUP, MIB, pattern, useLab } from "./lab.ts";

const lab = useLab();
const SIZE = 64 * MIB;

async function importLinux(): Promise<string> {
  const os = await lab.image("os.raw", SIZE, [
    { offset: 0, data: pattern(8192, 1) },
    { offset: 40 * MIB, data: pattern(MIB, 2) },
  ]);
  const data = await lab.image("data.raw", SIZE, [{ offset: 5 * MIB, data: pattern(4096, 3) }]);
  const vm = await lab.azure.control.importVm({
    vm: "web",
    os: "linux",
    resourceGroup: GROUP,
    disks: [os, data],
  });
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, "web-rpc", {
    location: "westeurope",
    source: { id: vm.id },
  });
  return vm.id;
}

async function openOsDisk(point: string): Promise<string> {
  const { disks } = await lab.takePoint(`web/${point}`);
  return lab.readPoint("web", { point, disk: disks[0] ?? "" });
}

test("the SDKs back a VM up: restore point, access, ranges, bytes, difference", async () => {
  const id = await importLinux();
  const vms = [];
  for await (const vm of lab.arm.virtualMachines.listAll()) vms.push(vm);
  expect(vms.map((vm) => vm.id?.toLowerCase())).toEqual([id.toLowerCase()]);

  const url = await openOsDisk("rp1");
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
  const newer = await openOsDisk("rp2");
  const diff = await blob(newer).getPageRangesDiffForManagedDisks(0, SIZE, url);
  expect(diff.pageRange).toEqual([
    { offset: 4096, count: 4095 },
    { offset: 41 * MIB, count: 4095 },
  ]);
  expect(diff.clearRange).toEqual([{ offset: 0, count: 4095 }]);
  const old = await blob(url).downloadToBuffer(0, 8192);
  expect(old.equals(pattern(8192, 1))).toBe(true);
});
