import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Extent } from "@kluis/domain";
import { planRestoredDisk } from "@kluis/domain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type AzureHarness,
  changedImage,
  diskOf,
  finish,
  MIB,
  patternBlock,
  pointRequest,
  startAzure,
  takePoint,
} from "../test/harness.ts";
import { pollDeleteRestorePoint, startDeleteRestorePoint } from "./delete-restore-point.ts";
import { grantRead, grantWrite, revokeRead } from "./grants.ts";
import { pageRanges, pageRangesDiff } from "./page-ranges.ts";
import { openPageWriter } from "./page-writer.ts";
import { openSasDisk } from "./sas-disk.ts";
import type { RestorePointFacts, UploadDiskRequest } from "./types.ts";
import {
  pollDeleteDisk,
  pollFinishUpload,
  startDeleteDisk,
  startFinishUpload,
  startUploadDisk,
} from "./upload-disk.ts";

let harness: AzureHarness;
let first: RestorePointFacts;
const { signal } = new AbortController();
const dataBytes = 32 * MIB;

beforeAll(async () => {
  harness = await startAzure();
  first = await take();
});
beforeEach(() => harness.local.control.clearFaults());
afterAll(() => harness[Symbol.asyncDispose]());

const take = () => takePoint(harness.azure, pointRequest("lin"));

async function openFirst(renewable = true) {
  const id = diskOf(first, 0);
  const grant = await grantRead(harness.azure, id);
  const renew = () => grantRead(harness.azure, id);
  return openSasDisk({ grant, signal, ...(renewable ? { renew } : {}) });
}

function expected(offset: number, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = offset; at < offset + length; at += 4096) {
    blocks.push(at < 4 * MIB ? patternBlock(at / 4096) : Buffer.alloc(4096));
  }
  return Buffer.concat(blocks);
}

/** The pattern leaves every eighth block empty, so its extents are seven blocks long. */
const patternExtents: Extent[] = Array.from({ length: 128 }, (_, index) => ({
  offset: index * 8 * 4096,
  length: 7 * 4096,
  kind: "data",
}));

