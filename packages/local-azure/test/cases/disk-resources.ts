/** Encryption sets and disk accesses as they were recorded: bodies at each stage, counters. */
import { expect } from "vitest";
import { at, compute, emptyDisk, fieldsOf, namesAt, output, REGION, SUB, text } from "./azure.ts";
import { type Case, guid, sources } from "./case.ts";

const vault = `/subscriptions/${SUB}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/kv`;
const keyUrl = (version: string): string => `https://kv.vault.azure.net/keys/key/${version}`;
const firstKey = { sourceVault: { id: vault }, keyUrl: keyUrl("3df73b0307214bccb221e234d27f4477") };
const identity1 = `/subscriptions/${SUB}/resourcegroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity1`;
const budget = "x-ms-ratelimit-remaining-resource";

const setBody = (properties: object): object => ({
  location: REGION,
  identity: { type: "SystemAssigned" },
  properties,
});

export const diskResources: readonly Case[] = [
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
