import { expect, test } from "vitest";
import { z } from "zod";
import { blob, DISK_SIZE, failureOf, GROUP, MIB, pattern, refusalOf, sas, useLab } from "./lab.ts";
import { containing } from "./matchers.ts";

const lab = useLab();

async function openPoint(): Promise<string> {
  await lab.importVm("web");
  const { disks } = await lab.takePoint("web/p");
  return lab.readPoint("web", { point: "p", disk: disks[0] ?? "" });
}

test("only a live URL with the right signature opens a disk", async () => {
  const url = await openPoint();
  const changed = (name: string, value: string): string => {
    const other = new URL(url);
    other.searchParams.set(name, value);
    return other.href;
  };
  const denied = { code: "AuthenticationFailed", status: 403 };
  expect(await failureOf(blob(changed("sig", "AAAA")).downloadToBuffer(0, 512))).toEqual(denied);
  expect(
    await failureOf(blob(changed("si", "00000000-0000-4000-8000-000000000000")).download(0, 512)),
  ).toEqual(denied);
  expect(await failureOf(blob(url.replace(/md-\w+/, "md-other")).download(0, 512))).toEqual(denied);
  await lab.azure.control.advanceClock(3_601_000);
  expect(await failureOf(blob(url).download(0, 512))).toEqual(denied);
});

test("a second request extends the same URL; revoking ends it", async () => {
  const url = await openPoint();
  const { grants } = await lab.azure.control.snapshots();
  const disk = grants[0]?.resource.split("/").at(-1) ?? "";
  await lab.azure.control.advanceClock(1_800_000);
  expect(await lab.readPoint("web", { point: "p", disk })).toBe(url);
  await lab.azure.control.advanceClock(2_000_000);
  expect((await blob(url).getProperties()).contentLength).toBe(DISK_SIZE + 512);
  await lab.arm.diskRestorePoint.revokeAccess(GROUP, "web-rpc", "p", disk);
  expect((await failureOf(blob(url).download(0, 512))).status).toBe(403);
});

test("a grant lasts 60 days at most, and five snapshots of a family are open at once", async () => {
  await lab.importVm("web");
  const names: { point: string; disk: string }[] = [];
  for (let at = 0; at < 6; at++)
    names.push({ point: `p${at}`, disk: (await lab.takePoint(`web/p${at}`)).disks[0] ?? "" });
  const [first, ...rest] = names;
  if (!first) throw new Error("No restore point");
  expect((await failureOf(lab.readPoint("web", { ...first, seconds: 5_184_001 }))).code).toBe(
    "InvalidParameter",
  );
  for (const name of rest) await lab.readPoint("web", name);
  expect((await failureOf(lab.readPoint("web", first))).code).toBe("OperationNotAllowed");
  await lab.arm.diskRestorePoint.revokeAccess(GROUP, "web-rpc", "p5", rest[4]?.disk ?? "");
  expect(await lab.readPoint("web", first)).toContain("sig=");
});

test("ranges answer 206, the footer ends the blob, 416 follows it, If-Match is checked", async () => {
  const url = await openPoint();
  const part = await fetch(url, { headers: { "x-ms-range": `bytes=${MIB}-${MIB + 1023}` } });
  expect([part.status, part.headers.get("content-length"), part.headers.get("content-range")]).toEqual([
    206,
    "1024",
    `bytes ${MIB}-${MIB + 1023}/${DISK_SIZE + 512}`,
  ]);
  expect(Buffer.from(await part.arrayBuffer()).equals(pattern(MIB, 1).subarray(0, 1024))).toBe(true);
  const tail = await fetch(url, { headers: { range: `bytes=${DISK_SIZE - 512}-` } });
  const bytes = Buffer.from(await tail.arrayBuffer());
  expect(bytes.length).toBe(1024);
  expect(bytes.toString("latin1", 512, 520)).toBe("conectix");
  const behind = await fetch(url, { headers: { range: `bytes=${DISK_SIZE + 512}-` } });
  expect([behind.status, behind.headers.get("x-ms-error-code")]).toEqual([416, "InvalidRange"]);
  expect(await behind.text()).toContain("<Code>InvalidRange</Code>");
  const etag = part.headers.get("etag") ?? "";
  expect((await fetch(url, { method: "HEAD", headers: { "if-match": etag } })).status).toBe(200);
  expect((await fetch(url, { method: "HEAD", headers: { "if-match": '"0x0"' } })).status).toBe(412);
});

test("page lists follow their markers to the end and respect the window of the request", async () => {
  await lab.importVm("web");
  const parts = Array.from({ length: 40 }, (_, index) => ({
    offset: index * 16_384,
    data: Buffer.alloc(4096, 5),
  }));
  await lab.azure.control.write({
    vm: "web",
    disk: "os",
    image: await lab.image("many.raw", DISK_SIZE, parts),
  });
  const { disks } = await lab.takePoint("web/p");
  const url = await lab.readPoint("web", { point: "p", disk: disks[0] ?? "" });
  const starts: number[] = [];
  for await (const range of blob(url).listPageRanges(0, DISK_SIZE)) starts.push(range.start);
  const paged: number[] = [];
  for await (const page of blob(url).listPageRanges(0, DISK_SIZE).byPage({ maxPageSize: 7 }))
    paged.push(...(page.pageRange ?? []).map((range) => range.start));
  expect(paged).toEqual(starts);
  expect(starts).toEqual(parts.map((part) => part.offset));
  const window = await blob(url).getPageRanges(16_384, 16_385);
  expect(window.pageRange).toEqual([
    { offset: 16_384, count: 4095 },
    { offset: 32_768, count: 0 },
  ]);
  const none = await fetch(`${url}&comp=pagelist&maxresults=0`);
  expect([none.status, none.headers.get("x-ms-error-code")]).toEqual([400, "InvalidQueryParameterValue"]);
});

