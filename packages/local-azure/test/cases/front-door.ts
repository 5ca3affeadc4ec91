/** The front door: what Resource Manager itself answers, and what every answer has. */
import { expect } from "vitest";
import { FABRIKAM_TENANT_ID } from "../../src/entra/directory.ts";
import { type Answer, compute, groupPath, REGION, RG, SUB } from "./azure.ts";
import { guid, type Kind, refused, sources } from "./case.ts";

const disk = compute("disks/d1");
const vms = `/subscriptions/${SUB}/providers/Microsoft.Compute/virtualMachines`;
const groups = `/subscriptions/${SUB}/resourceGroups`;

export const frontDoor: Kind = {
  name: "front door",
  seed: async (azure) => {
    await azure.disk("d1");
  },
  cases: [
    {
      says: "Every answer forbids caching and sniffing and requires HTTPS",
      source: sources.restorePoint,
      run: async (azure) => {
        for (const answer of [await azure.get(disk), await azure.get(compute("disks/none"))]) {
          const { headers } = answer;
          expect(headers.get("cache-control")).toBe("no-cache");
          expect(headers.get("pragma")).toBe("no-cache");
          expect(headers.get("expires")).toBe("-1");
          expect(headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
          expect(headers.get("x-content-type-options")).toBe("nosniff");
          expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
        }
      },
    },
    {
      says: "The routing id is region, time and correlation id; a provider's answer has its own request id",
      source: "Azure/azure-powershell#9449",
      run: async (azure) => {
        const { headers } = await azure.get(disk);
        const correlation = headers.get("x-ms-correlation-request-id");
        expect(headers.get("x-ms-routing-request-id")).toMatch(
          new RegExp(`^[A-Z0-9]+:\\d{8}T\\d{6}Z:${correlation}$`),
        );
        expect(headers.get("x-ms-request-id")).toMatch(guid);
        expect(headers.get("x-ms-request-id")).not.toBe(correlation);
      },
    },
    {
      says: "An answer of Resource Manager itself has one id, and a refusal names the gateway",
      source: "Azure/azure-powershell#9942",
      run: async (azure) => {
        const { headers } = await azure.get(compute("disks/none"));
        expect(headers.get("x-ms-request-id")).toBe(headers.get("x-ms-correlation-request-id"));
        expect(headers.get("x-ms-failure-cause")).toBe("gateway");
        expect(headers.has("x-ms-ratelimit-remaining-resource")).toBe(false);
      },
    },
    {
      says: "Reads leave 249 of 250 tokens to the principal and 3749 to the subscription",
      source: sources.armLimits,
      run: async (azure) => {
        await azure.advance(60);
        const { headers } = await azure.get(disk);
        expect(headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBe("249");
        expect(headers.get("x-ms-ratelimit-remaining-subscription-global-reads")).toBe("3749");
      },
    },
    {
      says: "Writes leave 199 of 200 and 2999; deletions have their own tokens",
      source: sources.configUpdate,
      run: async (azure) => {
        await azure.advance(60);
        const write = await azure.patch(disk, { body: { tags: { a: "1" } } });
        expect(write.headers.get("x-ms-ratelimit-remaining-subscription-writes")).toBe("199");
        expect(write.headers.get("x-ms-ratelimit-remaining-subscription-global-writes")).toBe("2999");
        await azure.finish(write);
        const removal = await azure.del(compute("disks/none"));
        expect(removal.headers.get("x-ms-ratelimit-remaining-subscription-deletes")).toBe("199");
      },
    },
    {
      says: "Too many reads: 429 SubscriptionRequestsThrottled with Retry-After",
      source: "kubernetes-sigs/azuredisk-csi-driver#773",
      run: async (azure) => {
        let throttled: Answer | undefined;
        // A slow machine lets tokens return between the reads: more reads than that use them up.
        for (let sent = 0; throttled === undefined && sent < 3_200; sent += 320) {
          const all = await Promise.all(Array.from({ length: 320 }, () => azure.get(groups)));
          throttled = all.find(({ status }) => status === 429);
        }
        if (!throttled) throw new Error("No answer is 429");
        refused(throttled, 429, { code: "SubscriptionRequestsThrottled", says: "Please try again after" });
        expect(Number(throttled.headers.get("retry-after"))).toBeGreaterThan(0);
        await azure.advance(60);
      },
    },
    {
      says: "A call without an api-version is refused",
      source: sources.armErrors,
      run: async (azure) =>
        refused(await azure.get(disk, { version: "" }), 400, {
          code: "MissingApiVersionParameter",
          says: "The api-version query parameter (?api-version=) is required for all requests.",
        }),
    },
    {
      says: "Another version of a resource: NoRegisteredProviderFound with place, version, type and the list",
      source: sources.armErrors,
      run: async (azure) =>
        refused(await azure.get(disk, { version: "2023-05-01" }), 400, {
          code: "NoRegisteredProviderFound",
          says: /^No registered resource provider found for location 'westeurope' and API version '2023-05-01' for type 'disks'\. The supported api-versions are '.*2023-04-02, 2023-10-02.*'\. The supported locations are '/,
        }),
    },
    {
      says: "Another version of a list: InvalidResourceType with the list",
      source: "Azure/azure-sdk-for-python#33314",
      run: async (azure) =>
        refused(await azure.get(vms, { version: "2023-04-02" }), 404, {
          code: "InvalidResourceType",
          says: /^The resource type 'virtualMachines' could not be found in the namespace 'Microsoft\.Compute' for api version '2023-04-02'\. The supported api-versions are '/,
        }),
    },
    {
      says: "Resource Manager's own types have their own list: InvalidApiVersionParameter",
      source: sources.armErrors,
      run: async (azure) =>
        refused(await azure.get(groups, { version: "2021-01-02" }), 400, {
          code: "InvalidApiVersionParameter",
          says: /^The api-version '2021-01-02' is invalid\. The supported versions are '/,
        }),
    },
    {
      says: "Restore point collections need 2021-03-01, though their type is older",
      source: sources.pointErrors,
      run: async (azure) => {
        const list = compute("restorePointCollections");
        expect((await azure.get(list, { version: "2021-03-01" })).status).toBe(200);
        refused(await azure.get(list, { version: "2020-06-01" }), 400, {
          code: "BadRequest",
          says: "This request can be made with api-version '2021-03-01' or newer.",
        });
        expect((await azure.get(list, { version: "2016-03-30" })).status).toBe(404);
      },
    },
    {
      says: "Letter case of paths does not matter, and dollars may be encoded",
      source: "Azure/azure-sdk-for-js arm-compute",
      run: async (azure) => {
        const upper = disk.replace("resourceGroups", "RESOURCEGROUPS").replace(RG, RG.toUpperCase());
        expect(
          (await azure.get(upper.replace("Microsoft.Compute/disks/d1", "microsoft.compute/DISKS/D1"))).status,
        ).toBe(200);
        expect((await azure.get(`${vms}?%24expand=instanceView`)).status).toBe(200);
        expect((await azure.get(`${vms}?$expand=instanceView`)).status).toBe(200);
      },
    },
    {
      says: "No token: 401 with the sign-in address of the tenant",
      source: "Azure/azure-rest-api-specs common-types",
      run: async (azure) => {
        const answer = await azure.get(disk, { as: "none" });
        refused(answer, 401, {
          code: "AuthenticationFailed",
          says: "Authentication failed. The 'Authorization' header is missing.",
        });
        expect(answer.headers.get("www-authenticate")).toMatch(
          /^Bearer authorization_uri="https:\/\/login\.windows\.net\/[0-9a-f-]{36}", error="invalid_token", error_description="/,
        );
      },
    },
    {
      says: "A token that is not one: 401 InvalidAuthenticationToken",
      source: sources.armErrors,
      run: async (azure) =>
        refused(await azure.get(disk, { as: "none", headers: { authorization: "Bearer abc" } }), 401, {
          code: "InvalidAuthenticationToken",
        }),
    },
    {
      says: "Another scheme: 401 AuthenticationFailedInvalidHeader",
      source: "Azure/azure-sdk-for-net#13713",
      run: async (azure) =>
        refused(await azure.get(disk, { as: "none", headers: { authorization: "Basic abc" } }), 401, {
          code: "AuthenticationFailedInvalidHeader",
        }),
    },
    {
      says: "A token of the past: 401 ExpiredAuthenticationToken",
      source: sources.armErrors,
      run: async (azure) => {
        const token = await azure.token("owner");
        await azure.advance(2 * 3600);
        const headers = { authorization: `Bearer ${token}` };
        refused(await azure.get(disk, { as: "none", headers }), 401, { code: "ExpiredAuthenticationToken" });
      },
    },
    {
      says: "A token for another service: 401 InvalidAuthenticationTokenAudience",
      source: sources.armErrors,
      run: async (azure) => {
        const token = await azure.token("owner", "https://disk.azure.com//.default");
        const headers = { authorization: `Bearer ${token}` };
        refused(await azure.get(disk, { as: "none", headers }), 401, {
          code: "InvalidAuthenticationTokenAudience",
        });
      },
    },
    {
      says: "The older audience management.core.windows.net is accepted",
      source: "azure-cli core cloud.py",
      run: async (azure) => {
        const token = await azure.token("owner", "https://management.core.windows.net//.default");
        const headers = { authorization: `Bearer ${token}` };
        expect((await azure.get(disk, { as: "none", headers })).status).toBe(200);
      },
    },
    {
      says: "A token of another tenant: 401 InvalidAuthenticationTokenTenant with both issuers",
      source: "Azure/azure-cli#16634",
      run: async (azure) =>
        refused(await azure.get(disk, { as: "fabrikamEngine" }), 401, {
          code: "InvalidAuthenticationTokenTenant",
          says: `The access token is from the wrong issuer 'https://sts.windows.net/${FABRIKAM_TENANT_ID}/'.`,
        }),
    },
    {
      says: "A subscription that does not exist: 404; an id that is not a GUID: 400",
      source: sources.armErrors,
      run: async (azure) => {
        const unknown = "11111111-2222-4333-8444-999999999999";
        refused(await azure.get(disk.replace(SUB, unknown)), 404, {
          code: "SubscriptionNotFound",
          says: `The subscription '${unknown}' could not be found.`,
        });
        refused(await azure.get(disk.replace(SUB, "abc")), 400, { code: "InvalidSubscriptionId" });
      },
    },
    {
      says: "A disabled subscription can be read, not written: 409 ReadOnlyDisabledSubscription",
      source: "azure/cost-management-billing/manage/subscription-states",
      run: async (azure) => {
        await azure.control.setSubscription({ id: SUB, state: "Disabled" });
        try {
          expect((await azure.get(disk)).status).toBe(200);
          refused(await azure.patch(disk, { body: { tags: {} } }), 409, {
            code: "ReadOnlyDisabledSubscription",
            says: `The subscription '${SUB}' is disabled and therefore marked as read only.`,
          });
        } finally {
          await azure.control.setSubscription({ id: SUB, state: "Enabled" });
        }
      },
    },
    {
      says: "An unknown provider and an unknown type have different codes",
      source: sources.armErrors,
      run: async (azure) => {
        refused(await azure.get(`${groupPath}/providers/Microsoft.Nope/things/x`), 404, {
          code: "InvalidResourceNamespace",
          says: "The resource namespace 'Microsoft.Nope' is invalid.",
        });
        refused(await azure.get(compute("things/x")), 404, { code: "InvalidResourceType" });
      },
    },
    {
      says: "A method that a path does not have: 405 with Allow",
      source: "azure/azure-resource-manager/management",
      run: async (azure) => {
        const answer = await azure.del(compute("disks"));
        expect(answer.status).toBe(405);
        expect(answer.headers.get("allow")).toContain("GET");
      },
    },
    {
      says: "Missing group, resource and parent: each its own code and sentence",
      source: sources.armErrors,
      run: async (azure) => {
        refused(await azure.get(disk.replace(RG, "none")), 404, {
          code: "ResourceGroupNotFound",
          says: /^Resource group 'none' could not be found\.$/,
        });
        refused(await azure.get(compute("disks/none")), 404, {
          code: "ResourceNotFound",
          says: `The Resource 'Microsoft.Compute/disks/none' under resource group '${RG}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
        });
        refused(await azure.get(compute("restorePointCollections/none/restorePoints/x")), 404, {
          code: "ParentResourceNotFound",
          says: "because the parent resource",
        });
        refused(
          await azure.put(compute("virtualMachines/none/extensions/x"), { body: { location: REGION } }),
          404,
          {
            code: "ParentResourceNotFound",
            says: "Failed to perform 'write' on resource(s) of type 'virtualMachines/extensions'",
          },
        );
      },
    },
    {
      says: "An action on a missing resource is refused by Resource Manager",
      source: "Azure/azure-powershell#15117",
      run: async (azure) => {
        const answer = await azure.post(compute("virtualMachines/none/start"));
        refused(answer, 404, { code: "ResourceNotFound", says: "'Microsoft.Compute/virtualMachines/none'" });
        expect(answer.headers.get("x-ms-failure-cause")).toBe("gateway");
      },
    },
    {
      says: "Deleting what does not exist: 204",
      source: sources.specification,
      run: async (azure) => {
        for (const path of [
          "disks/none",
          "snapshots/none",
          "virtualMachines/none",
          "restorePointCollections/none",
        ])
          expect((await azure.del(compute(path))).status).toBe(204);
      },
    },
  ],
};
