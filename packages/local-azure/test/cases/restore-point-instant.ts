/** Points of Premium SSD v2 disks, instant access, limits, deletion. */
import { expect } from "vitest";
import { type Azure, at, compute, REGION, text } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { crash, nextHour, take } from "./restore-point.ts";

const vm = compute("virtualMachines/fast");
const rpc = compute("restorePointCollections/fast");
const points = `${rpc}/restorePoints`;
const fastDisk = compute("disks/fast-v2");
const minutes = (instantAccessDurationMinutes: number) => ({
  body: { properties: { instantAccessDurationMinutes } },
});

/** The path of a new disk of the point's Premium SSD v2 disk, and the body that makes it. */
async function restoring(azure: Azure, point: string): Promise<{ path: string; body: object }> {
  const found = await azure.get(`${points}/${point}`);
  const disk = at(found, "properties.sourceMetadata.storageProfile.dataDisks.0.diskRestorePoint.id");
  const creationData = { createOption: "Restore", sourceResourceId: text(disk) };
  const body = {
    location: REGION,
    zones: ["1"],
    sku: { name: "PremiumV2_LRS" },
    properties: { creationData },
  };
  return { path: compute(`disks/of-${point}`), body };
}

const diskOf = async (azure: Azure, point: string) =>
  azure.get(
    text(
      at(
        await azure.get(`${points}/${point}`),
        "properties.sourceMetadata.storageProfile.dataDisks.0.diskRestorePoint.id",
      ),
    ),
  );