test("a difference needs a live, older base of the same family", async () => {
  await lab.importVm("web", { disks: 2 });
  const one = await lab.takePoint("web/one");
  await lab.azure.control.write({ vm: "web", disk: "os", image: await lab.image("n.raw", DISK_SIZE, []) });
  const two = await lab.takePoint("web/two");
  const open = (point: string, disk: string | undefined) => lab.readPoint("web", { point, disk: disk ?? "" });
  const older = await open("one", one.disks[0]);
  const newer = await open("two", two.disks[0]);
  const other = await open("one", one.disks[1]);
  const diff = (url: string, base: string) => blob(url).getPageRangesDiffForManagedDisks(0, DISK_SIZE, base);
  expect((await diff(newer, older)).clearRange).toEqual([{ offset: MIB, count: MIB - 1 }]);
  expect((await diff(newer, older)).pageRange).toEqual([]);
  expect(await failureOf(diff(older, newer))).toEqual({ code: "PreviousSnapshotCannotBeNewer", status: 400 });
  expect(await failureOf(diff(newer, other))).toEqual({ code: "BlobOverwritten", status: 409 });
  expect((await failureOf(diff(newer, `${older}x`))).code).toBe("AuthenticationFailed");
  await lab.azure.control.settings({ restorePointDiff: false });
  expect(await failureOf(diff(newer, older))).toEqual({
    code: "PreviousSnapshotOperationNotSupported",
    status: 409,
  });
  await lab.azure.control.settings({ restorePointDiff: true });
  await lab.arm.diskRestorePoint.revokeAccess(GROUP, "web-rpc", "one", one.disks[0] ?? "");
  expect(await failureOf(diff(newer, older))).toEqual({ code: "AuthenticationFailed", status: 403 });
});

test("incremental snapshots are created, compared, limited and deleted; full ones cannot be compared", async () => {
  const vm = await lab.importVm("web");
  const disk =
    (await lab.arm.virtualMachines.get(GROUP, "web")).storageProfile?.osDisk?.managedDisk?.id ?? "";
  const make = (name: string, incremental = true) =>
    lab.arm.snapshots.createOrUpdate(GROUP, name, {
      location: "westeurope",
      incremental,
      creationData: { createOption: "Copy", sourceResourceId: disk },
    });
  const open = (name: string) =>
    sas(lab.arm.snapshots.grantAccess(GROUP, name, { access: "Read", durationInSeconds: 60 }));
  const first = await make("s1");
  expect([first.provisioningState, first.diskSizeBytes]).toEqual(["Succeeded", DISK_SIZE]);
  await lab.azure.control.write({
    vm: "web",
    disk: "os",
    image: await lab.image("n.raw", DISK_SIZE, [{ offset: 0, data: pattern(4096, 3) }]),
  });
  const second = await make("s2");
  expect(second.incrementalSnapshotFamilyId).toBe(first.incrementalSnapshotFamilyId);
  const [older, newer] = [await open("s1"), await open("s2")];
  const diff = await blob(newer).getPageRangesDiffForManagedDisks(0, DISK_SIZE, older);
  expect(diff.pageRange).toEqual([{ offset: 0, count: 4095 }]);
  expect((await failureOf(lab.arm.snapshots.delete(GROUP, "s1"))).code).toBe("OperationNotAllowed");
  await lab.arm.snapshots.revokeAccess(GROUP, "s1");
  await lab.arm.snapshots.delete(GROUP, "s1");
  const bytes = await blob(newer).downloadToBuffer(0, 4096);
  expect(bytes.equals(pattern(4096, 3))).toBe(true);
  await make("full", false);
  const full = await open("full");
  const refused = blob(newer).getPageRangesDiffForManagedDisks(0, DISK_SIZE, full);
  expect((await failureOf(refused)).code).toBe("PreviousSnapshotOperationNotSupported");
  await lab.azure.control.settings({ snapshotsPerDiskPer5Minutes: 2 });
  expect(await failureOf(make("s3"))).toEqual({ code: "OperationNotAllowed", status: 429 });
  expect(vm).toContain("/virtualMachines/web");
});

test("a disk opens for reading when its VM is deallocated, not when it runs; its state follows", async () => {
  await lab.importVm("web");
  const grant = () =>
    sas(lab.arm.disks.grantAccess(GROUP, "web-os", { access: "Read", durationInSeconds: 60 }));
  expect(await refusalOf(grant())).toEqual({
    status: 409,
    code: "Conflict",
    message: containing(
      "Access not permitted because disk web-os is currently attached to running VM /subscriptions/",
    ),
  });
  expect((await lab.arm.disks.get(GROUP, "web-os")).diskState).toBe("Attached");
  await lab.arm.virtualMachines.deallocate(GROUP, "web");
  expect((await lab.arm.disks.get(GROUP, "web-os")).diskState).toBe("Reserved");
  const url = await grant();
  expect((await lab.arm.disks.get(GROUP, "web-os")).diskState).toBe("ActiveSAS");
  expect((await blob(url).downloadToBuffer(MIB, 512)).equals(pattern(MIB, 1).subarray(0, 512))).toBe(true);
});

test("a range has its MD5 on request", async () => {
  const url = await openPoint();
  const response = await fetch(url, {
    headers: { "x-ms-range": `bytes=${MIB}-${MIB + 4095}`, "x-ms-range-get-content-md5": "true" },
  });
  const { createHash } = await import("node:crypto");
  const body = Buffer.from(await response.arrayBuffer());
  expect(z.string().parse(response.headers.get("content-md5"))).toBe(
    createHash("md5").update(body).digest("base64"),
  );
});
