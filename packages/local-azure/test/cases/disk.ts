/** Disks and snapshots: their JSON, rules and changes. */
import { expect } from "vitest";
import { at, compute, emptyDisk, REGION, text } from "./azure.ts";
import { azureTime, guid, type Kind, refused, sources } from "./case.ts";

const d1 = compute("disks/d1");
const newDisk = compute("disks/new");

export const disk: Kind = {
  name: "disk",
  seed: async (azure) => {
    await azure.vm("web", { disks: 2 });
    await azure.disk("d1", { sku: { name: "Premium_LRS" }, tags: {} });
  },
  cases: [
    {
      says: "The 202 of a new disk has what the request says and Updating, without a tier, ids and times",
      source: sources.authMode,
      run: async (azure) => {
        const body = {
          location: REGION,
          tags: {},
          sku: { name: "Premium_LRS" },
          properties: { creationData: { createOption: "Empty" }, diskSizeGB: 10, dataAccessAuthMode: "None" },
        };
        const answer = await azure.put(compute("disks/ten"), { body });
        expect(answer.status).toBe(202);
        expect(answer.json).toEqual({
          name: "ten",
          id: compute("disks/ten"),
          type: "Microsoft.Compute/disks",
          ...body,
          properties: { ...body.properties, provisioningState: "Updating" },
        });
        const status = await azure.finish(answer);
        expect(at(status, "properties.output")).toMatchObject({
          sku: { name: "Premium_LRS", tier: "Premium" },
          tags: {},
          properties: {
            diskSizeGB: 10,
            diskIOPSReadWrite: 120,
            diskMBpsReadWrite: 25,
            encryption: { type: "EncryptionAtRestWithPlatformKey" },
            networkAccessPolicy: "AllowAll",
            publicNetworkAccess: "Enabled",
            dataAccessAuthMode: "None",
            provisioningState: "Succeeded",
            diskState: "Unattached",
            diskSizeBytes: 10_737_418_240,
            tier: "P3",
          },
        });
        expect(at(status, "properties.output.properties.uniqueId")).toMatch(guid);
        expect(at(status, "properties.output.properties.timeCreated")).toMatch(azureTime);
      },
    },
    {
      says: "A call about a disk is counted: creations, and cheap reads",
      source: sources.authMode,
      run: async (azure) => {
        await azure.advance(1900);
        const put = await azure.put(compute("disks/counted"), { body: emptyDisk() });
        expect(put.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/CreateUpdateDisks3Min;2999,Microsoft\.Compute\/CreateUpdateDisks30Min;2499\d$/,
        );
        const got = await azure.get(d1);
        expect(got.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
          "Microsoft.Compute/LowCostGet3Min;14999,Microsoft.Compute/LowCostGet30Min;119999",
        );
        await azure.finish(put);
      },
    },
    {
      says: "A Premium disk of 1,024 GiB is a P30 with 5,000 IOPS and 200 MB/s; bursting has its time",
      source: sources.bursting,
      run: async (azure) => {
        await azure.disk("burst", {
          sku: { name: "Premium_LRS" },
          properties: { diskSizeGB: 1024, burstingEnabled: true },
        });
        const disk = await azure.get(compute("disks/burst"));
        expect(at(disk, "properties")).toMatchObject({
          diskIOPSReadWrite: 5000,
          diskMBpsReadWrite: 200,
          burstingEnabled: true,
          tier: "P30",
          diskSizeBytes: 1_099_511_627_776,
        });
        expect(at(disk, "properties.burstingEnabledTime")).toMatch(azureTime);
      },
    },
    {
      says: "The 202 of an update has the new size and still the old tier; the operation has the new tier",
      source: sources.configUpdate,
      run: async (azure) => {
        await azure.disk("grow", { sku: { name: "Premium_LRS" }, properties: { diskSizeGB: 10 } });
        const answer = await azure.patch(compute("disks/grow"), { body: { properties: { diskSizeGB: 20 } } });
        expect(answer.status).toBe(202);
        expect(at(answer, "properties")).toEqual({
          creationData: { createOption: "Empty" },
          diskSizeGB: 20,
          provisioningState: "Updating",
          tier: "P3",
        });
        const status = await azure.finish(answer);
        expect(at(status, "properties.output.properties.tier")).toBe("P4");
        expect(at(status, "properties.output.properties.diskSizeBytes")).toBe(21_474_836_480);
      },
    },
    {
      says: "A change of access is in the answer, the operation and the disk",
      source: sources.specification,
      run: async (azure) => {
        await azure.disk("deny");
        const properties = { networkAccessPolicy: "DenyAll", publicNetworkAccess: "Disabled" };
        const answer = await azure.patch(compute("disks/deny"), { body: { properties } });
        expect(at(answer, "properties")).toMatchObject(properties);
        await azure.finish(answer);
        expect(at(await azure.get(compute("disks/deny")), "properties")).toMatchObject(properties);
      },
    },
    {
      says: "A PUT on an existing disk is 202 with an operation and keeps its uniqueId",
      source: sources.bursting,
      run: async (azure) => {
        const before = await azure.get(d1);
        const answer = await azure.put(d1, {
          body: emptyDisk({ sku: { name: "Premium_LRS" }, tags: { a: "1" } }),
        });
        expect(answer.status).toBe(202);
        expect(at(answer, "properties.uniqueId")).toBeUndefined();
        expect(at(await azure.finish(answer), "properties.output.tags")).toEqual({ a: "1" });
        expect(at(await azure.get(d1), "properties.uniqueId")).toBe(text(at(before, "properties.uniqueId")));
      },
    },
    {
      says: "A SKU that does not exist is refused",
      source: sources.specification,
      run: async (azure) =>
        refused(await azure.put(newDisk, { body: emptyDisk({ sku: { name: "Nope_LRS" } }) }), 400, {
          code: "InvalidParameter",
          says: "Nope_LRS",
        }),
    },
    {
      says: "An unknown property is refused with its path",
      source: sources.specification,
      run: async (azure) => {
        const inside = await azure.put(newDisk, { body: emptyDisk({ properties: { nonsense: 1 } }) });
        expect(inside.status).toBe(400);
        expect(inside.text).toContain(
          "Could not find member 'nonsense' on object of type 'Properties'. Path 'properties.nonsense', line 1, position",
        );
        refused(await azure.put(newDisk, { body: emptyDisk({ nonsense: 1 }) }), 400, {
          code: "InvalidRequestContent",
          says: "Could not find member 'nonsense' on object of type 'ResourceDefinition'. Path 'nonsense', line 1, position",
        });
      },
    },
    {
      says: "A disk needs creation data, a known option and a size",
      source: sources.specification,
      run: async (azure) => {
        const put = (properties: object) => azure.put(newDisk, { body: { location: REGION, properties } });
        refused(await put({ diskSizeGB: 4 }), 400, {
          code: "InvalidParameter",
          says: "Required parameter 'disk.creationData' is missing (null).",
        });
        refused(await put({ creationData: { createOption: "Nope" }, diskSizeGB: 4 }), 400, {
          code: "InvalidParameter",
          says: "createOption",
        });
        refused(await put({ creationData: { createOption: "Empty" } }), 400, {
          code: "InvalidParameter",
          says: "Required parameter 'disk.diskSizeGB' is missing (null).",
        });
        refused(await put({ creationData: { createOption: "Empty" }, diskSizeGB: 99_999 }), 400, {
          code: "InvalidParameter",
          says: "must be between '1' and '32767', inclusive.",
        });
        refused(await put({ creationData: { createOption: "Copy" }, diskSizeGB: 4 }), 400, {
          code: "InvalidParameter",
          says: "sourceResourceId",
        });
      },
    },
    {
      says: "A name follows the validation rule that the refusal quotes",
      source: "Azure/azure-cli#7405",
      run: async (azure) => {
        for (const name of ["_d", "a".repeat(81), "d-"])
          refused(await azure.put(compute(`disks/${name}`), { body: emptyDisk() }), 400, {
            code: "InvalidParameter",
            says: "The entity name 'diskName' is invalid according to its validation rule: ^[^_\\W][\\w-._]{0,79}(?<![-.])$.",
          });
      },
    },
    {
      says: "A disk does not shrink",
      source: "aka.ms/AzureDisksFAQ",
      run: async (azure) => {
        const answer = await azure.patch(d1, { body: { properties: { diskSizeGB: 2 } } });
        expect(answer.status).toBe(400);
        expect(answer.text).toContain(
          "cannot be resized down. Reducing disk/snapshot size is not supported in Azure to prevent data loss.",
        );
      },
    },
    {
      says: "A disk access without AllowPrivate, and the reverse, are refused",
      source: "Azure/azure-cli#28510",
      run: async (azure) => {
        const diskAccessId = compute("diskAccesses/da");
        await azure.done("PUT", diskAccessId, { body: { location: REGION } });
        refused(await azure.put(newDisk, { body: emptyDisk({ properties: { diskAccessId } }) }), 409, {
          code: "ConflictingUserInput",
          says: "Disk Access is only supported for disks with NetworkAccessPolicy AllowPrivate",
        });
        refused(
          await azure.put(newDisk, {
            body: emptyDisk({ properties: { networkAccessPolicy: "AllowPrivate" } }),
          }),
          409,
          { code: "ConflictingUserInput" },
        );
        await azure.disk("private", { properties: { networkAccessPolicy: "AllowPrivate", diskAccessId } });
        expect(at(await azure.get(compute("disks/private")), "properties.diskAccessId")).toBe(diskAccessId);
      },
    },
    {
      says: "A disk access has its own JSON and connections",
      source: sources.diskAccess,
      run: async (azure) => {
        const path = compute("diskAccesses/other");
        await azure.done("PUT", path, { body: { location: REGION, tags: { a: "b" } } });
        const got = await azure.get(path);
        expect(got.json).toMatchObject({
          name: "other",
          type: "Microsoft.Compute/diskAccesses",
          location: REGION,
          tags: { a: "b" },
          properties: { provisioningState: "Succeeded" },
        });
        expect(at(got, "properties.timeCreated")).toMatch(azureTime);
      },
    },
    {
      says: "Properties of a disk that came later are kept: architecture, generation, security, zones",
      source: sources.specification,
      run: async (azure) => {
        const properties = {
          osType: "Linux",
          hyperVGeneration: "V2",
          supportedCapabilities: {
            architecture: "Arm64",
            acceleratedNetwork: true,
            diskControllerTypes: "SCSI, NVMe",
          },
        };
        await azure.disk("rich", { sku: { name: "Premium_LRS" }, zones: ["1"], properties });
        const got = await azure.get(compute("disks/rich"));
        expect(at(got, "zones")).toEqual(["1"]);
        expect(at(got, "properties")).toMatchObject(properties);
      },
    },
    {
      says: "An encryption set that does not exist is refused",
      source: sources.encryption,
      run: async (azure) => {
        const encryption = {
          type: "EncryptionAtRestWithCustomerKey",
          diskEncryptionSetId: compute("diskEncryptionSets/none"),
        };
        const answer = await azure.put(newDisk, { body: emptyDisk({ properties: { encryption } }) });
        expect([400, 404]).toContain(answer.status);
      },
    },
    {
      says: "Premium SSD v2 needs a zone",
      source: "virtual-machines/disks-types",
      run: async (azure) =>
        refused(await azure.put(newDisk, { body: emptyDisk({ sku: { name: "PremiumV2_LRS" } }) }), 400, {
          code: "BadRequest",
        }),
    },
    {
      says: "A disk of a running VM is Attached and names it; its size cannot be changed freely",
      source: sources.states,
      run: async (azure) => {
        const got = await azure.get(compute("disks/web-os"));
        expect(at(got, "managedBy")).toBe(compute("virtualMachines/web"));
        expect(at(got, "properties")).toMatchObject({ diskState: "Attached", osType: "Linux" });
      },
    },
  ],
};
