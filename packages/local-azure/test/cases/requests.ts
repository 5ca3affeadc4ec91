/** What Resource Manager requires of a request: place, tags, body, locks, policies, groups. */
import { expect } from "vitest";
import { at, compute, emptyDisk, groupPath, REGION, RG, SUB } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";

const disk = compute("disks/d1");
const groups = `/subscriptions/${SUB}/resourceGroups`;

/** Rules of Resource Manager about what a request says. */
export const requests: readonly Case[] = [
  {
    says: "A resource without location: LocationRequired",
    source: "Azure/azure-cli#12043",
    run: async (azure) =>
      refused(await azure.put(compute("disks/d2"), { body: { properties: {} } }), 400, {
        code: "LocationRequired",
        says: "The location property is required for this definition.",
      }),
  },
  {
    says: "A region that does not exist: LocationNotAvailableForResourceType with the list",
    source: sources.armErrors,
    run: async (azure) =>
      refused(await azure.put(compute("disks/d2"), { body: { ...emptyDisk(), location: "mars" } }), 400, {
        code: "LocationNotAvailableForResourceType",
        says: /^The provided location 'mars' is not available for resource type 'Microsoft\.Compute\/disks'\. List of available regions for the resource type is '/,
      }),
  },
  {
    says: "Regions may be written with spaces and capitals",
    source: "azure-cli core",
    run: async (azure) => {
      const answer = await azure.put(compute("disks/spaced"), {
        body: { ...emptyDisk(), location: "West Europe" },
      });
      expect([answer.status, at(answer, "location")]).toEqual([202, REGION]);
      await azure.finish(answer);
    },
  },
  {
    says: "A PUT in another region than the resource's: 409 InvalidResourceLocation",
    source: sources.armErrors,
    run: async (azure) =>
      refused(await azure.put(disk, { body: { ...emptyDisk(), location: "northeurope" } }), 409, {
        code: "InvalidResourceLocation",
        says: `The resource 'd1' already exists in location '${REGION}' in resource group '${RG}'.`,
      }),
  },
  {
    says: "Names of tags must not have reserved characters",
    source: sources.armTags,
    run: async (azure) => {
      for (const name of ["a/b", "a<b", "a?b", "a%b", "a&b", "a\\b"])
        refused(await azure.put(compute("disks/d2"), { body: emptyDisk({ tags: { [name]: "x" } }) }), 400, {
          code: "InvalidTagNameCharacters",
          says: "have reserved characters '<,>,%,&,\\,?,/' or control characters.",
        });
    },
  },
  {
    says: "A tag's name has at most 512 characters, its value 256",
    source: sources.armTags,
    run: async (azure) => {
      refused(await azure.patch(disk, { body: { tags: { ["n".repeat(513)]: "x" } } }), 400, {
        code: "InvalidTagName",
      });
      refused(await azure.patch(disk, { body: { tags: { n: "x".repeat(257) } } }), 400, {
        code: "InvalidTagValueLength",
      });
    },
  },
  {
    says: "A body that is not JSON: InvalidRequestContent",
    source: sources.armErrors,
    run: async (azure) =>
      refused(await azure.put(compute("disks/d2"), { text: "{ nonsense" }), 400, {
        code: "InvalidRequestContent",
        says: "The request content was invalid and could not be deserialized: '",
      }),
  },
  {
    says: "A body that is not declared as JSON: 415 UnsupportedMediaType",
    source: sources.armErrors,
    run: async (azure) => {
      const call = { text: "x", headers: { "content-type": "text/plain" } };
      refused(await azure.put(compute("disks/d2"), call), 415, { code: "UnsupportedMediaType" });
    },
  },
  {
    says: "A lock CanNotDelete refuses deletions inside its scope: 409 ScopeLocked with both scopes",
    source: sources.armLocks,
    run: async (azure) => {
      await azure.disk("locked");
      const lock = `${compute("disks/locked")}/providers/Microsoft.Authorization/locks/keep`;
      const version = "2016-09-01";
      const made = await azure.put(lock, { version, body: { properties: { level: "CanNotDelete" } } });
      expect(made.status).toBe(201);
      refused(await azure.del(compute("disks/locked")), 409, {
        code: "ScopeLocked",
        says: `The scope '${compute("disks/locked")}' cannot perform delete operation because following scope(s) are locked: '${compute("disks/locked")}'. Please remove the lock and try again.`,
      });
      expect((await azure.del(lock, { version })).status).toBe(200);
      expect((await azure.del(compute("disks/locked"))).status).toBe(202);
    },
  },
  {
    says: "A lock ReadOnly refuses writes and actions, not reads",
    source: sources.armLocks,
    run: async (azure) => {
      const lock = `${disk}/providers/Microsoft.Authorization/locks/still`;
      const version = "2016-09-01";
      await azure.put(lock, { version, body: { properties: { level: "ReadOnly" } } });
      expect((await azure.get(disk)).status).toBe(200);
      refused(await azure.patch(disk, { body: { tags: {} } }), 409, {
        code: "ScopeLocked",
        says: "cannot perform write operation",
      });
      const access = { access: "Read", durationInSeconds: 60 };
      refused(await azure.post(`${disk}/beginGetAccess`, { body: access }), 409, { code: "ScopeLocked" });
      await azure.del(lock, { version });
    },
  },
  {
    says: "A policy with the effect deny: 403 RequestDisallowedByPolicy with target and additionalInfo",
    source: sources.policy,
    run: async (azure) => {
      const version = "2023-04-01";
      const assignment = `${groupPath}/providers/Microsoft.Authorization/policyAssignments/places`;
      const body = {
        properties: {
          displayName: "Places",
          policyDefinitionId:
            "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
          parameters: { listOfAllowedLocations: { value: [REGION] } },
        },
      };
      expect((await azure.put(assignment, { version, body })).status).toBe(201);
      const answer = await azure.put(compute("disks/denied"), {
        body: { ...emptyDisk(), location: "northeurope" },
      });
      refused(answer, 403, {
        code: "RequestDisallowedByPolicy",
        says: /^Resource 'denied' was disallowed by policy\. /,
      });
      expect(at(answer, "error.target")).toBe("denied");
      expect(at(answer, "error.additionalInfo.0.type")).toBe("PolicyViolation");
      expect(at(answer, "error.additionalInfo.0.info.policyAssignmentName")).toBe("places");
      await azure.del(assignment, { version });
    },
  },
  {
    says: "A group: 201 when new, 200 again, HEAD 204 or 404, DELETE 202 with Location",
    source: "azure-cli test_resource_group",
    run: async (azure) => {
      const path = `${groups}/short-rg`;
      const body = { location: REGION };
      const made = await azure.put(path, { body });
      expect([made.status, at(made, "type"), at(made, "properties.provisioningState")]).toEqual([
        201,
        "Microsoft.Resources/resourceGroups",
        "Succeeded",
      ]);
      expect((await azure.put(path, { body })).status).toBe(200);
      expect((await azure.send("HEAD", path)).status).toBe(204);
      expect((await azure.send("HEAD", `${groups}/none`)).status).toBe(404);
      const removal = await azure.del(path);
      expect(removal.status).toBe(202);
      expect(removal.headers.get("location")).toContain("/operationresults/");
      await azure.advance(10);
    },
  },
  {
    says: "Groups, resources, locations and providers can be listed",
    source: "azure-cli core",
    run: async (azure) => {
      const resources = await azure.get(
        `/subscriptions/${SUB}/resources?$filter=resourceType eq 'Microsoft.Compute/disks'`,
      );
      expect(at(resources, "value.0.type")).toBe("Microsoft.Compute/disks");
      const locations = await azure.get(`/subscriptions/${SUB}/locations`, { version: "2022-12-01" });
      expect(at(locations, "value.0.metadata.regionType")).toBe("Physical");
      const provider = await azure.get(`/subscriptions/${SUB}/providers/Microsoft.Compute`, {
        version: "2022-09-01",
      });
      expect(at(provider, "registrationState")).toBe("Registered");
    },
  },
];
