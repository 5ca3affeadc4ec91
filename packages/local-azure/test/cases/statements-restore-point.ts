/** What a restore point costs, keeps and inherits, and how its creation fails. */
import { expect } from "vitest";
import { read } from "./access.ts";
import { type Answer, type Azure, at, compute, type Json, REGION, text } from "./azure.ts";
import { azureTime, type Kind, refused, sources } from "./case.ts";
import { customerKey, seedEncryptionSet, setId } from "./encryption-set.ts";
import { crash, nextHour, take } from "./restore-point.ts";

export const vmPath = (name: string): string => compute(`virtualMachines/${name}`);
export const collectionPath = (name: string): string => compute(`restorePointCollections/${name}`);
export const pointPath = (vm: string, point: string): string =>
  `${collectionPath(vm)}/restorePoints/${point}`;

/** A VM with its collection of the same name. */
export async function protectedVm(
  azure: Azure,
  name: string,
  options: Parameters<Azure["vm"]>[1] = {},
): Promise<void> {
  const id = await azure.vm(name, options);
  await azure.done("PUT", collectionPath(name), {
    body: { location: REGION, properties: { source: { id } } },
  });
}

/** The code and message of a creation that fails, in the call or in its operation. */
export async function failure(
  azure: Azure,
  path: string,
  body: object = {},
): Promise<{ code: string; says: string }> {
  await nextHour(azure);
  const answer = await azure.put(path, { body });
  const end = answer.status === 201 ? await azure.finish(answer) : answer;
  return { code: text(at(end, "error.code")), says: text(at(end, "error.message")) };
}

/** The disk restore points of a point, by the name of their disk. */
export async function diskPoints(azure: Azure, path: string): Promise<Map<string, Json>> {
  const list = at(await azure.get(`${path}/diskRestorePoints`), "value");
  const found = Array.isArray(list) ? list : [];
  return new Map(
    found.map((point) => [text(at(point, "properties.sourceResourceId")).split("/").at(-1) ?? "", point]),
  );
}

export const attach = (azure: Azure, vm: string, diskId: string): Promise<Answer> =>
  azure.done("POST", `${vmPath(vm)}/attachDetachDataDisks`, { body: { dataDisksToAttach: [{ diskId }] } });

const documented: readonly [
  condition: "com-error" | "com-memory" | "no-network" | "snapshot-limit",
  says: string,
][] = [
  ["com-error", "Restore Point creation failed due to COM+ error."],
  ["com-memory", "Restore Point creation failed due to insufficient memory available in COM+ memory quota."],
  ["no-network", "Restore Point creation failed due to no network connectivity on the virtual machine."],
  [
    "snapshot-limit",
    "Restore Point creation failed as the maximum allowed snapshot limit of one or more disk blobs has been reached.",
  ],
];

