/** When restore points are refused, and the consistency that they reach. */
import { expect } from "vitest";
import { at, compute, text } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { crash, nextHour, rpc, take } from "./restore-point.ts";

export const restorePointRules: readonly Case[] = [
  {
    says: "Only CrashConsistent can be requested",
    source: sources.pointCreate,
    run: async (azure) => {
      for (const consistencyMode of ["ApplicationConsistent", "Nope"])
        refused(
          await azure.put(`${rpc}/restorePoints/mode`, { body: { properties: { consistencyMode } } }),
          400,
          { code: "InvalidParameter", says: "consistencyMode" },
        );
    },
  },
  {
    says: "A name that exists: 409",
    source: "Azure/azure-rest-api-specs#13219",
    run: async (azure) => {
      await take(azure, `${rpc}/restorePoints/twice`);
      refused(await azure.put(`${rpc}/restorePoints/twice`, crash), 409, { code: "OperationNotAllowed" });
    },
  },
  {
    says: "Two at once on one VM: VMRestorePointClientError",
    source: sources.pointErrors,
    run: async (azure) => {
      await nextHour(azure);
      const first = await azure.put(`${rpc}/restorePoints/first`, crash);
      refused(await azure.put(`${rpc}/restorePoints/second`, crash), 409, {
        code: "VMRestorePointClientError",
        says: "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
      });
      await azure.finish(first);
    },
  },
  {
    says: "Three an hour and VM: the fourth is 429 with Retry-After",
    source: sources.pointCreate,
    run: async (azure) => {
      await nextHour(azure);
      for (const name of ["h1", "h2", "h3"]) await azure.done("PUT", `${rpc}/restorePoints/${name}`, crash);
      const fourth = await azure.put(`${rpc}/restorePoints/h4`, crash);
      expect(fourth.status).toBe(429);
      expect(Number(fourth.headers.get("retry-after"))).toBeGreaterThan(60);
      expect(at(fourth, "error.details.0.code")).toBe("TooManyRequests");
    },
  },
  {
    says: "Windows with stable writers is application-consistent; bad writers fail the operation",
    source: sources.pointErrors,
    run: async (azure) => {
      const col = compute("restorePointCollections/win");
      await take(azure, `${col}/restorePoints/app`, { body: {} });
      expect(at(await azure.get(`${col}/restorePoints/app`), "properties.consistencyMode")).toBe(
        "ApplicationConsistent",
      );
      await nextHour(azure);
      await azure.control.setGuest({ vm: "win", conditions: ["vss-writers"] });
      const answer = await azure.put(`${col}/restorePoints/bad`, { body: {} });
      const status = answer.status === 201 ? await azure.finish(answer) : answer;
      expect(text(at(status, "error.code"))).toBe("VMRestorePointClientError");
      await azure.control.setGuest({ vm: "win", conditions: [] });
    },
  },
  {
    says: "Linux without scripts is file-system consistent",
    source: sources.pointConcepts,
    run: async (azure) => {
      await take(azure, `${rpc}/restorePoints/fs`, { body: {} });
      expect(at(await azure.get(`${rpc}/restorePoints/fs`), "properties.consistencyMode")).toBe(
        "FileSystemConsistent",
      );
    },
  },
  {
    says: "An agent that does not report: VMAgentStatusCommunicationError",
    source: sources.pointErrors,
    run: async (azure) => {
      await nextHour(azure);
      await azure.control.setGuest({ vm: "web", agent: "NotReady" });
      const answer = await azure.put(`${rpc}/restorePoints/agent`, { body: {} });
      const status = answer.status === 201 ? await azure.finish(answer) : answer;
      expect(at(status, "error.code")).toBe("VMAgentStatusCommunicationError");
      await azure.control.setGuest({ vm: "web", agent: "Ready" });
    },
  },
  {
    says: "Crash-consistent needs a size with premium storage",
    source: sources.pointConcepts,
    run: async (azure) =>
      refused(await azure.put(`${compute("restorePointCollections/old")}/restorePoints/x`, crash), 409, {
        code: "VMRestorePointClientError",
        says: "premium storage",
      }),
  },
  {
    says: "A stopped VM takes crash-consistent points",
    source: sources.pointErrors,
    run: async (azure) => {
      await azure.control.power({ vm: "win", power: "deallocated" });
      const col = compute("restorePointCollections/win");
      await take(azure, `${col}/restorePoints/off`);
      expect(at(await azure.get(`${col}/restorePoints/off`), "properties.consistencyMode")).toBe(
        "CrashConsistent",
      );
      await azure.control.power({ vm: "win", power: "on" });
    },
  },
  {
    says: "Deleting a collection deletes its points",
    source: sources.pointManage,
    run: async (azure) => {
      await azure.done("DELETE", rpc);
      expect((await azure.get(rpc)).status).toBe(404);
      refused(await azure.get(`${rpc}/restorePoints/fs`), 404, { code: "ParentResourceNotFound" });
    },
  },
];