describe("reading a snapshot", () => {
  test("returns the size without footer and every byte as the guest wrote it", async () => {
    const disk = await openFirst();
    expect(disk.size).toBe(dataBytes);
    expect(expected(0, 4 * MIB).equals(await disk.read(0, 4 * MIB, signal))).toBe(true);
    expect(expected(4096 * 6, 8192).equals(await disk.read(4096 * 6, 8192, signal))).toBe(true);
    const last = await disk.read(dataBytes - 4096, 4096, signal);
    expect(last.every((byte) => byte === 0)).toBe(true);
  });

  test("rejects reads beyond the disk and above 4 MiB", async () => {
    const disk = await openFirst();
    await expect(disk.read(dataBytes - 512, 1024, signal)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(disk.read(0, 4 * MIB + 512, signal)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  test.each([
    ["busy", { type: "fail", status: 503, code: "ServerBusy" }],
    ["failing", { type: "fail", status: 500, code: "OperationTimedOut" }],
    ["dropped", { type: "drop" }],
    ["cut off", { type: "cut", bytes: 100_000 }],
  ] as const)("retries a server that is %s", async (_, effect) => {
    const disk = await openFirst();
    await harness.local.control.addFault({ match: { operation: "blob.get" }, effect, times: 2 });
    expect(expected(0, MIB).equals(await disk.read(0, MIB, signal))).toBe(true);
  });

  test("renews ended access once for all readers", async () => {
    const id = diskOf(first, 0);
    let renewals = 0;
    const grant = await grantRead(harness.azure, id);
    const renew = () => {
      renewals += 1;
      return grantRead(harness.azure, id);
    };
    const disk = await openSasDisk({ grant, renew, signal });
    await revokeRead(harness.azure, id);
    const reads = await Promise.all([0, 1, 2, 3].map((part) => disk.read(part * MIB, MIB, signal)));
    expect(expected(0, 4 * MIB).equals(Buffer.concat(reads))).toBe(true);
    expect(renewals).toBe(1);
  });

  test("renews access before it ends", async () => {
    const grant = await grantRead(harness.azure, diskOf(first, 0), { durationSeconds: 3600 });
    let renewals = 0;
    const renew = () => {
      renewals += 1;
      return grantRead(harness.azure, diskOf(first, 0), { durationSeconds: 7200 });
    };
    const disk = await openSasDisk({ grant, renew, signal, now: () => grant.expiresAt - 60_000 });
    await disk.read(0, 4096, signal);
    await disk.read(0, 4096, signal);
    expect(renewals).toBe(1);
  });

  test("throws AZURE_SAS_EXPIRED when it cannot renew", async () => {
    const disk = await openFirst(false);
    await revokeRead(harness.azure, diskOf(first, 0));
    await expect(disk.read(0, 4096, signal)).rejects.toMatchObject({ code: "AZURE_SAS_EXPIRED" });
  });

  test("cancels a read", async () => {
    const disk = await openFirst();
    await harness.local.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "hang" },
      times: 1,
    });
    const abort = new AbortController();
    const read = disk.read(0, 4096, abort.signal);
    abort.abort();
    await expect(read).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

describe("ranges", () => {
  test("lists written ranges in order, without the footer", async () => {
    const { sas } = await grantRead(harness.azure, diskOf(first, 0));
    const extents = await Array.fromAsync(pageRanges({ sas, diskBytes: dataBytes, signal }));
    expect(extents).toEqual(patternExtents);
    const part = await Array.fromAsync(
      pageRanges({ sas, diskBytes: dataBytes, signal, from: 4096, to: 8192 * 4 }),
    );
    expect(part).toEqual([{ offset: 4096, length: 6 * 4096, kind: "data" }]);
  });

  test("lists exactly the ranges that were written or cleared since the older snapshot", async () => {
    const change = new Map([
      [3, Buffer.alloc(4096, 0xab)],
      [4, Buffer.alloc(4096, 0xcd)],
      [10, Buffer.alloc(4096)],
      [5000, Buffer.alloc(4096, 0xef)],
    ]);
    const image = await changedImage(harness.folder, { sizeMib: 32, usedMib: 4, change });
    await harness.local.control.write({ vm: "lin", disk: 0, image });
    const second = await take();
    const current = await grantRead(harness.azure, diskOf(second, 0));
    const base = await grantRead(harness.azure, diskOf(first, 0));
    const input = { sas: current.sas, base: base.sas, diskBytes: dataBytes, signal };
    const wanted: Extent[] = [
      { offset: 3 * 4096, length: 2 * 4096, kind: "data" },
      { offset: 10 * 4096, length: 4096, kind: "zero" },
      { offset: 5000 * 4096, length: 4096, kind: "data" },
    ];
    const covers = (extents: Extent[]) =>
      extents.flatMap(({ offset, length, kind }) =>
        Array.from({ length: length / 4096 }, (_, index) => ({ block: offset / 4096 + index, kind })),
      );
    expect(covers(await Array.fromAsync(pageRangesDiff(input)))).toEqual(covers(wanted));
    expect(covers(await Array.fromAsync(pageRangesDiff({ ...input, window: 4 * MIB })))).toEqual(
      covers(wanted),
    );

    const back = pageRangesDiff({ ...input, sas: base.sas, base: current.sas });
    await expect(Array.fromAsync(back)).rejects.toMatchObject({ code: "DELTA_BASE_INVALID" });
    await harness.local.control.settings({ restorePointDiff: false });
    await expect(Array.fromAsync(pageRangesDiff(input))).rejects.toMatchObject({
      code: "DELTA_BASE_INVALID",
    });
    await harness.local.control.settings({ restorePointDiff: true });
    await revokeRead(harness.azure, diskOf(first, 0));
    await expect(Array.fromAsync(pageRangesDiff(input))).rejects.toMatchObject({ code: "AZURE_SAS_EXPIRED" });
    const deletion = await startDeleteRestorePoint(harness.azure, second.id);
    await finish(harness.azure, deletion, pollDeleteRestorePoint);
  });

  test("rejects another disk's snapshot as base", async () => {
    const { sas } = await grantRead(harness.azure, diskOf(first, 0));
    const other = await grantRead(harness.azure, diskOf(first, "os"));
    const diff = pageRangesDiff({ sas, base: other.sas, diskBytes: dataBytes, signal });
    await expect(Array.fromAsync(diff)).rejects.toMatchObject({ code: "DELTA_BASE_INVALID" });
  });
});

describe("restoring to a new disk", () => {
  const request = (change: Partial<UploadDiskRequest> = {}): UploadDiskRequest => ({
    subscriptionId: harness.azure.subscriptions[0] ?? "",
    resourceGroup: "test-rg",
    name: `restored-${randomUUID()}`,
    location: "westeurope",
    sizeBytes: dataBytes,
    disk: planRestoredDisk({ sku: "Premium_LRS", facts: null }, {}).disk,
    jobId: randomUUID(),
    installationId: "install-1",
    ...change,
  });
  const create = async (wanted: UploadDiskRequest) =>
    finish(harness.azure, await startUploadDisk(harness.azure, wanted), () =>
      startUploadDisk(harness.azure, wanted),
    );
  const remove = async (diskId: string, jobId: string) =>
    finish(harness.azure, await startDeleteDisk(harness.azure, { diskId, jobId }), pollDeleteDisk);
  const end = async (diskId: string) =>
    finish(harness.azure, await startFinishUpload(harness.azure, diskId), pollFinishUpload);

  test("the disk holds the written bytes; a second start finds it", async () => {
    const wanted = request();
    const { diskId } = await create(wanted);
    expect(await create(wanted)).toEqual({ diskId });
    const grant = await grantWrite(harness.azure, diskId);
    const writer = openPageWriter({
      grant,
      diskBytes: dataBytes,
      renew: () => grantWrite(harness.azure, diskId),
    });
    await harness.local.control.addFault({
      match: { operation: "blob.putPage" },
      effect: { type: "fail", status: 503, code: "ServerBusy" },
      times: 1,
    });
    await writer.write(0, expected(0, 4 * MIB), signal);
    await writer.write(8 * MIB, Buffer.alloc(4 * MIB), signal);
    await writer.writeFooter(randomUUID(), signal);
    await end(diskId);
    const to = join(harness.folder, "restored.img");
    await harness.local.control.exportDisk({ disk: wanted.name, to });
    expect(
      (await readFile(to)).equals(Buffer.concat([expected(0, 4 * MIB), Buffer.alloc(dataBytes - 4 * MIB)])),
    ).toBe(true);
  });

  test("Azure rejects a disk without a footer when the upload ends", async () => {
    const wanted = request();
    const { diskId } = await create(wanted);
    await grantWrite(harness.azure, diskId);
    await expect(end(diskId)).rejects.toMatchObject({
      code: "AZURE_REJECTED",
      params: { azureCode: "InvalidVhd" },
    });
    await remove(diskId, wanted.jobId);
    expect(await remove(diskId, wanted.jobId)).toBe("gone");
  });

  test("never deletes a disk of another job", async () => {
    const wanted = request();
    const { diskId } = await create(wanted);
    expect(await remove(diskId, randomUUID())).toBe("foreign");
    expect(await create(wanted)).toEqual({ diskId });
    expect(await remove(diskId, wanted.jobId)).toBe("gone");
  });

  test("a taken name is a conflict; odd sizes are rejected before any call", async () => {
    const wanted = request();
    await create(wanted);
    await expect(create({ ...wanted, jobId: randomUUID() })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(create(request({ sizeBytes: dataBytes + 512 }))).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});
