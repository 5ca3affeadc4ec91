/** Long-running operations: links, polls, results. */
import { expect } from "vitest";
import { type Azure, at, compute, emptyDisk, REGION, SUB, text } from "./azure.ts";
import { azureTime, guid, type Kind, refused, sources } from "./case.ts";

const d1 = compute("disks/d1");
const web = compute("virtualMachines/web");
const update = { body: { tags: { a: "b" } } };
const idIn = (link: string): string => /perations\/([0-9a-f-]+)\?/.exec(link)?.[1] ?? "";

const restart = (azure: Azure) => azure.post(`${web}/restart`);

export const operation: Kind = {
  name: "operation",
  seed: async (azure) => {
    await azure.vm("web");
    await azure.disk("d1");
  },
  cases: [
    {
      says: "Links of Compute: region, operations, a GUID, then p, api-version, t, c, s, h; about 3 KB",
      source: sources.restorePoint,
      run: async (azure) => {
        const answer = await restart(azure);
        const url = new URL(azure.link(answer));
        expect(url.origin).toBe("https://management.azure.com");
        expect(url.pathname).toMatch(
          new RegExp(
            `^/subscriptions/${SUB}/providers/Microsoft\\.Compute/locations/${REGION}/operations/[0-9a-f-]{36}$`,
          ),
        );
        expect([...url.searchParams.keys()]).toEqual(["p", "api-version", "t", "c", "s", "h"]);
        expect(url.searchParams.get("p")).toMatch(guid);
        expect(url.searchParams.get("t")).toMatch(/^\d{18}$/);
        expect(url.searchParams.get("c")).toMatch(/^MII/);
        expect(url.href.length).toBeGreaterThan(2800);
        expect(new URL(answer.headers.get("location") ?? "").searchParams.get("monitor")).toBe("true");
        await azure.finish(answer);
      },
    },
    {
      says: "Links of the disk provider have DiskOperations and the version of the call",
      source: sources.authMode,
      run: async (azure) => {
        const answer = await azure.patch(d1, { ...update, version: "2023-04-02" });
        const url = new URL(azure.link(answer));
        expect(url.pathname).toMatch(new RegExp(`/locations/${REGION}/DiskOperations/[0-9a-f-]{36}$`));
        expect(url.searchParams.get("api-version")).toBe("2023-04-02");
        expect(answer.headers.has("azure-asyncnotification")).toBe(false);
        await azure.finish(answer);
      },
    },
    {
      says: "An operation has the request id of the call that began it",
      source: "Azure/azure-sdk-for-python azure-mgmt-compute",
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        const id = idIn(azure.link(answer));
        expect(answer.headers.get("x-ms-request-id")).toBe(id);
        expect(at(await azure.finish(answer), "name")).toBe(id);
      },
    },
    {
      says: "In progress: start, status, name, nothing more",
      source: sources.restorePoint,
      run: async (azure) => {
        const answer = await restart(azure);
        const status = await azure.get(azure.link(answer));
        expect([
          status.status,
          Object.keys(typeof status.json === "object" && status.json ? status.json : {}),
        ]).toEqual([200, ["startTime", "status", "name"]]);
        expect(at(status, "status")).toBe("InProgress");
        expect(at(status, "startTime")).toMatch(azureTime);
        expect(Number(status.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(status.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/GetOperationResource;\d+,Microsoft\.Compute\/GetOperationSubscriptionMaximum;\d+$/,
        );
        await azure.finish(answer);
      },
    },
    {
      says: "Succeeded in Compute: times, status, name, no properties",
      source: sources.restorePoint,
      run: async (azure) => {
        const status = await azure.finish(await restart(azure));
        expect(at(status, "status")).toBe("Succeeded");
        expect(at(status, "endTime")).toMatch(azureTime);
        expect(at(status, "properties")).toBeUndefined();
      },
    },
    {
      says: "Succeeded in the disk provider: the whole resource as properties.output",
      source: sources.authMode,
      run: async (azure) => {
        const status = await azure.finish(await azure.patch(d1, update));
        const disk = await azure.get(d1);
        expect(at(status, "properties.output")).toEqual(disk.json);
        expect(status.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/GetOperation3Min;\d+,Microsoft\.Compute\/GetOperation30Min;\d+$/,
        );
      },
    },
    {
      says: "Location is 202 while it runs, then 200 with the result of the call",
      source: sources.armOperations,
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        const location = answer.headers.get("location") ?? "";
        const running = await azure.get(location);
        expect([running.status, running.headers.has("location")]).toEqual([202, true]);
        await azure.finish(answer);
        const ended = await azure.get(location);
        expect([ended.status, at(ended, "id")]).toEqual([200, d1]);
      },
    },
    {
      says: "Location of a power action ends with 200 and no body",
      source: sources.armOperations,
      run: async (azure) => {
        const answer = await restart(azure);
        await azure.finish(answer);
        const ended = await azure.get(answer.headers.get("location") ?? "");
        expect([ended.status, ended.text]).toEqual([200, ""]);
      },
    },
    {
      says: "A failed operation is 200 with Failed, code and message",
      source: sources.armOperations,
      run: async (azure) => {
        const rule = await azure.control.addFault({
          match: { operation: "virtualMachines.start" },
          effect: { type: "refuse", reason: "AllocationFailed", in: "operation" },
          times: 1,
        });
        await azure.control.power({ vm: "web", power: "deallocated" });
        const status = await azure.finish(await azure.post(`${web}/start`));
        expect([status.status, at(status, "status"), at(status, "error.code")]).toEqual([
          200,
          "Failed",
          "AllocationFailed",
        ]);
        expect(text(at(status, "error.message"))).not.toBe("");
        await azure.control.clearFaults(rule.id);
        await azure.control.power({ vm: "web", power: "on" });
      },
    },
    {
      says: "A changed link is refused",
      source: "MicrosoftDocs/azure-docs#119301",
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        const changed = await azure.get(azure.link(answer).replace(/&s=[^&]{8}/, "&s=AAAAAAAA"));
        expect(changed.status).toBe(403);
        expect(text(at(changed, "error.message"))).toContain("does not match the expected hash");
        await azure.finish(answer);
      },
    },
    {
      says: "A poll needs a token",
      source: sources.armErrors,
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        refused(await azure.get(azure.link(answer), { as: "none" }), 401, { code: "AuthenticationFailed" });
        await azure.finish(answer);
      },
    },
    {
      says: "An operation that does not exist: 404",
      source: sources.armOperations,
      run: async (azure) => {
        const path = `/subscriptions/${SUB}/providers/Microsoft.Compute/locations/${REGION}/operations/${crypto.randomUUID()}`;
        refused(await azure.get(path), 404, {
          code: "NotFound",
          says: "The entity was not found in this Azure location.",
        });
      },
    },
    {
      says: "A result can be read for a day",
      source: sources.armOperations,
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        await azure.finish(answer);
        await azure.advance(20 * 3600);
        expect(at(await azure.get(azure.link(answer)), "status")).toBe("Succeeded");
      },
    },
    {
      says: "After a day a result is lost: 404 NotFound; the resource stays",
      source: "openshift/openshift-azure#1540",
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        await azure.finish(answer);
        await azure.advance(25 * 3600);
        // Old operations are forgotten when another one begins.
        await azure.finish(await azure.patch(d1, update));
        refused(await azure.get(azure.link(answer)), 404, {
          code: "NotFound",
          says: "The entity was not found in this Azure location.",
        });
        refused(await azure.get(answer.headers.get("location") ?? ""), 404, { code: "NotFound" });
        expect((await azure.get(d1)).status).toBe(200);
      },
    },
    {
      says: "A link is of one region and one family of operations",
      source: sources.armOperations,
      run: async (azure) => {
        const answer = await azure.patch(d1, update);
        const link = azure.link(answer);
        expect((await azure.get(link.replace("/DiskOperations/", "/operations/"))).status).toBe(404);
        expect(
          (await azure.get(link.replace(`/locations/${REGION}/`, "/locations/northeurope/"))).status,
        ).toBe(404);
        await azure.finish(answer);
      },
    },
    {
      says: "The last answer of an operation has no Retry-After",
      source: sources.restorePoint,
      run: async (azure) => {
        const status = await azure.finish(await restart(azure));
        expect([at(status, "status"), status.headers.has("retry-after")]).toEqual(["Succeeded", false]);
      },
    },
    {
      says: "A resource shows Updating and Deleting meanwhile",
      source: sources.armOperations,
      run: async (azure) => {
        await azure.disk("short");
        const path = compute("disks/short");
        const change = await azure.patch(path, update);
        expect(at(await azure.get(path), "properties.provisioningState")).toBe("Updating");
        await azure.finish(change);
        const removal = await azure.del(path);
        expect([removal.status, removal.headers.has("location")]).toEqual([202, true]);
        await azure.finish(removal);
        expect((await azure.get(path)).status).toBe(404);
      },
    },
    {
      says: "A change of a VM during a power operation: 409",
      source: "azure/virtual-machines/error-messages",
      run: async (azure) => {
        const running = await restart(azure);
        const second = await azure.patch(web, {
          body: { properties: { hardwareProfile: { vmSize: "Standard_D4s_v5" } } },
        });
        expect(second.status).toBe(409);
        await azure.finish(running);
      },
    },
    {
      says: "45 polls of one VM's operations, then 429 with the policy in details",
      source: sources.computeLimits,
      run: async (azure) => {
        await azure.advance(300);
        const answer = await restart(azure);
        const link = azure.link(answer);
        const polls = await Promise.all(Array.from({ length: 60 }, () => azure.get(link)));
        const throttled = polls.find(({ status }) => status === 429);
        if (!throttled) throw new Error("No poll is 429");
        refused(throttled, 429, { code: "OperationNotAllowed", says: "requests" });
        expect(at(throttled, "error.details.0.code")).toBe("TooManyRequests");
        expect(at(throttled, "error.details.0.target")).toBe("GetOperationResource");
        expect(Number(throttled.headers.get("retry-after"))).toBeGreaterThan(0);
        await azure.advance(300);
      },
    },
    {
      says: "Every kind of disk call begins an operation: PUT, PATCH, DELETE, begin and end of access",
      source: sources.specification,
      run: async (azure) => {
        const path = compute("disks/all");
        const calls: [string, string, object][] = [
          ["PUT", path, { body: emptyDisk() }],
          ["PUT", path, { body: emptyDisk() }],
          ["PATCH", path, update],
          ["POST", `${path}/beginGetAccess`, { body: { access: "Read", durationInSeconds: 60 } }],
          ["POST", `${path}/endGetAccess`, {}],
          ["DELETE", path, {}],
        ];
        for (const [method, target, call] of calls) {
          const answer = await azure.send(method, target, call);
          expect([
            method,
            answer.status,
            answer.headers.has("azure-asyncoperation"),
            answer.headers.has("location"),
          ]).toEqual([method, 202, true, true]);
          expect(at(await azure.finish(answer), "status")).toBe("Succeeded");
        }
      },
    },
  ],
};