export const statementsRestorePoint: Kind = {
  name: "restore point, statements",
  seed: async (azure) => {
    await seedEncryptionSet(azure);
    await protectedVm(azure, "web", { disks: 2 });
    await protectedVm(azure, "win", { os: "windows" });
    await nextHour(azure);
  },
  cases: [
    {
      says: "One creation, one read and one deletion leave the budgets that were seen",
      source: sources.restorePoint,
      run: async (azure) => {
        await nextHour(azure);
        const made = await azure.put(pointPath("web", "counted"), crash);
        expect(made.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
          "Microsoft.Compute/PutRestorePointResource;5,Microsoft.Compute/PutRestorePointSubscriptionMaximum;149,Microsoft.Compute/CreateCrashConsistentRestorePoint;2",
        );
        expect(made.headers.get("x-ms-ratelimit-remaining-subscription-writes")).toBe("199");
        expect(made.headers.get("x-ms-ratelimit-remaining-subscription-global-writes")).toBe("2999");
        await azure.finish(made);
        await azure.advance(60);
        await azure.get(pointPath("web", "counted"));
        const second = await azure.get(pointPath("web", "counted"));
        // One returns in 0.3 s.
        expect(second.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/LowCostGetRestorePointSubscriptionMaximum;59[89]$/,
        );
        expect(second.headers.get("x-ms-ratelimit-remaining-subscription-global-reads")).toMatch(
          /^37[345]\d$/,
        );
        const removed = await azure.del(pointPath("web", "counted"));
        expect(removed.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
          "Microsoft.Compute/DeleteRestorePointSubscriptionMaximum;359",
        );
        await azure.finish(removed);
      },
    },
    {
      says: "The 201 has the VM's configuration with the ids of its disks; disk restore points are named when ready",
      source: sources.restorePoint,
      run: async (azure) => {
        await nextHour(azure);
        const made = await azure.put(pointPath("web", "ids"), crash);
        expect(at(made, "properties.provisioningState")).toBe("Creating");
        const storage = "properties.sourceMetadata.storageProfile";
        const places = [`${storage}.osDisk`, `${storage}.dataDisks.0`];
        for (const place of places) {
          expect(text(at(made, `${place}.managedDisk.id`))).toContain("/disks/web-");
          expect(at(made, `${place}.diskRestorePoint`)).toBeUndefined();
        }
        await azure.finish(made);
        const ready = await azure.get(pointPath("web", "ids"));
        for (const place of places)
          expect(text(at(ready, `${place}.diskRestorePoint.id`))).toContain(
            `${pointPath("web", "ids")}/diskRestorePoints/`,
          );
      },
    },
    {
      says: "A point that takes 3 min 16 s has the time of its start, in seven digits",
      source: sources.restorePoint,
      run: async (azure) => {
        await nextHour(azure);
        await azure.control.settings({ operationMs: 196_000 });
        const made = await azure.put(pointPath("web", "slow"), crash);
        await azure.control.settings({ operationMs: 0 });
        await azure.advance(190);
        expect(at(await azure.get(azure.link(made)), "status")).toBe("InProgress");
        expect(at(await azure.get(pointPath("web", "slow")), "properties.provisioningState")).toBe(
          "Creating",
        );
        const status = await azure.finish(made, 10);
        const point = await azure.get(pointPath("web", "slow"));
        const created = text(at(point, "properties.timeCreated"));
        expect(created).toMatch(azureTime);
        expect(created).toMatch(/\.\d{7}\+00:00$/);
        const took = Date.parse(text(at(status, "endTime"))) - Date.parse(created);
        expect(Math.round(took / 1000)).toBe(196);
      },
    },
    {
      says: "COM+ trouble, no network and the snapshot limit: VMRestorePointClientError with its sentence",
      source: sources.pointErrors,
      run: async (azure) => {
        for (const [condition, says] of documented) {
          await azure.control.setGuest({ vm: "win", conditions: [condition] });
          const { code, says: said } = await failure(azure, pointPath("win", condition));
          expect(`${code}: ${said}`).toContain(`VMRestorePointClientError: ${says}`);
        }
        await azure.control.setGuest({ vm: "win", conditions: [] });
      },
    },
    {
      says: "A VM has 500 points at most, over all its collections",
      source: sources.pointErrors,
      run: async (azure) => {
        const { restorePointsPerVm } = await azure.control.settings();
        expect(restorePointsPerVm).toBe(500);
        await protectedVm(azure, "full");
        const id = vmPath("full");
        await azure.done("PUT", collectionPath("full-2"), {
          body: { location: REGION, properties: { source: { id } } },
        });
        await take(azure, pointPath("full", "p1"));
        await azure.control.settings({ restorePointsPerVm: 1 });
        const { code, says } = await failure(azure, pointPath("full-2", "p2"), crash.body);
        await azure.control.settings({ restorePointsPerVm });
        expect(`${code}: ${says}`).toContain(
          "VMRestorePointClientError: Restore Point creation failed as the maximum",
        );
      },
    },
    {
      says: "A shared disk fails the creation with VMRestorePointClientError, unless it is excluded",
      source: sources.pointErrors,
      run: async (azure) => {
        await protectedVm(azure, "cluster");
        const shared = await azure.disk("shared", {
          sku: { name: "Premium_LRS" },
          properties: { diskSizeGB: 256, maxShares: 2 },
        });
        await attach(azure, "cluster", shared);
        expect(await failure(azure, pointPath("cluster", "no"), crash.body)).toEqual({
          code: "VMRestorePointClientError",
          says: "Creation of Restore Point of a Virtual Machine with Shared disks is not supported. You may exclude this disk from the restore point via excludeDisks property.",
        });
        const body = { properties: { ...crash.body.properties, excludeDisks: [{ id: shared }] } };
        await take(azure, pointPath("cluster", "yes"), { body });
      },
    },
    {
      says: "A failed point says so, and its name can be used again",
      source: sources.pointErrors,
      run: async (azure) => {
        await azure.control.setGuest({ vm: "win", conditions: ["vss-writers"] });
        await failure(azure, pointPath("win", "again"));
        await azure.control.setGuest({ vm: "win", conditions: [] });
        await take(azure, pointPath("win", "again"), { body: {} });
        expect(at(await azure.get(pointPath("win", "again")), "properties.provisioningState")).toBe(
          "Succeeded",
        );
      },
    },
    {
      says: "A disk restore point has the access policy of its disk, and DenyAll refuses its export",
      source: sources.privateLink,
      run: async (azure) => {
        await protectedVm(azure, "closed", { disks: 2 });
        const patch = (disk: string, properties: object): Promise<Answer> =>
          azure.done("PATCH", compute(`disks/${disk}`), { body: { properties } });
        await patch("closed-os", { networkAccessPolicy: "DenyAll", publicNetworkAccess: "Disabled" });
        const diskAccessId = compute("diskAccesses/private");
        await azure.done("PUT", diskAccessId, { body: { location: REGION } });
        await patch("closed-data0", { networkAccessPolicy: "AllowPrivate", diskAccessId });
        await take(azure, pointPath("closed", "p"));
        const found = await diskPoints(azure, pointPath("closed", "p"));
        expect(at(found.get("closed-os") ?? null, "properties")).toMatchObject({
          networkAccessPolicy: "DenyAll",
          publicNetworkAccess: "Disabled",
        });
        expect(at(found.get("closed-data0") ?? null, "properties")).toMatchObject({
          networkAccessPolicy: "AllowPrivate",
          diskAccessId,
        });
        const id = text(at(found.get("closed-os") ?? null, "id"));
        refused(await azure.post(`${id}/beginGetAccess`, { body: read }), 409, {
          code: "OperationNotAllowed",
        });
      },
    },
    {
      says: "A customer key is in the point's metadata and in its disk restore points",
      source: sources.encryption,
      run: async (azure) => {
        await protectedVm(azure, "keyed", { stopped: true });
        await azure.done("PATCH", compute("disks/keyed-os"), {
          body: { properties: { encryption: customerKey } },
        });
        await take(azure, pointPath("keyed", "p"));
        const point = await azure.get(pointPath("keyed", "p"));
        expect(
          at(point, "properties.sourceMetadata.storageProfile.osDisk.diskRestorePoint.encryption"),
        ).toEqual({
          type: customerKey.type,
          diskEncryptionSet: { id: setId },
        });
        const found = await diskPoints(azure, pointPath("keyed", "p"));
        expect(at(found.get("keyed-os") ?? null, "properties.encryption")).toEqual(customerKey);
      },
    },
    {
      says: "Encryption settings, capabilities and user data are in the point",
      source: sources.specification,
      run: async (azure) => {
        await protectedVm(azure, "facts", { stopped: true });
        const supportedCapabilities = { architecture: "x64", acceleratedNetwork: true };
        await azure.done("PATCH", compute("disks/facts-os"), {
          body: { properties: { supportedCapabilities } },
        });
        const userData = Buffer.from("#cloud-config").toString("base64");
        await azure.done("PATCH", vmPath("facts"), {
          body: { properties: { userData, licenseType: "RHEL_BYOS" } },
        });
        await take(azure, pointPath("facts", "p"));
        const point = await azure.get(pointPath("facts", "p"));
        expect(at(point, "properties.sourceMetadata")).toMatchObject({ userData, licenseType: "RHEL_BYOS" });
        const found = await diskPoints(azure, pointPath("facts", "p"));
        expect(at(found.get("facts-os") ?? null, "properties.supportedCapabilities")).toMatchObject(
          supportedCapabilities,
        );
      },
    },
    {
      says: "Collections and points refuse unknown members",
      source: sources.specification,
      run: async (azure) => {
        const wrong = {
          body: { location: REGION, properties: { source: { id: vmPath("web") }, nonsense: 1 } },
        };
        for (const answer of [
          await azure.put(collectionPath("web"), wrong),
          await azure.put(pointPath("web", "wrong"), { body: { properties: { nonsense: 1 } } }),
        ]) {
          expect(answer.status).toBe(400);
          expect(answer.text).toContain("Could not find member 'nonsense'");
        }
      },
    },
  ],
};
