/** Disks, snapshots, encryption sets and disk accesses as they were recorded: bodies at each stage, counters. */
import { expect } from "vitest";
import { type Answer, at, compute, emptyDisk, fieldsOf, type Json, REGION, SUB, text } from "./azure.ts";
import { type Case, guid, sources } from "./case.ts";

const vault = `/subscriptions/${SUB}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/kv`;
const keyUrl = (version: string): string => `https://kv.vault.azure.net/keys/key/${version}`;
const firstKey = { sourceVault: { id: vault }, keyUrl: keyUrl("3df73b0307214bccb221e234d27f4477") };
const identity1 = `/subscriptions/${SUB}/resourcegroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity1`;
const budget = "x-ms-ratelimit-remaining-resource";

/** Names of the members of an answer's part, in order of the alphabet. */
const namesAt = (from: Answer, path: string): string[] => {
  const value = at(from, path);
  return Object.keys(typeof value === "object" && value !== null ? value : {}).sort();
};
const output = (status: Answer): Json | undefined => at(status, "properties.output");

const setBody = (properties: object): object => ({
  location: REGION,
  identity: { type: "SystemAssigned" },
  properties,
});

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
    says: "The 202 of an encryption set repeats the request, without name, id and principal",
    source: sources.doubleEncryption,
    run: async (azure) => {
      const properties = {
        activeKey: firstKey,
        encryptionType: "EncryptionAtRestWithPlatformAndCustomerKeys",
      };
      const answer = await azure.put(compute("diskEncryptionSets/des1"), { body: setBody(properties) });
      expect(answer.status).toBe(202);
      expect(answer.json).toEqual({
        location: REGION,
        identity: { type: "SystemAssigned" },
        properties: { ...properties, provisioningState: "Updating" },
      });
      expect(answer.headers.get(budget)).toMatch(
        /^Microsoft\.Compute\/CreateUpdateHighCostDiskEncryptionSet3Min;\d+,Microsoft\.Compute\/CreateUpdateHighCostDiskEncryptionSet30Min;\d+$/,
      );
      const status = await azure.finish(answer);
      const set = await azure.get(compute("diskEncryptionSets/des1"));
      expect(output(status)).toEqual(set.json);
      expect(at(set, "properties")).toEqual({ ...properties, provisioningState: "Succeeded" });
      expect(at(set, "identity.principalId")).toMatch(guid);
      expect(namesAt(set, "identity")).toEqual(["principalId", "tenantId", "type"]);
    },
  },
  {
    says: "Another key of an encryption set: the time of the rotation, no previous keys",
    source: sources.encryptionUpdate,
    run: async (azure) => {
      const path = compute("diskEncryptionSets/des2");
      await azure.done("PUT", path, {
        body: setBody({ activeKey: firstKey, rotationToLatestKeyVersionEnabled: true }),
      });
      const before = await azure.get(path);
      expect(at(before, "properties")).toEqual({
        activeKey: firstKey,
        encryptionType: "EncryptionAtRestWithCustomerKey",
        rotationToLatestKeyVersionEnabled: true,
        provisioningState: "Succeeded",
      });
      const properties = {
        encryptionType: "EncryptionAtRestWithCustomerKey",
        activeKey: { ...firstKey, keyUrl: keyUrl("7e3fab73264d441b9dc39f046db54cc4") },
        rotationToLatestKeyVersionEnabled: false,
      };
      const answer = await azure.put(path, { body: setBody(properties) });
      expect(answer.json).toEqual(setBody({ ...properties, provisioningState: "Updating" }));
      await azure.finish(answer);
      const after = await azure.get(path);
      expect(namesAt(after, "properties")).toEqual([
        "activeKey",
        "encryptionType",
        "lastKeyRotationTimestamp",
        "provisioningState",
        "rotationToLatestKeyVersionEnabled",
      ]);
      expect(at(after, "identity.principalId")).toBe(text(at(before, "identity.principalId")));
    },
  },
  {
    says: "A key alone is enough for an encryption set; the vault may be left out",
    source: sources.encryptionUpdate,
    run: async (azure) => {
      const activeKey = { keyUrl: keyUrl("128a08d15dab4a679d2fe002b6603121") };
      const path = compute("diskEncryptionSets/des3");
      await azure.done("PUT", path, {
        body: setBody({ activeKey, rotationToLatestKeyVersionEnabled: true }),
      });
      expect(at(await azure.get(path), "properties.activeKey")).toEqual(activeKey);
    },
  },
  {
    says: "Both kinds of identity of an encryption set, and a federated client",
    source: sources.encryptionIdentity,
    run: async (azure) => {
      const path = compute("diskEncryptionSets/des4");
      const body = {
        location: REGION,
        identity: { type: "SystemAssigned, UserAssigned", userAssignedIdentities: { [identity1]: {} } },
        properties: {
          activeKey: firstKey,
          encryptionType: "EncryptionAtRestWithCustomerKey",
          federatedClientId: "edf6a0d4-e5cf-4b46-97e1-ef52bc04fbd1",
        },
      };
      const answer = await azure.put(path, { body });
      expect(answer.json).toEqual({
        ...body,
        properties: { ...body.properties, provisioningState: "Updating" },
      });
      await azure.finish(answer);
      const set = await azure.get(path);
      expect(namesAt(set, "identity")).toEqual(["principalId", "tenantId", "type", "userAssignedIdentities"]);
      const { identity } = fieldsOf(set);
      const users = at(identity ?? null, "userAssignedIdentities") ?? null;
      expect(Object.keys(typeof users === "object" ? (users ?? {}) : {})).toEqual([identity1]);
      expect(at(set, "properties")).toEqual({ ...body.properties, provisioningState: "Succeeded" });
    },
  },
  {
    says: "The 202 of a disk access has a name and a place, no id and no properties; updates too",
    source: sources.diskAccess,
    run: async (azure) => {
      const path = compute("diskAccesses/mydiskaccess");
      const short = { name: "mydiskaccess", type: "Microsoft.Compute/diskAccesses", location: REGION };
      const answer = await azure.put(path, { body: { location: REGION } });
      expect([answer.status, answer.json, answer.headers.get(budget)]).toEqual([202, short, null]);
      const status = await azure.finish(answer);
      const made = await azure.get(path);
      expect(output(status)).toEqual(made.json);
      expect(namesAt(made, "properties")).toEqual(["provisioningState", "timeCreated"]);
      const tagged = await azure.put(path, { body: { location: REGION, tags: { tag1: "val1" } } });
      expect([tagged.status, tagged.json]).toEqual([202, { ...short, tags: { tag1: "val1" } }]);
      await azure.finish(tagged);
      const list = await azure.get(compute("diskAccesses"));
      expect(list.headers.get(budget)).toMatch(
        /^Microsoft\.Compute\/HighCostGet3Min;\d+,Microsoft\.Compute\/HighCostGet30Min;\d+$/,
      );
    },
  },
  {
    says: "A disk behind a disk access: both members are in the 202, the output and the disk",
    source: sources.diskAccess,
    run: async (azure) => {
      const diskAccessId = compute("diskAccesses/mydiskaccess");
      const properties = { networkAccessPolicy: "AllowPrivate", diskAccessId };
      const answer = await azure.put(compute("disks/private"), { body: emptyDisk({ properties }) });
      expect(at(answer, "properties")).toMatchObject(properties);
      const status = await azure.finish(answer);
      expect(at(status, "properties.output.properties")).toMatchObject({
        ...properties,
        publicNetworkAccess: "Enabled",
      });
    },
  },
];
