/** Disks and snapshots as they were recorded: bodies at each stage. */
import { expect } from "vitest";
import { at, compute, fieldsOf, namesAt, output, REGION, text } from "./azure.ts";
import { type Case, guid, sources } from "./case.ts";

/** Members of a snapshot's properties that has no background copy. */
const snapshotMembers = [
  "creationData",
  "diskSizeBytes",
  "diskSizeGB",
  "diskState",
  "encryption",
  "incremental",
  "networkAccessPolicy",
  "provisioningState",
  "publicNetworkAccess",
  "timeCreated",
  "uniqueId",
];

export const diskRecordings: readonly Case[] = [
  {
    says: "The members of an empty Premium disk, and no others",
    source: sources.managedDisk,
    run: async (azure) => {
      await azure.disk("plain", {
        sku: { name: "Premium_LRS" },
        tags: { tag1: "d1" },
        properties: { hyperVGeneration: "V1" },
      });
      const disk = await azure.get(compute("disks/plain"));
      expect(Object.keys(fieldsOf(disk))).toEqual([
        "id",
        "name",
        "type",
        "location",
        "tags",
        "sku",
        "properties",
      ]);
      expect(namesAt(disk, "properties")).toEqual([
        "creationData",
        "diskIOPSReadWrite",
        "diskMBpsReadWrite",
        "diskSizeBytes",
        "diskSizeGB",
        "diskState",
        "encryption",
        "hyperVGeneration",
        "networkAccessPolicy",
        "provisioningState",
        "publicNetworkAccess",
        "tier",
        "timeCreated",
        "uniqueId",
      ]);
    },
  },
  {
    says: "A PUT with what a client read, another SKU and a size: the 202 has neither performance nor a tier",
    source: sources.managedDisk,
    run: async (azure) => {
      const path = compute("disks/converted");
      await azure.disk("converted", { sku: { name: "Premium_LRS" }, properties: { hyperVGeneration: "V1" } });
      const kept = {
        hyperVGeneration: "V1",
        creationData: { createOption: "Empty" },
        diskSizeGB: 10,
        encryption: { type: "EncryptionAtRestWithPlatformKey" },
        networkAccessPolicy: "AllowAll",
        publicNetworkAccess: "Enabled",
      };
      const answer = await azure.put(path, {
        body: {
          location: REGION,
          sku: { name: "Standard_LRS" },
          properties: { ...kept, diskIOPSReadWrite: 120, diskMBpsReadWrite: 25, tier: "P1" },
        },
      });
      expect([answer.status, at(answer, "sku")]).toEqual([202, { name: "Standard_LRS" }]);
      expect(at(answer, "properties")).toEqual({ ...kept, provisioningState: "Updating" });
      const status = await azure.finish(answer);
      expect(at(status, "properties.output.sku")).toEqual({ name: "Standard_LRS", tier: "Standard" });
      expect(at(status, "properties.output.properties")).toMatchObject({
        diskSizeGB: 10,
        diskIOPSReadWrite: 500,
        diskMBpsReadWrite: 60,
      });
      expect(at(status, "properties.output.properties.tier")).toBeUndefined();
    },
  },
  {
    says: "The 202 of a copy of a disk has what the request says; the source's unique id comes with the operation",
    source: sources.managedDisk,
    run: async (azure) => {
      await azure.disk("origin");
      const origin = await azure.get(compute("disks/origin"));
      const creationData = { createOption: "Copy", sourceResourceId: compute("disks/origin") };
      const answer = await azure.put(compute("disks/copy"), {
        body: {
          location: REGION,
          tags: {},
          sku: { name: "Premium_LRS" },
          properties: { hyperVGeneration: "V1", creationData },
        },
      });
      expect(at(answer, "properties")).toEqual({
        hyperVGeneration: "V1",
        creationData,
        provisioningState: "Updating",
      });
      const status = await azure.finish(answer);
      expect(at(status, "properties.output.properties")).toMatchObject({
        creationData: { ...creationData, sourceUniqueId: text(at(origin, "properties.uniqueId")) },
        diskSizeGB: 4,
        diskIOPSReadWrite: 120,
        tier: "P1",
        diskState: "Unattached",
      });
    },
  },
  {
    says: "Performance plus gives a P30 8,000 IOPS and 300 MB/s; its creation data says so",
    source: sources.performancePlus,
    run: async (azure) => {
      await azure.disk("plus", {
        sku: { name: "Premium_LRS" },
        properties: {
          creationData: { createOption: "Empty", performancePlus: true },
          diskSizeGB: 530,
        },
      });
      expect(at(await azure.get(compute("disks/plus")), "properties")).toMatchObject({
        creationData: { createOption: "Empty", performancePlus: true },
        diskIOPSReadWrite: 8000,
        diskMBpsReadWrite: 300,
        tier: "P30",
        diskSizeBytes: 569_083_166_720,
      });
      const back = await azure.patch(compute("disks/plus"), {
        body: { properties: { diskIOPSReadWrite: 8000, diskMBpsReadWrite: 300 } },
      });
      expect(back.status).toBe(202);
      await azure.finish(back);
    },
  },
  {
    says: "A full snapshot: incremental is false, and there is no family, percentage or access state",
    source: sources.snapshotDefaults,
    run: async (azure) => {
      await azure.disk("full-source");
      const creationData = { createOption: "Copy", sourceResourceId: compute("disks/full-source") };
      const answer = await azure.put(compute("snapshots/full"), {
        body: { location: REGION, tags: {}, sku: { name: "Standard_LRS" }, properties: { creationData } },
      });
      expect(at(answer, "properties")).toEqual({ creationData, provisioningState: "Updating" });
      const status = await azure.finish(answer);
      const snapshot = await azure.get(compute("snapshots/full"));
      expect(output(status)).toEqual(snapshot.json);
      expect(namesAt(snapshot, "properties")).toEqual(snapshotMembers);
      expect(at(snapshot, "properties.incremental")).toBe(false);
    },
  },
  {
    says: "An incremental snapshot of a Premium disk has a family and no percentage",
    source: sources.completionPercent,
    run: async (azure) => {
      await azure.disk("near-source", { sku: { name: "Premium_LRS" } });
      const creationData = { createOption: "Copy", sourceResourceId: compute("disks/near-source") };
      await azure.done("PUT", compute("snapshots/near"), {
        body: {
          location: REGION,
          sku: { name: "Standard_LRS" },
          properties: { creationData, incremental: true },
        },
      });
      const snapshot = await azure.get(compute("snapshots/near"));
      expect(namesAt(snapshot, "properties")).toEqual(
        [...snapshotMembers, "incrementalSnapshotFamilyId"].sort(),
      );
    },
  },
  {
    says: "A copy to another region: the operation's output has no percentage, the snapshot has",
    source: sources.completionPercent,
    run: async (azure) => {
      const creationData = { createOption: "CopyStart", sourceResourceId: compute("snapshots/near") };
      const answer = await azure.put(compute("snapshots/far"), {
        body: {
          location: "northeurope",
          tags: {},
          sku: { name: "Standard_LRS" },
          properties: { creationData, incremental: true },
        },
      });
      expect(at(answer, "properties")).toEqual({
        creationData,
        incremental: true,
        provisioningState: "Updating",
      });
      const near = await azure.get(compute("snapshots/near"));
      const status = await azure.finish(answer);
      expect(at(status, "properties.output.properties.creationData")).toEqual({
        ...creationData,
        sourceUniqueId: text(at(near, "properties.uniqueId")),
      });
      expect(at(status, "properties.output.properties.completionPercent")).toBeUndefined();
      const far = await azure.get(compute("snapshots/far"));
      expect(typeof at(far, "properties.completionPercent")).toBe("number");
      const family = text(at(far, "properties.incrementalSnapshotFamilyId"));
      expect(family).toMatch(guid);
      expect(family).not.toBe(text(at(near, "properties.incrementalSnapshotFamilyId")));
    },
  },
  {
    says: "An empty snapshot has the size that the request names",
    source: sources.snapshotAccess,
    run: async (azure) => {
      const properties = { hyperVGeneration: "V1", creationData: { createOption: "Empty" }, diskSizeGB: 1 };
      const answer = await azure.put(compute("snapshots/empty"), {
        body: { location: REGION, tags: {}, sku: { name: "Standard_LRS" }, properties },
      });
      expect(at(answer, "properties")).toEqual({ ...properties, provisioningState: "Updating" });
      await azure.finish(answer);
      const snapshot = await azure.get(compute("snapshots/empty"));
      expect(namesAt(snapshot, "properties")).toEqual([...snapshotMembers, "hyperVGeneration"].sort());
      expect(at(snapshot, "properties")).toMatchObject({ incremental: false, diskSizeBytes: 1_073_741_824 });
    },
  },
  {
    says: "A PUT on a snapshot with another SKU: the 202 has what the request says",
    source: sources.managedDisk,
    run: async (azure) => {
      const properties = {
        hyperVGeneration: "V1",
        creationData: { createOption: "Empty" },
        diskSizeGB: 1,
        incremental: false,
        encryption: { type: "EncryptionAtRestWithPlatformKey" },
        networkAccessPolicy: "AllowAll",
        publicNetworkAccess: "Enabled",
      };
      const answer = await azure.put(compute("snapshots/empty"), {
        body: { location: REGION, tags: {}, sku: { name: "Premium_LRS" }, properties },
      });
      expect([answer.status, at(answer, "sku")]).toEqual([202, { name: "Premium_LRS" }]);
      expect(at(answer, "properties")).toEqual({ ...properties, provisioningState: "Updating" });
      const status = await azure.finish(answer);
      expect(at(status, "properties.output.sku")).toEqual({ name: "Premium_LRS", tier: "Premium" });
    },
  },
  {
    says: "A disk that waits for its upload has a tier and no size",
    source: sources.diskUpload,
    run: async (azure) => {
      const creationData = { createOption: "Upload", uploadSizeBytes: 21_474_836_992 };
      const answer = await azure.put(compute("disks/for-upload"), {
        body: { location: REGION, tags: {}, sku: { name: "Premium_LRS" }, properties: { creationData } },
      });
      expect(at(answer, "properties")).toEqual({ creationData, provisioningState: "Updating" });
      const status = await azure.finish(answer);
      const disk = await azure.get(compute("disks/for-upload"));
      expect(output(status)).toEqual(disk.json);
      expect(namesAt(disk, "properties")).toEqual([
        "creationData",
        "diskIOPSReadWrite",
        "diskMBpsReadWrite",
        "diskState",
        "encryption",
        "networkAccessPolicy",
        "provisioningState",
        "publicNetworkAccess",
        "tier",
        "timeCreated",
        "uniqueId",
      ]);
      expect(at(disk, "properties")).toMatchObject({ diskState: "ReadyToUpload", tier: "P4" });
    },
  },
  {
    says: "An Ultra disk has sectors of 4,096 bytes, one share and performance for readers",
    source: sources.ultra,
    run: async (azure) => {
      const path = compute("disks/ultra");
      const made = await azure.put(path, {
        body: {
          location: REGION,
          tags: {},
          zones: ["2"],
          sku: { name: "UltraSSD_LRS" },
          properties: {
            hyperVGeneration: "V1",
            creationData: { createOption: "Empty" },
            diskSizeGB: 4,
            diskIOPSReadWrite: 500,
            diskMBpsReadWrite: 8,
          },
        },
      });
      expect([at(made, "zones"), at(made, "sku")]).toEqual([["2"], { name: "UltraSSD_LRS" }]);
      await azure.finish(made);
      const disk = await azure.get(path);
      expect(at(disk, "sku.tier")).toBe("Ultra");
      expect(at(disk, "properties")).toMatchObject({
        creationData: { createOption: "Empty", logicalSectorSize: 4096 },
        diskIOPSReadWrite: 500,
        diskMBpsReadWrite: 8,
        diskIOPSReadOnly: 100,
        diskMBpsReadOnly: 13,
        maxShares: 1,
      });
      expect(at(disk, "properties.tier")).toBeUndefined();
      const kept = {
        hyperVGeneration: "V1",
        creationData: { createOption: "Empty", logicalSectorSize: 4096 },
        diskSizeGB: 4,
        diskIOPSReadWrite: 510,
        diskMBpsReadWrite: 10,
        diskIOPSReadOnly: 100,
        diskMBpsReadOnly: 13,
        encryption: { type: "EncryptionAtRestWithPlatformKey" },
        maxShares: 1,
        networkAccessPolicy: "AllowAll",
        publicNetworkAccess: "Enabled",
      };
      const answer = await azure.put(path, {
        body: { location: REGION, tags: {}, zones: ["2"], sku: { name: "UltraSSD_LRS" }, properties: kept },
      });
      expect(at(answer, "properties")).toEqual({ ...kept, provisioningState: "Updating" });
      const status = await azure.finish(answer);
      expect(at(status, "properties.output.properties")).toMatchObject({
        diskIOPSReadWrite: 510,
        diskMBpsReadWrite: 10,
      });
    },
  },
];
