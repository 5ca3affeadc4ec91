import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFooter } from "../src/disks/vhd.ts";
import { blob, DISK_SIZE, failureOf, GROUP, MIB, pattern, sas, useLab } from "./lab.ts";

const lab = useLab();

const UNIQUE = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1";
const create = (name: string, uploadSizeBytes = DISK_SIZE + 512) =>
  lab.arm.disks.createOrUpdate(GROUP, name, {
    location: "westeurope",
    sku: { name: "Premium_LRS" },
    osType: "Linux",
    hyperVGeneration: "V2",
    creationData: { createOption: "Upload", uploadSizeBytes },
  });
const writeAccess = (name: string) =>
  sas(lab.arm.disks.grantAccess(GROUP, name, { access: "Write", durationInSeconds: 3600 }));

test("an uploaded disk goes from ReadyToUpload to Unattached and holds the uploaded bytes", async () => {
  const made = await create("restored");
  expect([made.diskState, made.diskSizeBytes]).toEqual(["ReadyToUpload", undefined]);
  const url = await writeAccess("restored");
  expect(url).toContain("/md-impexp-");
  expect((await lab.arm.disks.get(GROUP, "restored")).diskState).toBe("ActiveUpload");
  const page = blob(url);
  await page.uploadPages(pattern(4 * MIB, 1), MIB, 4 * MIB);
  await page.uploadPages(pattern(1024, 2), 512, 1024);
  await page.uploadPages(pattern(4096, 3), 20 * MIB, 4096);
  await page.clearPages(20 * MIB, 4096);
  const before = (await page.getProperties()).etag;
  await page.uploadPages(makeFooter(DISK_SIZE, UNIQUE, 0), DISK_SIZE, 512);
  expect((await page.getProperties()).etag).not.toBe(before);
  expect((await failureOf(lab.arm.disks.delete(GROUP, "restored"))).code).toBe("OperationNotAllowed");
  await lab.arm.disks.revokeAccess(GROUP, "restored");
  expect((await lab.arm.disks.get(GROUP, "restored")).diskState).toBe("Unattached");
  expect((await failureOf(page.getProperties())).status).toBe(403);

  const expected = Buffer.alloc(DISK_SIZE);
  pattern(4 * MIB, 1).copy(expected, MIB);
  pattern(1024, 2).copy(expected, 512);
  const to = join(lab.dir, "out.raw");
  await lab.azure.control.exportDisk({ disk: "restored", to });
  expect((await readFile(to)).equals(expected)).toBe(true);
  expect((await stat(to)).size).toBe(DISK_SIZE);
  const read = await sas(
    lab.arm.disks.grantAccess(GROUP, "restored", { access: "Read", durationInSeconds: 60 }),
  );
  expect((await blob(read).downloadToBuffer(0, DISK_SIZE)).equals(expected)).toBe(true);
});

test("a missing or wrong footer is refused when access ends, and can be corrected", async () => {
  await create("broken");
  const page = blob(await writeAccess("broken"));
  await page.uploadPages(pattern(512, 1), 0, 512);
  expect((await failureOf(lab.arm.disks.revokeAccess(GROUP, "broken"))).code).toBe("InvalidVhd");
  expect((await lab.arm.disks.get(GROUP, "broken")).diskState).toBe("ActiveUpload");
  await page.uploadPages(makeFooter(DISK_SIZE + MIB, UNIQUE, 0), DISK_SIZE, 512);
  expect((await failureOf(lab.arm.disks.revokeAccess(GROUP, "broken"))).code).toBe("InvalidVhd");
  await page.uploadPages(makeFooter(DISK_SIZE, UNIQUE, 0), DISK_SIZE, 512);
  await lab.arm.disks.revokeAccess(GROUP, "broken");
});

