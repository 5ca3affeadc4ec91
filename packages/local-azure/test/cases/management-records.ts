/** Locks and tags as Resource Manager answers them. */
import { expect } from "vitest";
import { type Azure, at, compute, groupPath, REGION, SUB } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";

const disk = compute("disks/d1");
const subscription = `/subscriptions/${SUB}`;
const tagNames = `${subscription}/tagNames`;
const lockVersion = "2016-09-01";
const lockOn = (scope: string, name = "keep"): string =>
  `${scope}/providers/Microsoft.Authorization/locks/${name}`;

async function locked(
  azure: Azure,
  { scope, level }: { scope: string; level: "CanNotDelete" | "ReadOnly" },
  run: () => Promise<void>,
): Promise<void> {
  const made = await azure.put(lockOn(scope), { version: lockVersion, body: { properties: { level } } });
  expect(made.status).toBe(201);
  try {
    await run();
  } finally {
    await azure.del(lockOn(scope), { version: lockVersion });
  }
}

const scopeLocked = (scope: string, verb: string, lockedScope: string): { code: string; says: string } => ({
  code: "ScopeLocked",
  says: `The scope '${scope}' cannot perform ${verb} operation because following scope(s) are locked: '${lockedScope}'. Please remove the lock and try again.`,
});

export const managementRecords: readonly Case[] = [
  {
    says: "A lock keeps the letter case of its path, is 201 then 200, and is deleted with 200 and no body",
    source: "azure-cli test_cannotdelete_resource_lock",
    run: async (azure) => {
      const lock = lockOn(disk.replace("resourceGroups", "resourcegroups"), "recorded");
      const made = await azure.put(lock, {
        version: lockVersion,
        body: { properties: { level: "CanNotDelete" } },
      });
      expect(made.status).toBe(201);
      expect(made.json).toEqual({
        properties: { level: "CanNotDelete" },
        id: lock,
        type: "Microsoft.Authorization/locks",
        name: "recorded",
      });
      const body = { properties: { level: "ReadOnly", notes: "some notes" } };
      const changed = await azure.put(lock, { version: lockVersion, body });
      expect([changed.status, at(changed, "properties")]).toEqual([200, body.properties]);
      const all = await azure.get(`${subscription}/providers/Microsoft.Authorization/locks`, {
        version: lockVersion,
      });
      expect(at(all, "value.0")).toEqual(changed.json);
      const removed = await azure.del(lock, { version: lockVersion });
      expect([removed.status, removed.text]).toEqual([200, ""]);
      expect((await azure.del(lock, { version: lockVersion })).status).toBe(204);
    },
  },
  {
    says: "A lock on a group forbids deletions inside, naming the group as the locked scope",
    source: "Azure/apiops#606",
    run: (azure) =>
      locked(azure, { scope: groupPath, level: "CanNotDelete" }, async () => {
        refused(await azure.del(disk), 409, scopeLocked(disk, "delete", groupPath));
        refused(await azure.del(groupPath), 409, scopeLocked(groupPath, "delete", groupPath));
        const tagged = await azure.patch(disk, { body: { tags: { a: "1" } } });
        expect(tagged.status).toBe(202);
        await azure.finish(tagged);
      }),
  },
  {
    says: "A ReadOnly lock on the subscription forbids writes everywhere below, and no reads",
    source: sources.armLocks,
    run: (azure) =>
      locked(azure, { scope: subscription, level: "ReadOnly" }, async () => {
        refused(
          await azure.patch(disk, { body: { tags: {} } }),
          409,
          scopeLocked(disk, "write", subscription),
        );
        const other = `${subscription}/resourceGroups/new-rg`;
        refused(
          await azure.put(other, { body: { location: REGION } }),
          409,
          scopeLocked(other, "write", subscription),
        );
        expect((await azure.get(disk)).status).toBe(200);
      }),
  },
  {
    says: "A lock on a VM does not protect its disks' group: only the VM and what is below it",
    source: sources.armLocks,
    run: async (azure) => {
      await azure.disk("beside");
      await locked(azure, { scope: disk, level: "ReadOnly" }, async () => {
        const removal = await azure.del(compute("disks/beside"));
        expect(removal.status).toBe(202);
        await azure.finish(removal);
      });
    },
  },
  {
    says: "A lock that does not exist: 404 LockNotFound; the versions of locks are their own",
    source: "Azure/bicep#7495",
    run: async (azure) => {
      refused(await azure.get(lockOn(disk, "none"), { version: lockVersion }), 404, {
        code: "LockNotFound",
        says: "The lock 'none' could not be found.",
      });
      refused(await azure.get(lockOn(disk, "none"), { version: "2019-01-01" }), 404, {
        code: "InvalidResourceType",
        says: "The resource type 'locks' could not be found in the namespace 'Microsoft.Authorization' for api version '2019-01-01'. The supported api-versions are '2015-01-01,2015-05-01-preview,2015-06-01,2016-09-01,2017-04-01,2020-05-01'.",
      });
    },
  },
  {
    says: "Predefined tags: 201, values 200 with a count, deletion 200 without a body, 204 when gone",
    source: "azure-cli test_tag_scenario",
    run: async (azure) => {
      const version = "2020-06-01";
      const name = `${tagNames}/cli_test_tag`;
      expect((await azure.del(name, { version })).status).toBe(204);
      const made = await azure.put(name, { version });
      expect([made.status, made.json]).toEqual([
        201,
        { id: name, tagName: "cli_test_tag", count: { type: "Total", value: 0 }, values: [] },
      ]);
      const value = await azure.put(`${name}/tagValues/test`, { version });
      expect(value.json).toEqual({
        id: `${name}/tagValues/test`,
        tagValue: "test",
        count: { type: "Total", value: 0 },
      });
      const listed = await azure.get(tagNames, { version });
      expect(at(listed, "value")).toContainEqual({
        id: name,
        tagName: "cli_test_tag",
        count: { type: "Total", value: 0 },
        values: [value.json],
      });
      const removed = await azure.del(`${name}/tagValues/test`, { version });
      expect([removed.status, removed.text]).toEqual([200, ""]);
      expect((await azure.del(name, { version })).status).toBe(200);
    },
  },
  {
    says: "A tag that resources have is not deleted: it says which name, and which value",
    source: "Azure/azure-cli#11761",
    run: async (azure) => {
      await azure.finish(await azure.patch(disk, { body: { tags: { Env: "stage1" } } }));
      refused(await azure.del(`${tagNames}/Env/tagValues/stage1`), 409, {
        code: "TagInUse",
        says: "The tag cannot be deleted. It is associated to one or more resources. Tag name 'Env' and tag value 'stage1'.",
      });
      refused(await azure.del(`${tagNames}/Env`), 409, {
        code: "TagInUse",
        says: "The tag name 'Env' cannot be deleted. It is associated to one or more resources.",
      });
      await azure.finish(await azure.patch(disk, { body: { tags: {} } }));
    },
  },
  {
    says: "Tags of a scope are merged, replaced and deleted by their own resource",
    source: "azure-rest-api-specs Microsoft.Resources",
    run: async (azure) => {
      const path = `${disk}/providers/Microsoft.Resources/tags/default`;
      const version = "2021-04-01";
      const patch = (operation: string, tags: object): ReturnType<typeof azure.patch> =>
        azure.patch(path, { version, body: { operation, properties: { tags } } });
      expect(at(await patch("Replace", { a: "1", b: "2" }), "properties.tags")).toEqual({ a: "1", b: "2" });
      expect(at(await patch("Merge", { A: "3" }), "properties.tags")).toEqual({ b: "2", A: "3" });
      const left = await patch("Delete", { b: "2" });
      expect(left.json).toEqual({
        id: path,
        name: "default",
        type: "Microsoft.Resources/tags",
        properties: { tags: { A: "3" } },
      });
      expect((await azure.del(path, { version })).status).toBe(200);
      expect(at(await azure.get(path, { version }), "properties.tags")).toEqual({});
    },
  },
];
