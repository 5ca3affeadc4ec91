import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type AzureHarness,
  changedImage,
  finish,
  MIB,
  patternBlock,
  snapshotRequest,
  startAzure,
} from "../test/harness.ts";
import {
  hasDiskSnapshot,
  pollDeleteDiskSnapshot,
  pollDiskSnapshot,
  startDeleteDiskSnapshot,
  startDiskSnapshot,
} from "./disk-snapshots.ts";
import { grantRead } from "./grants.ts";
import { diskSnapshotId } from "./names.ts";
import { listOwnedSnapshots } from "./owned.ts";
import { pageRangesDiff } from "./page-ranges.ts";
import { openSasDisk } from "./sas-disk.ts";
import type { DiskSnapshotRequest } from "./types.ts";

let harness: AzureHarness;
const { signal } = new AbortController();
beforeAll(async () => {
  harness = await startAzure();
});
beforeEach(() => harness.local.control.clearFaults());
afterAll(() => harness[Symbol.asyncDispose]());

const take = async (request: DiskSnapshotRequest) =>
  finish(harness.azure, await startDiskSnapshot(harness.azure, request), pollDiskSnapshot);
const remove = async (id: string) =>
  finish(harness.azure, await startDeleteDiskSnapshot(harness.azure, id), pollDeleteDiskSnapshot);
const compute = () => harness.owner.compute(CONTOSO_SUBSCRIPTION_ID);

describe("a snapshot of a disk", () => {
  test("is incremental, belongs to its job, and has the facts of its disk", async () => {
    const request = snapshotRequest("off");
    const taken = await take(request);
    const disk = await compute().disks.get("test-rg", "off-os");
    expect(taken).toMatchObject({
      id: diskSnapshotId(request),
      name: `kluis-${request.jobId}-0-os`,
      sourceUniqueId: disk.uniqueId,
      completionPercent: 100,
      sizeBytes: 32 * MIB,
      sizeGb: 1,
    });
    expect(taken.familyId).not.toBe("");
    const made = await compute().snapshots.get("test-rg", taken.name);
    expect(made).toMatchObject({
      incremental: true,
      networkAccessPolicy: "AllowAll",
      tags: { "kluis-installation": "install-1", "kluis-job": request.jobId, "kluis-vm": "off" },
    });
    const { items } = await listOwnedSnapshots(harness.azure, {
      subscriptionId: CONTOSO_SUBSCRIPTION_ID,
      installationId: "install-1",
      link: null,
    });
    expect(items).toContainEqual(
      expect.objectContaining({ kind: "snapshot", name: taken.name, jobId: request.jobId }),
    );
  });

  test("is never more open than its disk", async () => {
    const { id = "" } = await compute().diskAccesses.createOrUpdate("test-rg", "private", {
      location: "westeurope",
    });
    const access = {
      networkAccessPolicy: "AllowPrivate",
      diskAccessId: id,
      publicNetworkAccess: "Disabled",
    } as const;
    const { name } = await take(snapshotRequest("off", { access }));
    expect(await compute().snapshots.get("test-rg", name)).toMatchObject({
      networkAccessPolicy: "AllowPrivate",
      diskAccessId: id,
      publicNetworkAccess: "Disabled",
    });
  });

  test("exists once, however often its request is repeated; another try has another one", async () => {
    await harness.local.control.addFault({
      match: { operation: "work:snapshots.create" },
      effect: { type: "hang" },
      times: 1,
    });
    const request = snapshotRequest("off");
    const first = await startDiskSnapshot(harness.azure, request);
    expect(first.status).toBe("running");
    // A process that died before it saved the operation starts again.
    const second = await startDiskSnapshot(harness.azure, request);
    expect(second).toMatchObject({ status: "running" });
    await harness.restart();
    const poll = (state: typeof first) => finish(harness.azure, state, pollDiskSnapshot);
    expect((await poll(first)).id).toBe((await poll(second)).id);
    expect((await take({ ...request, attempt: 1 })).id).not.toBe(diskSnapshotId(request));
    const { snapshots } = await harness.local.control.snapshots();
    expect(snapshots.filter(({ name }) => name.includes(request.jobId))).toHaveLength(2);
  });

  test("of a disk that has as many as Azure allows: the error names the limit", async () => {
    await harness.local.control.addFault({
      match: { operation: "snapshots.createOrUpdate" },
      effect: {
        type: "fail",
        status: 409,
        code: "OperationNotAllowed",
        message: "Disk 'off-os' cannot have more than 500 incremental snapshots.",
      },
      times: 1,
    });
    await expect(take(snapshotRequest("off"))).rejects.toMatchObject({
      code: "AZURE_LIMIT_REACHED",
      reason: "snapshots",
    });
  });

  test("is deleted with open access; a second deletion succeeds", async () => {
    const { id } = await take(snapshotRequest("off"));
    await grantRead(harness.azure, id);
    expect(await hasDiskSnapshot(harness.azure, id)).toBe(true);
    await remove(id);
    expect(await hasDiskSnapshot(harness.azure, id)).toBe(false);
    await remove(id);
  });
});

test("the changes between two incremental snapshots of a disk are listed and read exactly", async () => {
  const older = await take(snapshotRequest("lin"));
  const written = Buffer.alloc(4096, 0xab);
  const image = await changedImage(harness.folder, {
    sizeMib: 64,
    usedMib: 8,
    change: new Map([[700, written]]),
  });
  await harness.local.control.write({ vm: "lin", disk: "os", image });
  const newer = await take(snapshotRequest("lin"));
  expect(newer).toMatchObject({ familyId: older.familyId, sourceUniqueId: older.sourceUniqueId });
  const grant = await grantRead(harness.azure, newer.id);
  const base = await grantRead(harness.azure, older.id);
  const disk = await openSasDisk({ grant, signal });
  expect(disk.size).toBe(newer.sizeBytes);
  const input = { sas: grant.sas, base: base.sas, diskBytes: disk.size, signal };
  const changed = await Array.fromAsync(pageRangesDiff(input));
  const covers = changed.some(({ offset, length }) => offset <= 700 * 4096 && offset + length >= 701 * 4096);
  expect(covers).toBe(true);
  expect(Buffer.from(await disk.read(700 * 4096, 4096, signal))).toEqual(written);
  expect(Buffer.from(await disk.read(699 * 4096, 4096, signal))).toEqual(patternBlock(699));
});
