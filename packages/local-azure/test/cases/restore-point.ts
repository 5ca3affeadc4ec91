/** Restore point collections, restore points and disk restore points. */
import { expect } from "vitest";
import { close, open } from "./access.ts";
import { type Answer, type Azure, at, compute, REGION, RG, text } from "./azure.ts";
import { azureTime, guid, type Kind, refused, sources } from "./case.ts";

const web = compute("virtualMachines/web");
const win = compute("virtualMachines/win");
export const rpc = compute("restorePointCollections/col");
export const crash = { body: { properties: { consistencyMode: "CrashConsistent" } } };
const collection = (vm: string, more: object = {}): object => ({
  location: REGION,
  properties: { source: { id: vm }, ...more },
});

/** Points per VM are few in an hour. */
export const nextHour = (azure: Azure): Promise<void> => azure.advance(3601);

export async function take(azure: Azure, path: string, call: object = crash): Promise<Answer> {
  await nextHour(azure);
  return azure.done("PUT", path, call);
}

export const restorePoint: Kind = {
  name: "restore point",
  seed: async (azure) => {
    await azure.vm("web", { disks: 2 });
    await azure.vm("win", { os: "windows" });
    await azure.vm("old", { size: "Standard_A2_v2" });
    for (const name of ["win", "old"])
      await azure.done("PUT", compute(`restorePointCollections/${name}`), {
        body: collection(compute(`virtualMachines/${name}`)),
      });
  },
  cases: [
    {
      says: "A collection is 201 at once, with source, id and state; again it is 200",
      source: sources.restorePoint,
      run: async (azure) => {
        const made = await azure.put(rpc, { body: collection(web) });
        expect([made.status, made.headers.has("azure-asyncoperation")]).toEqual([201, false]);
        expect(made.json).toMatchObject({
          name: "col",
          id: rpc,
          type: "Microsoft.Compute/restorePointCollections",
          location: REGION,
          properties: { source: { location: REGION, id: web }, provisioningState: "Succeeded" },
        });
        expect(at(made, "properties.restorePointCollectionId")).toMatch(guid);
        expect(made.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/PutRestorePointCollectionResource;14,Microsoft\.Compute\/PutRestorePointCollectionSubscriptionMaximum;14\d$/,
        );
        expect((await azure.put(rpc, { body: collection(web) })).status).toBe(200);
      },
    },
    {
      says: "A point is 201 Creating with the VM's configuration and the requested mode; no type, no disk restore points",
      source: sources.restorePoint,
      run: async (azure) => {
        const answer = await azure.put(`${rpc}/restorePoints/p1`, crash);
        expect(answer.status).toBe(201);
        expect(answer.json).toMatchObject({
          name: "p1",
          id: `${rpc}/restorePoints/p1`,
          properties: { provisioningState: "Creating", consistencyMode: "CrashConsistent" },
        });
        expect(at(answer, "type")).toBeUndefined();
        expect(at(answer, "properties.sourceMetadata")).toMatchObject({
          location: REGION,
          hardwareProfile: { vmSize: "Standard_D2s_v5" },
          storageProfile: {
            osDisk: {
              osType: "Linux",
              name: "web-os",
              caching: "ReadWrite",
              managedDisk: { storageAccountType: "Premium_LRS", id: compute("disks/web-os") },
            },
          },
          osProfile: {
            computerName: "web",
            secrets: [],
            allowExtensionOperations: true,
            requireGuestProvisionSignal: true,
          },
          hyperVGeneration: "V2",
        });
        expect(at(answer, "properties.sourceMetadata.vmId")).toMatch(guid);
        expect(answer.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
          "Microsoft.Compute/PutRestorePointResource;5,Microsoft.Compute/PutRestorePointSubscriptionMaximum;149,Microsoft.Compute/CreateCrashConsistentRestorePoint;2",
        );
        expect(answer.headers.get("azure-asyncnotification")).toBe("Enabled");
        expect(answer.headers.has("location")).toBe(false);
        expect(answer.text).not.toContain("diskRestorePoint");
        await azure.finish(answer);
      },
    },
    {
      says: "The time of a point is the start of its operation",
      source: sources.restorePoint,
      run: async (azure) => {
        await nextHour(azure);
        const answer = await azure.put(`${rpc}/restorePoints/timed`, crash);
        const status = await azure.finish(answer);
        const point = await azure.get(`${rpc}/restorePoints/timed`);
        const created = text(at(point, "properties.timeCreated"));
        expect(created).toMatch(azureTime);
        expect(created).toBe(text(at(answer, "properties.timeCreated")));
        expect(created).toBe(text(at(status, "startTime")));
        expect(Date.parse(text(at(status, "endTime")))).toBeGreaterThan(Date.parse(created));
      },
    },
    {
      says: "A ready point has a disk restore point for each disk, with its encryption",
      source: sources.restorePoint,
      run: async (azure) => {
        const point = await azure.get(`${rpc}/restorePoints/p1`);
        expect(at(point, "properties.provisioningState")).toBe("Succeeded");
        const os = at(point, "properties.sourceMetadata.storageProfile.osDisk.diskRestorePoint") ?? null;
        expect(at(os, "encryption.type")).toBe("EncryptionAtRestWithPlatformKey");
        expect(text(at(os, "id"))).toMatch(/\/restorePoints\/p1\/diskRestorePoints\/web-os_[0-9a-f-]{36}$/);
        expect(at(point, "properties.sourceMetadata.storageProfile.dataDisks.0.lun")).toBe(0);
        expect(at(point, "properties.instanceView")).toBeUndefined();
        expect(point.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/LowCostGetRestorePointSubscriptionMaximum;59\d$/,
        );
      },
    },
    {
      says: "A VM without data disks has an empty list of them",
      source: sources.restorePoint,
      run: async (azure) => {
        await take(azure, `${compute("restorePointCollections/win")}/restorePoints/c1`);
        const point = await azure.get(`${compute("restorePointCollections/win")}/restorePoints/c1`);
        expect(at(point, "properties.sourceMetadata.storageProfile.dataDisks")).toEqual([]);
      },
    },
    {
      says: "The instance view has a replication status per disk, and one of the point",
      source: sources.specification,
      run: async (azure) => {
        const point = await azure.get(`${rpc}/restorePoints/p1?$expand=instanceView`);
        expect(
          at(point, "properties.instanceView.diskRestorePoints.0.replicationStatus.completionPercent"),
        ).toBe(100);
        expect(at(point, "properties.instanceView.statuses")).toEqual([
          { code: "ReplicationState/succeeded", level: "Info", displayStatus: "Succeeded" },
        ]);
      },
    },
    {
      says: "Points of a collection come with $expand only",
      source: sources.restorePoint,
      run: async (azure) => {
        expect(at(await azure.get(rpc), "properties.restorePoints")).toBeUndefined();
        const empty = await azure.get(`${compute("restorePointCollections/old")}?$expand=restorePoints`);
        expect(at(empty, "properties.restorePoints")).toEqual([]);
        const expanded = await azure.get(`${rpc}?$expand=restorePoints`);
        expect(at(expanded, "properties.restorePoints.0.name")).toBe("p1");
        expect(at(expanded, "properties.restorePoints.0.type")).toBeUndefined();
      },
    },
    {
      says: "A disk restore point has source, family and access facts of its disk",
      source: sources.specification,
      run: async (azure) => {
        const list = await azure.get(`${rpc}/restorePoints/p1/diskRestorePoints`);
        const found = await azure.get(text(at(list, "value.0.id")));
        expect(at(found, "properties")).toMatchObject({
          sourceResourceId: compute("disks/web-os"),
          osType: "Linux",
          hyperVGeneration: "V2",
          networkAccessPolicy: "AllowAll",
          publicNetworkAccess: "Enabled",
          completionPercent: 100,
        });
        const disk = await azure.get(compute("disks/web-os"));
        expect(at(found, "properties.sourceUniqueId")).toBe(text(at(disk, "properties.uniqueId")));
        expect(at(found, "properties.familyId")).toMatch(guid);
      },
    },
    {
      says: "Excluded disks are not in the point",
      source: sources.specification,
      run: async (azure) => {
        const body = {
          properties: {
            consistencyMode: "CrashConsistent",
            excludeDisks: [{ id: compute("disks/web-data0") }],
          },
        };
        await take(azure, `${rpc}/restorePoints/less`, { body });
        const list = await azure.get(`${rpc}/restorePoints/less/diskRestorePoints`);
        expect(at(list, "value.1")).toBeUndefined();
        expect(at(await azure.get(`${rpc}/restorePoints/less`), "properties.excludeDisks.0.id")).toBe(
          compute("disks/web-data0"),
        );
      },
    },
    {
      says: "An open disk restore point protects its point: DiskRestorePointUsedByCustomer",
      source: sources.pointErrors,
      run: async (azure) => {
        const list = await azure.get(`${rpc}/restorePoints/p1/diskRestorePoints`);
        const id = text(at(list, "value.0.id"));
        expect(await open(azure, id)).toContain("/abcd?");
        refused(await azure.del(`${rpc}/restorePoints/p1`), 409, { code: "DiskRestorePointUsedByCustomer" });
        refused(await azure.del(rpc), 409, { code: "DiskRestorePointUsedByCustomer" });
        await close(azure, id);
      },
    },
    {
      says: "A disk is restored from a disk restore point with system and generation",
      source: sources.pointManage,
      run: async (azure) => {
        const list = await azure.get(`${rpc}/restorePoints/p1/diskRestorePoints`);
        const creationData = { createOption: "Restore", sourceResourceId: text(at(list, "value.0.id")) };
        await azure.done("PUT", compute("disks/restored"), {
          body: { location: REGION, properties: { creationData } },
        });
        expect(at(await azure.get(compute("disks/restored")), "properties")).toMatchObject({
          osType: "Linux",
          hyperVGeneration: "V2",
          creationData,
        });
      },
    },
    {
      says: "Deleting a point is 202 with both links; then it is gone, and again 204",
      source: sources.restorePoint,
      run: async (azure) => {
        await azure.advance(60);
        const answer = await azure.del(`${rpc}/restorePoints/p1`);
        expect([answer.status, answer.text, answer.headers.get("azure-asyncnotification")]).toEqual([
          202,
          "",
          "Enabled",
        ]);
        expect(answer.headers.get("location")).toContain("&monitor=true&api-version=");
        expect(answer.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
          "Microsoft.Compute/DeleteRestorePointSubscriptionMaximum;359",
        );
        expect(at(await azure.get(`${rpc}/restorePoints/p1`), "properties.provisioningState")).toBe(
          "Deleting",
        );
        const status = await azure.finish(answer);
        expect(at(status, "properties")).toBeUndefined();
        expect((await azure.get(`${rpc}/restorePoints/p1`)).status).toBe(404);
        expect((await azure.del(`${rpc}/restorePoints/p1`)).status).toBe(204);
      },
    },
    {
      says: "The source of a collection never changes, and must exist in its region",
      source: sources.specification,
      run: async (azure) => {
        refused(await azure.put(rpc, { body: collection(win) }), 409, { code: "PropertyChangeNotAllowed" });
        expect(
          (await azure.put(compute("restorePointCollections/no"), { body: collection(`${web}none`) })).status,
        ).toBe(404);
        expect(
          (
            await azure.put(compute("restorePointCollections/no"), {
              body: { ...collection(web), location: "northeurope" },
            })
          ).status,
        ).toBe(400);
        refused(
          await azure.put(compute("restorePointCollections/no"), {
            body: { location: REGION, properties: {} },
          }),
          400,
          { code: "InvalidParameter", says: "source" },
        );
      },
    },
    {
      says: "Minutes of instant access need a collection with instant access, 60 to 300",
      source: sources.specification,
      run: async (azure) => {
        await nextHour(azure);
        const minutes = (instantAccessDurationMinutes: number) =>
          azure.put(`${rpc}/restorePoints/instant`, {
            body: { properties: { instantAccessDurationMinutes } },
          });
        expect((await minutes(120)).status).toBe(400);
        expect((await minutes(30)).status).toBe(400);
        await azure.done("PATCH", rpc, { body: { properties: { instantAccess: true } } });
        expect(at(await azure.get(rpc), "properties.instantAccess")).toBe(true);
      },
    },
    {
      says: "Collections are listed in a group and a subscription, without points",
      source: sources.specification,
      run: async (azure) => {
        const list = await azure.get(compute("restorePointCollections"));
        expect(list.text).toContain(`/resourceGroups/${RG}/`);
        expect(list.text).not.toContain("sourceMetadata");
      },
    },
  ],
};