export const restorePointInstant: readonly Case[] = [
  {
    says: "A collection with instant access shows it, at once and later",
    source: sources.instantAccess,
    run: async (azure) => {
      await azure.vm("fast", { os: "windows", zones: ["1"] });
      await azure.disk("fast-v2", { zones: ["1"], sku: { name: "PremiumV2_LRS" } });
      const dataDisksToAttach = [{ diskId: fastDisk, lun: 0 }];
      await azure.done("POST", `${vm}/attachDetachDataDisks`, { body: { dataDisksToAttach } });
      const body = { location: REGION, properties: { source: { id: vm }, instantAccess: true } };
      const made = await azure.put(rpc, { body });
      expect([made.status, at(made, "properties.instantAccess")]).toEqual([201, true]);
      const read = await azure.get(`${rpc}?$expand=restorePoints`);
      expect(at(read, "properties")).toMatchObject({ instantAccess: true, restorePoints: [] });
    },
  },
  {
    says: "The minutes of instant access are in the 201; a data disk has its SKU there",
    source: sources.instantAccess,
    run: async (azure) => {
      // Four hours for the disk of 4 GiB: less than a percent while a case runs.
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000 });
      await nextHour(azure);
      const answer = await azure.put(`${points}/ia`, minutes(120));
      expect([answer.status, at(answer, "properties.instantAccessDurationMinutes")]).toEqual([201, 120]);
      expect(at(answer, "properties.sourceMetadata.storageProfile.dataDisks.0")).toMatchObject({
        lun: 0,
        name: "fast-v2",
        diskSizeGB: 4,
        managedDisk: { storageAccountType: "PremiumV2_LRS", id: fastDisk },
      });
      await azure.finish(answer);
    },
  },
  {
    says: "The instance view has the disks that replicate only: InstantAccess, Replicating, 0 percent",
    source: sources.instantAccess,
    run: async (azure) => {
      const point = await azure.get(`${points}/ia?$expand=instanceView`);
      const replicating = {
        code: "ReplicationState/replicating",
        level: "Info",
        displayStatus: "Replicating",
      };
      expect(at(point, "properties.instanceView")).toEqual({
        diskRestorePoints: [
          {
            id: expect.stringContaining(`${points}/ia/diskRestorePoints/fast-v2_`) as string,
            snapshotAccessState: "InstantAccess",
            replicationStatus: { status: replicating, completionPercent: 0 },
          },
        ],
        statuses: [replicating],
      });
      expect(at(point, "properties")).toMatchObject({
        provisioningState: "Succeeded",
        consistencyMode: "ApplicationConsistent",
        instantAccessDurationMinutes: 120,
      });
    },
  },
  {
    says: "With instant access a disk is restored during the copy, but its bytes are not read",
    source: sources.incremental,
    run: async (azure) => {
      const id = text(at(await diskOf(azure, "ia"), "id"));
      refused(
        await azure.post(`${id}/beginGetAccess`, { body: { access: "Read", durationInSeconds: 60 } }),
        409,
        { code: "OperationNotAllowed" },
      );
      const { path, body } = await restoring(azure, "ia");
      expect((await azure.put(path, { body })).status).toBe(202);
    },
  },
  {
    says: "A copied disk is AvailableWithInstantAccess, and Available after the minutes",
    source: sources.specification,
    run: async (azure) => {
      const state = async () => {
        const { json } = await diskOf(azure, "ia");
        return [at(json, "properties.completionPercent"), at(json, "properties.snapshotAccessState")];
      };
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
      await azure.advance(30);
      expect(await state()).toEqual([100, "AvailableWithInstantAccess"]);
      await azure.advance(120 * 60);
      expect(await state()).toEqual([100, "Available"]);
      const view = await azure.get(`${points}/ia?$expand=instanceView`);
      expect(at(view, "properties.instanceView.statuses.0.code")).toBe("ReplicationState/succeeded");
    },
  },
  {
    says: "PATCH turns instant access off; updates have a separate policy",
    source: sources.instantAccess,
    run: async (azure) => {
      const answer = await azure.patch(rpc, { body: { properties: { instantAccess: false } } });
      expect([answer.status, at(answer, "properties.instantAccess")]).toEqual([200, false]);
      expect(answer.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
        "Microsoft.Compute/UpdateRestorePointCollectionResource;14,Microsoft.Compute/UpdateRestorePointCollectionSubscriptionMaximum;149",
      );
      refused(await azure.put(`${points}/off`, minutes(60)), 400, { code: "InvalidParameter" });
    },
  },
  {
    says: "Without instant access a Premium SSD v2 disk is Pending, and not restored before its copy ended",
    source: sources.incremental,
    run: async (azure) => {
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000 });
      await take(azure, `${points}/slow`, { body: {} });
      expect(at(await diskOf(azure, "slow"), "properties")).toMatchObject({
        replicationState: "Replicating",
        completionPercent: 0,
        snapshotAccessState: "Pending",
      });
      const { path, body } = await restoring(azure, "slow");
      expect((await azure.put(path, { body })).status).toBe(409);
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
      await azure.advance(30);
      await azure.done("PUT", path, { body });
    },
  },
  {
    says: "Premium SSD v2 disks are excluded from crash-consistent points, or refused",
    source: sources.pointConcepts,
    run: async (azure) => {
      await nextHour(azure);
      refused(await azure.put(`${points}/crash`, crash), 409, {
        code: "VMRestorePointClientError",
        says: "You may exclude this disk from the restore point via excludeDisks property.",
      });
      const properties = { ...crash.body.properties, excludeDisks: [{ id: fastDisk }] };
      await azure.done("PUT", `${points}/crash`, { body: { properties } });
      const point = await azure.get(`${points}/crash`);
      expect(at(point, "properties.sourceMetadata.storageProfile.dataDisks")).toEqual([]);
      expect(at(point, "properties.excludeDisks")).toEqual([{ id: fastDisk }]);
    },
  },
  {
    says: "Only disks of the VM can be excluded, and not all of them",
    source: sources.specification,
    run: async (azure) => {
      const exclude = (...ids: string[]) =>
        azure.put(`${points}/none`, { body: { properties: { excludeDisks: ids.map((id) => ({ id })) } } });
      expect((await exclude(compute("disks/win-os"))).status).toBe(400);
      expect((await exclude(compute("disks/fast-os"), fastDisk)).status).toBe(400);
    },
  },
  {
    says: "A point more than a VM may have: VMRestorePointClientError with the sentence about snapshots",
    source: sources.pointErrors,
    run: async (azure) => {
      const { restorePointsPerVm } = await azure.control.settings({ restorePointsPerVm: 3 });
      expect(restorePointsPerVm).toBe(3);
      await nextHour(azure);
      refused(await azure.put(`${points}/more`, { body: {} }), 409, {
        code: "VMRestorePointClientError",
        says: "Restore Point creation failed as the maximum allowed snapshot limit of one or more disk blobs has been reached. Please delete some existing restore points of this VM and then retry.",
      });
      await azure.control.settings({ restorePointsPerVm: 500 });
    },
  },
  {
    says: "A point in creation is not deleted",
    source: sources.armOperations,
    run: async (azure) => {
      await nextHour(azure);
      const answer = await azure.put(`${points}/early`, { body: {} });
      refused(await azure.del(`${points}/early`), 409, { code: "OperationNotAllowed" });
      await azure.finish(answer);
      await azure.done("DELETE", `${points}/early`);
    },
  },
  {
    says: "A failed point says Failed and has no disks; its name can be used again",
    source: sources.pointErrors,
    run: async (azure) => {
      await azure.control.setGuest({ vm: "fast", agent: "NotReady" });
      await nextHour(azure);
      const answer = await azure.put(`${points}/again`, { body: {} });
      const status = await azure.finish(answer);
      expect([at(status, "status"), at(status, "error.code"), at(status, "error.message")]).toEqual([
        "Failed",
        "VMAgentStatusCommunicationError",
        expect.stringContaining("has not reported status for VM agent or extensions.") as string,
      ]);
      const failed = await azure.get(`${points}/again`);
      expect(at(failed, "properties.provisioningState")).toBe("Failed");
      expect(failed.text).not.toContain("diskRestorePoint");
      await azure.control.setGuest({ vm: "fast", agent: "Ready" });
      await take(azure, `${points}/again`, { body: {} });
    },
  },
  {
    says: "Deleting a collection is 202 with both links and the policy of deleted points; again 204",
    source: sources.instantAccess,
    run: async (azure) => {
      await nextHour(azure);
      const answer = await azure.del(rpc);
      expect([answer.status, answer.text, answer.headers.get("azure-asyncnotification")]).toEqual([
        202,
        "",
        "Enabled",
      ]);
      expect(answer.headers.get("location")).toContain("&monitor=true&api-version=");
      expect(answer.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
        "Microsoft.Compute/DeleteRestorePointSubscriptionMaximum;359",
      );
      const monitor = answer.headers.get("location") ?? "";
      await azure.finish(answer);
      const ended = await azure.get(monitor);
      expect([ended.status, ended.text]).toEqual([200, ""]);
      expect((await azure.get(rpc)).status).toBe(404);
      expect((await azure.del(rpc)).status).toBe(204);
    },
  },
];