test("page writes must fit the 512-byte grid, the size and the granted access", async () => {
  await create("grid");
  const url = await writeAccess("grid");
  const put = async (range: string, body: Buffer, action = "update") => {
    const response = await fetch(`${url}&comp=page`, {
      method: "PUT",
      headers: { "x-ms-range": range, "x-ms-page-write": action },
      body: new Uint8Array(body),
    });
    return [response.status, response.headers.get("x-ms-error-code")];
  };
  expect(await put("bytes=0-511", pattern(512, 1))).toEqual([201, null]);
  expect(await put("bytes=1-512", pattern(512, 1))).toEqual([416, "InvalidPageRange"]);
  expect(await put(`bytes=${DISK_SIZE}-${DISK_SIZE + 1023}`, pattern(1024, 1))).toEqual([
    416,
    "InvalidPageRange",
  ]);
  expect(await put("bytes=0-1023", pattern(512, 1))).toEqual([400, "InvalidHeaderValue"]);
  expect(await put(`bytes=0-${4 * MIB + 511}`, pattern(4 * MIB + 512, 1))).toEqual([
    413,
    "RequestBodyTooLarge",
  ]);
  expect(await put("bytes=0-511", pattern(512, 1), "rubbish")).toEqual([400, "InvalidHeaderValue"]);
  await lab.importVm("web");
  await lab.takePoint("web/p");
  await lab.arm.virtualMachines.deallocate(GROUP, "web");
  const read = await sas(
    lab.arm.disks.grantAccess(GROUP, "web-os", { access: "Read", durationInSeconds: 60 }),
  );
  expect(await failureOf(blob(read).uploadPages(pattern(512, 1), 0, 512))).toEqual({
    code: "AuthorizationPermissionMismatch",
    status: 403,
  });
});

test("invalid upload sizes and disks that are not uploads are refused", async () => {
  expect((await failureOf(create("small", 20_971_520))).code).toBe("InvalidParameter");
  expect((await failureOf(create("odd", DISK_SIZE + 512 + 4096))).code).toBe("InvalidParameter");
  await lab.arm.disks.createOrUpdate(GROUP, "empty", {
    location: "westeurope",
    diskSizeGB: 1,
    creationData: { createOption: "Empty" },
  });
  expect((await failureOf(writeAccess("empty"))).code).toBe("OperationNotAllowed");
  await lab.arm.disks.delete(GROUP, "empty");
  await lab.arm.disks.delete(GROUP, "empty");
  expect((await failureOf(lab.arm.disks.get(GROUP, "empty"))).status).toBe(404);
});

test("a disk restored from a restore point outlives the point", async () => {
  await lab.importVm("web");
  const { point } = await lab.takePoint("web/p");
  const source = point.sourceMetadata?.storageProfile?.osDisk?.diskRestorePoint?.id ?? "";
  const disk = await lab.arm.disks.createOrUpdate(GROUP, "copy", {
    location: "westeurope",
    creationData: { createOption: "Restore", sourceResourceId: source },
  });
  expect(disk.diskSizeBytes).toBe(DISK_SIZE);
  await lab.arm.restorePoints.delete(GROUP, "web-rpc", "p");
  await lab.azure.control.deleteVm("web");
  const to = join(lab.dir, "copy.raw");
  await lab.azure.control.exportDisk({ disk: "copy", to });
  const bytes = await readFile(to);
  expect(bytes.subarray(MIB, 2 * MIB).equals(pattern(MIB, 1))).toBe(true);
});

test("a copy of a disk holds the bytes of that moment; a deleted VM leaves its disks", async () => {
  await lab.importVm("web");
  const source = (await lab.arm.disks.get(GROUP, "web-os")).id ?? "";
  await lab.arm.disks.createOrUpdate(GROUP, "twin", {
    location: "westeurope",
    creationData: { createOption: "Copy", sourceResourceId: source },
  });
  await lab.azure.control.write({ vm: "web", disk: "os", image: await lab.image("zero.raw", DISK_SIZE, []) });
  const to = join(lab.dir, "twin.raw");
  await lab.azure.control.exportDisk({ disk: "twin", to });
  expect((await readFile(to)).subarray(MIB, 2 * MIB).equals(pattern(MIB, 1))).toBe(true);
  await lab.arm.virtualMachines.delete(GROUP, "web");
  expect((await failureOf(lab.arm.virtualMachines.get(GROUP, "web"))).status).toBe(404);
  const left = await lab.arm.disks.get(GROUP, "web-os");
  expect([left.diskState, left.managedBy]).toEqual(["Unattached", undefined]);
});

test("a fixed VHD is imported without its footer", async () => {
  const data = pattern(MIB, 4);
  const vhd = await lab.image("a.vhd", DISK_SIZE + 512, [
    { offset: 3 * MIB, data },
    { offset: DISK_SIZE, data: makeFooter(DISK_SIZE, UNIQUE, 0) },
  ]);
  const vm = await lab.azure.control.importVm({
    vm: "vhd",
    os: "windows",
    resourceGroup: GROUP,
    disks: [vhd],
  });
  expect(vm.disks.map(({ sizeBytes, allocatedBytes }) => ({ sizeBytes, allocatedBytes }))).toEqual([
    { sizeBytes: DISK_SIZE, allocatedBytes: MIB },
  ]);
});
