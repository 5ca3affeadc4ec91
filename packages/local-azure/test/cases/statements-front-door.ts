/** Several subscriptions, tenants and principals; the lists that Azure's command line reads. */
import { expect } from "vitest";
import { ENGINE_PRINCIPAL_ID, FABRIKAM_TENANT_ID } from "../../src/entra/directory.ts";
import { type Answer, at, compute, emptyDisk, groupPath, type Json, REGION, RG, SUB, text } from "./azure.ts";
import { type Kind, refused, sources } from "./case.ts";

const subscription = `/subscriptions/${SUB}`;
const FABRIKAM = "bbbbbbbb-0000-4000-8000-0000000000f1";
const SECOND = "aaaaaaaa-0000-4000-8000-0000000000f2";
const authorization = `${groupPath}/providers/Microsoft.Authorization`;
const reads = "x-ms-ratelimit-remaining-subscription-reads";
const values = (answer: Answer): Json[] => {
  const list = at(answer, "value");
  return Array.isArray(list) ? list : [];
};

export const statementsFrontDoor: Kind = {
  name: "front door, statements",
  seed: async (azure) => {
    await azure.disk("d1", { tags: { team: "a" } });
    await azure.control.setSubscription({ id: SECOND, name: "Second", state: "Enabled" });
    await azure.control.setSubscription({
      id: FABRIKAM,
      name: "Fabrikam",
      tenantId: FABRIKAM_TENANT_ID,
      state: "Enabled",
    });
    await azure.control.addRoleAssignment({
      principalId: ENGINE_PRINCIPAL_ID,
      scope: subscription,
      role: "Reader",
    });
  },
  cases: [
    {
      says: "Each principal has its own tokens of a subscription",
      source: sources.armLimits,
      run: async (azure) => {
        await azure.advance(60);
        // Tokens return with time, so all reads are sent at once.
        const own = Array.from({ length: 60 }, () => azure.get(compute("disks/d1")));
        const engine = await azure.get(compute("disks/d1"), { as: "engine" });
        const left = (await Promise.all(own)).map(({ headers }) => Number(headers.get(reads)));
        expect(engine.headers.get(reads)).toBe("249");
        expect(Math.min(...left)).toBeLessThan(240);
      },
    },
    {
      says: "A caller sees the subscriptions of its tenant where it has a role",
      source: sources.roles,
      run: async (azure) => {
        const seen = async (as: string): Promise<string[]> =>
          values(await azure.get("/subscriptions", { as, version: "2022-12-01" })).map((each) =>
            text(at(each, "subscriptionId")),
          );
        expect((await seen("owner")).toSorted()).toEqual([SUB, SECOND].toSorted());
        expect(await seen("engine")).toEqual([SUB]);
        expect(await seen("fabrikamEngine")).not.toContain(SUB);
        const tenants = await azure.get("/tenants", { version: "2022-12-01" });
        expect(values(tenants).length).toBeGreaterThan(0);
      },
    },
    {
      says: "A subscription of another tenant: 401 InvalidAuthenticationTokenTenant",
      source: sources.armErrors,
      run: async (azure) =>
        refused(await azure.get(`/subscriptions/${FABRIKAM}/resourceGroups`), 401, {
          code: "InvalidAuthenticationTokenTenant",
        }),
    },
    {
      says: "Resources of one name live in two subscriptions",
      source: sources.specification,
      run: async (azure) => {
        const second = (path: string): string => path.replace(SUB, SECOND);
        await azure.put(second(groupPath), { body: { location: REGION } });
        await azure.done("PUT", second(compute("disks/d1")), { body: emptyDisk({ tags: { team: "b" } }) });
        expect(at(await azure.get(compute("disks/d1")), "tags.team")).toBe("a");
        expect(at(await azure.get(second(compute("disks/d1"))), "tags.team")).toBe("b");
      },
    },
    {
      says: "Tags of a scope are read, merged and deleted; their names are listed",
      source: sources.armTags,
      run: async (azure) => {
        const tags = `${compute("disks/d1")}/providers/Microsoft.Resources/tags/default`;
        const version = "2021-04-01";
        const body = { operation: "Merge", properties: { tags: { extra: "1" } } };
        expect((await azure.patch(tags, { version, body })).status).toBe(200);
        expect(at(await azure.get(tags, { version }), "properties.tags")).toEqual({ team: "a", extra: "1" });
        const names = await azure.get(`${subscription}/tagNames`, { version });
        expect(values(names).map((name) => at(name, "tagName"))).toContain("team");
      },
    },
    {
      says: "Locks, role assignments and policy assignments of a scope are listed",
      source: "azure-cli lock, role and policy",
      run: async (azure) => {
        const lock = `${authorization}/locks/keep`;
        await azure.put(lock, { version: "2016-09-01", body: { properties: { level: "CanNotDelete" } } });
        const locks = await azure.get(`${authorization}/locks`, { version: "2016-09-01" });
        expect(values(locks).map((each) => at(each, "name"))).toEqual(["keep"]);
        await azure.del(lock, { version: "2016-09-01" });
        const roles = await azure.get(
          `${subscription}/providers/Microsoft.Authorization/roleAssignments?$filter=atScope()`,
          { version: "2022-04-01" },
        );
        expect(values(roles).map((each) => at(each, "properties.principalId"))).toContain(
          ENGINE_PRINCIPAL_ID,
        );
        const policies = await azure.get(`${authorization}/policyAssignments`, { version: "2023-04-01" });
        expect([policies.status, values(policies)]).toEqual([200, []]);
      },
    },
    {
      says: "Resources of a group are listed with type and place; providers have their types",
      source: "azure-cli resource list",
      run: async (azure) => {
        const list = await azure.get(`${groupPath}/resources`, { version: "2022-09-01" });
        expect(values(list).find((each) => at(each, "name") === "d1")).toMatchObject({
          id: compute("disks/d1"),
          type: "Microsoft.Compute/disks",
          location: REGION,
        });
        const provider = await azure.get(`${subscription}/providers/Microsoft.Compute`, {
          version: "2022-09-01",
        });
        const types = at(provider, "resourceTypes");
        const names = Array.isArray(types) ? types.map((type) => at(type, "resourceType")) : [];
        expect(names).toEqual(
          expect.arrayContaining(["virtualMachines", "disks", "restorePointCollections"]),
        );
      },
    },
    {
      says: "Each type has its own list of versions",
      source: sources.armErrors,
      run: async (azure) => {
        for (const [path, right, wrong] of [
          ["snapshots", "2023-10-02", "2024-03-01"],
          ["diskAccesses", "2023-10-02", "2024-03-01"],
          ["diskEncryptionSets", "2023-10-02", "2024-03-01"],
          ["virtualMachines", "2024-03-01", "2023-10-02"],
          ["restorePointCollections", "2024-03-01", "2023-10-02"],
          ["availabilitySets", "2024-03-01", "2023-10-02"],
        ] as const) {
          expect((await azure.get(compute(path), { version: right })).status).toBe(200);
          refused(await azure.get(compute(path), { version: wrong }), 404, {
            code: "InvalidResourceType",
            says: `for api version '${wrong}'. The supported api-versions are '`,
          });
        }
        const skus = `${subscription}/providers/Microsoft.Compute/skus`;
        expect((await azure.get(skus, { version: "2024-03-01" })).status).toBeGreaterThanOrEqual(400);
      },
    },
    {
      says: "A group that is missing: ResourceGroupNotFound; a resource: ResourceNotFound; a child: its parent",
      source: sources.armErrors,
      run: async (azure) => {
        refused(await azure.get(compute("disks/d1").replace(RG, "no-rg")), 404, {
          code: "ResourceGroupNotFound",
          says: "Resource group 'no-rg' could not be found.",
        });
        refused(await azure.get(compute("disks/no")), 404, {
          code: "ResourceNotFound",
          says: `The Resource 'Microsoft.Compute/disks/no' under resource group '${RG}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
        });
        const child = compute("restorePointCollections/no/restorePoints/p");
        const body = { properties: { consistencyMode: "CrashConsistent" } };
        refused(await azure.put(child, { body }), 404, { code: "ParentResourceNotFound" });
      },
    },
    {
      says: "Locations are required of each type that has one, and must exist",
      source: "Azure/azure-cli#12043",
      run: async (azure) => {
        for (const path of [
          "snapshots/x",
          "restorePointCollections/x",
          "diskAccesses/x",
          "diskEncryptionSets/x",
        ]) {
          refused(await azure.put(compute(path), { body: { properties: {} } }), 400, {
            code: "LocationRequired",
          });
          refused(await azure.put(compute(path), { body: { location: "mars", properties: {} } }), 400, {
            code: "LocationNotAvailableForResourceType",
            says: "The provided location 'mars' is not available for resource type 'Microsoft.Compute/",
          });
        }
        refused(await azure.put(`${subscription}/resourceGroups/mars`, { body: { location: "mars" } }), 400, {
          code: "LocationNotAvailableForResourceGroup",
        });
      },
    },
    {
      says: "A lock and a policy of the subscription hold in its groups",
      source: sources.armLocks,
      run: async (azure) => {
        const lock = `${subscription}/providers/Microsoft.Authorization/locks/all`;
        const version = "2016-09-01";
        await azure.put(lock, { version, body: { properties: { level: "CanNotDelete" } } });
        refused(await azure.del(compute("disks/d1")), 409, {
          code: "ScopeLocked",
          says: `'${subscription}'`,
        });
        refused(await azure.del(groupPath), 409, { code: "ScopeLocked" });
        await azure.del(lock, { version });
      },
    },
    {
      says: "A refused token is refused from then on, and a fresh one works",
      source: sources.armErrors,
      run: async (azure) => {
        const match = { operation: "disks.get" };
        await azure.control.addFault({ match, effect: { type: "reject-token" }, times: 1 });
        const call = { as: "engine" };
        refused(await azure.get(compute("disks/d1"), call), 401, { code: "InvalidAuthenticationToken" });
        refused(await azure.get(compute("disks/d1"), call), 401, { code: "InvalidAuthenticationToken" });
        await azure.advance(601);
        expect((await azure.get(compute("disks/d1"), call)).status).toBe(200);
      },
    },
  ],
};
