import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AzureHarness, diskOf, finish, pointRequest, startAzure, takePoint } from "../test/harness.ts";
import {
  deleteEmptyCollection,
  pollDeleteRestorePoint,
  startDeleteRestorePoint,
} from "./delete-restore-point.ts";
import { grantRead } from "./grants.ts";
import { restorePointIds } from "./names.ts";
import { listOwnedCollections, readOwnedPoints } from "./owned.ts";
import { getRestorePoint, pollRestorePoint, startRestorePoint } from "./restore-points.ts";
import type { RestorePointRequest } from "./types.ts";

let harness: AzureHarness;
beforeAll(async () => {
  harness = await startAzure();
});
beforeEach(async () => {
  await harness.local.control.clearFaults();
  await harness.local.control.setGuest({ vm: "lin", agent: "Ready" });
});
afterAll(() => harness[Symbol.asyncDispose]());

const take = (request: RestorePointRequest) => takePoint(harness.azure, request);

async function remove(id: string): Promise<null> {
  return finish(harness.azure, await startDeleteRestorePoint(harness.azure, id), pollDeleteRestorePoint);
}

describe("restore points", () => {
  test("a running Linux VM: file-system consistent, with all disks", async () => {
    const request = pointRequest("lin");
    const point = await take(request);
    expect(point.consistency).toBe("file-system");
    expect(point.name).toBe(`kluis-${request.jobId}`);
    expect(point.disks.map(({ slot, completionPercent }) => [slot, completionPercent])).toEqual([
      ["os", 100],
      [0, 100],
    ]);
    for (const disk of point.disks) {
      expect(disk.sourceUniqueId).not.toBe("");
      expect(disk.familyId).not.toBe("");
    }
    expect(await getRestorePoint(harness.azure, point.id)).toEqual(point);
  });

  test("a running Windows VM is application consistent", async () => {
    expect((await take(pointRequest("win"))).consistency).toBe("application");
  });

  test("a stopped VM is crash consistent when requested", async () => {
    expect((await take(pointRequest("off", { crashConsistent: true }))).consistency).toBe("crash");
    await expect(take(pointRequest("off"))).rejects.toMatchObject({ code: "AGENT_NOT_READY" });
  });

  test("an excluded disk is left out", async () => {
    const disks = (await harness.local.control.list()).vms.find(({ name }) => name === "lin")?.disks ?? [];
    const excluded = disks.filter(({ role }) => role !== "os").map(({ id }) => id);
    const point = await take(pointRequest("lin", { excludeDiskIds: excluded }));
    expect(point.disks.map(({ slot }) => slot)).toEqual(["os"]);
  });

  test("two starts create one restore point, and neither waits", async () => {
    await harness.local.control.addFault({
      match: { operation: "work:restorePoints.create" },
      effect: { type: "hang" },
      times: 1,
    });
    const request = pointRequest("lin");
    const first = await startRestorePoint(harness.azure, request);
    expect(first.status).toBe("running");
    // A process that died before it saved the operation starts again.
    const second = await startRestorePoint(harness.azure, request);
    expect(second).toMatchObject({ status: "running" });
    await harness.restart();
    const poll = (state: typeof first) => finish(harness.azure, state, pollRestorePoint);
    const [one, two] = [await poll(first), await poll(second)];
    expect(one.id).toBe(two.id);
    const { restorePoints } = await harness.local.control.snapshots();
    expect(restorePoints.filter(({ name }) => name === one.name)).toHaveLength(1);
  });

  test("the next attempt creates a removed collection again", async () => {
    await harness.local.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: { type: "fail", status: 404, code: "ParentResourceNotFound" },
      times: 1,
    });
    const request = pointRequest("win");
    await expect(take(request)).rejects.toMatchObject({ code: "AZURE_CONFLICT", retry: "state" });
    expect((await take(request)).consistency).toBe("application");
  });

  test("an agent that does not answer has its own code; the next attempt succeeds", async () => {
    await harness.local.control.setGuest({ vm: "lin", agent: "NotReady" });
    const request = pointRequest("lin");
    await expect(take(request)).rejects.toMatchObject({
      code: "AGENT_NOT_READY",
      params: { azureCode: "VMAgentStatusCommunicationError" },
    });
    await harness.local.control.setGuest({ vm: "lin", agent: "Ready" });
    expect((await take(request)).consistency).toBe("file-system");
  });
});

describe("deletion", () => {
  test("ends open access first; a second deletion succeeds", async () => {
    const point = await take(pointRequest("win"));
    await grantRead(harness.azure, diskOf(point, "os"));
    await remove(point.id);
    expect(await getRestorePoint(harness.azure, point.id)).toBeNull();
    await remove(point.id);
  });

  test("deletes a collection only when it is empty", async () => {
    const point = await take(pointRequest("win", { installationId: "install-2" }));
    expect(await deleteEmptyCollection(harness.azure, point.collectionId)).toBe(false);
    await remove(point.id);
    expect(await deleteEmptyCollection(harness.azure, point.collectionId)).toBe(true);
    expect(await deleteEmptyCollection(harness.azure, point.collectionId)).toBe(true);
  });

  test("lists the resources of this installation and none of another", async () => {
    const mine = pointRequest("lin", { installationId: "install-3" });
    const other = pointRequest("lin", { installationId: "install-4" });
    await take(mine);
    await take(other);
    const subscriptionId = harness.azure.subscriptions[0] ?? "";
    const options = { subscriptionId, installationId: "install-3" };
    const owned = [];
    for (let link: string | null = null; ; ) {
      const page = await listOwnedCollections(harness.azure, { ...options, link });
      for (const one of page.items) owned.push(one, ...(await readOwnedPoints(harness.azure, one.id)));
      link = page.next;
      if (link === null) break;
    }
    expect(owned.map(({ kind, id, jobId }) => ({ kind, id: id.toLowerCase(), jobId }))).toEqual([
      { kind: "restore-point-collection", id: restorePointIds(mine).collectionId.toLowerCase(), jobId: null },
      { kind: "restore-point", id: restorePointIds(mine).restorePointId.toLowerCase(), jobId: mine.jobId },
    ]);
  });
});
