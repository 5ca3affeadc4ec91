/** What a disk or snapshot keeps, refuses and derives: encryption, access, copies, sharing, sectors, zones. */
import { expect } from "vitest";
import { close, open, read } from "./access.ts";
import { at, compute, emptyDisk, REGION, text } from "./azure.ts";
import { type Kind, refused, sources } from "./case.ts";
import { customerKey, seedEncryptionSet, setId } from "./encryption-set.ts";

const accessId = compute("diskAccesses/private");

export const snapshotOf = (source: string, properties: object = {}): object => ({
  location: REGION,
  properties: {
    incremental: true,
    creationData: { createOption: "Copy", sourceResourceId: source },
    ...properties,
  },
});

export const statementsDisk: Kind = {
  name: "disk, statements",
  seed: async (azure) => {
    await seedEncryptionSet(azure);
    await azure.done("PUT", accessId, { body: { location: REGION } });
    await azure.disk("plain");
  },
  cases: [
    {
      says: "An encryption set has an identity, a key and a state",
      source: sources.encryption,
      run: async (azure) => {
        const set = await azure.get(setId);
        expect(set.json).toMatchObject({
          type: "Microsoft.Compute/diskEncryptionSets",
          identity: { type: "SystemAssigned" },
          properties: { encryptionType: "EncryptionAtRestWithCustomerKey", provisioningState: "Succeeded" },
        });
        expect(text(at(set, "identity.principalId"))).not.toBe("");
        expect(text(at(set, "properties.activeKey.keyUrl"))).toContain("/keys/disks/");
      },
    },
    {
      says: "A customer key is kept by disk and snapshot; its encryption set cannot be deleted",
      source: sources.encryption,
      run: async (azure) => {
        const disk = await azure.disk("keyed", { properties: { encryption: customerKey } });
        expect(at(await azure.get(disk), "properties.encryption")).toEqual(customerKey);
        const snapshot = compute("snapshots/keyed");
        await azure.done("PUT", snapshot, { body: snapshotOf(disk, { encryption: customerKey }) });
        expect(at(await azure.get(snapshot), "properties.encryption")).toEqual(customerKey);
        refused(await azure.del(setId), 409, { code: "OperationNotAllowed" });
      },
    },
    {
      says: "A PATCH to a customer key is kept",
      source: sources.encryption,
      run: async (azure) => {
        const disk = await azure.disk("rekeyed");
        await azure.done("PATCH", disk, { body: { properties: { encryption: customerKey } } });
        expect(at(await azure.get(disk), "properties.encryption")).toEqual(customerKey);
      },
    },
    {
      says: "Every property that a body may set is kept",
      source: sources.specification,
      run: async (azure) => {
        const properties = {
          osType: "Linux",
          hyperVGeneration: "V2",
          supportedCapabilities: { architecture: "x64", diskControllerTypes: "SCSI, NVMe" },
          purchasePlan: { name: "plan", publisher: "publisher", product: "product" },
          networkAccessPolicy: "AllowPrivate",
          diskAccessId: accessId,
          publicNetworkAccess: "Disabled",
          dataAccessAuthMode: "AzureActiveDirectory",
          diskSizeGB: 1024,
          maxShares: 3,
          tier: "P40",
          optimizedForFrequentAttach: true,
          supportsHibernation: true,
          encryptionSettingsCollection: {
            enabled: true,
            encryptionSettingsVersion: "1.1",
            encryptionSettings: [
              {
                diskEncryptionKey: {
                  secretUrl: "https://v.vault.azure.net/secrets/a/1",
                  sourceVault: { id: "/v" },
                },
              },
            ],
          },
        };
        const disk = await azure.disk("whole", { sku: { name: "Premium_LRS" }, zones: ["2"], properties });
        const got = await azure.get(disk);
        expect(at(got, "properties")).toMatchObject(properties);
        expect(at(got, "zones")).toEqual(["2"]);
      },
    },
    {
      says: "A security type is kept, and its copies have it",
      source: "virtual-machines/trusted-launch",
      run: async (azure) => {
        const securityProfile = { securityType: "TrustedLaunch" };
        const properties = { osType: "Linux", hyperVGeneration: "V2", securityProfile };
        await azure.done("PUT", compute("disks/trusted"), {
          body: {
            location: REGION,
            properties: {
              ...properties,
              creationData: { createOption: "Upload", uploadSizeBytes: 1024 ** 3 + 512 },
            },
          },
        });
        expect(at(await azure.get(compute("disks/trusted")), "properties")).toMatchObject(properties);
      },
    },
    {
      says: "Guest state of a disk is not here: 409 (chosen)",
      source: "deliberate difference",
      run: async (azure) =>
        refused(
          await azure.post(compute("disks/trusted/beginGetAccess"), {
            body: { ...read, access: "Write", getSecureVMGuestStateSAS: true },
          }),
          409,
          { code: "OperationNotAllowed" },
        ),
    },
    {
      says: "A disk of an image that does not exist: 404 PlatformImageNotFound",
      source: sources.specification,
      run: async (azure) => {
        const id = `/subscriptions/s/providers/Microsoft.Compute/locations/${REGION}/publishers/p/artifacttypes/vmimage/offers/o/skus/s/versions/1.0.0`;
        const creationData = { createOption: "FromImage", imageReference: { id } };
        refused(
          await azure.put(compute("disks/imaged"), {
            body: { location: REGION, properties: { creationData } },
          }),
          404,
          {
            code: "PlatformImageNotFound",
          },
        );
      },
    },
    {
      says: "A PATCH of the network access policy decides about the next export",
      source: sources.privateLink,
      run: async (azure) => {
        const disk = await azure.disk("closing");
        await open(azure, disk);
        await close(azure, disk);
        await azure.done("PATCH", disk, { body: { properties: { networkAccessPolicy: "DenyAll" } } });
        refused(await azure.post(`${disk}/beginGetAccess`, { body: read }), 409, {
          code: "OperationNotAllowed",
        });
        await azure.done("PATCH", disk, { body: { properties: { networkAccessPolicy: "AllowAll" } } });
        expect(await open(azure, disk)).toContain("/abcd?");
        await close(azure, disk);
      },
    },
    {
      says: "A PATCH of the SKU changes it, of a snapshot too",
      source: sources.configUpdate,
      run: async (azure) => {
        const disk = await azure.disk("faster", { sku: { name: "Standard_LRS" } });
        await azure.done("PATCH", disk, { body: { sku: { name: "Premium_LRS" } } });
        expect(at(await azure.get(disk), "sku")).toEqual({ name: "Premium_LRS", tier: "Premium" });
        const snapshot = compute("snapshots/zonal");
        await azure.done("PUT", snapshot, { body: snapshotOf(disk) });
        await azure.done("PATCH", snapshot, { body: { sku: { name: "Standard_ZRS" } } });
        expect(at(await azure.get(snapshot), "sku.name")).toBe("Standard_ZRS");
      },
    },
    {
      says: "A PATCH to AllowPrivate keeps the disk access; without one it is refused",
      source: "Azure/azure-cli#28510",
      run: async (azure) => {
        const disk = await azure.disk("linked");
        const networkAccessPolicy = "AllowPrivate";
        refused(await azure.patch(disk, { body: { properties: { networkAccessPolicy } } }), 409, {
          code: "ConflictingUserInput",
        });
        refused(await azure.patch(disk, { body: { properties: { diskAccessId: accessId } } }), 409, {
          code: "ConflictingUserInput",
        });
        const properties = { networkAccessPolicy, diskAccessId: accessId };
        await azure.done("PATCH", disk, { body: { properties } });
        expect(at(await azure.get(disk), "properties")).toMatchObject(properties);
      },
    },
    {
      says: "Values that do not exist are refused: policy, mode, encryption, system, generation, tier",
      source: sources.specification,
      run: async (azure) => {
        for (const properties of [
          { networkAccessPolicy: "AllowSome" },
          { publicNetworkAccess: "Sometimes" },
          { dataAccessAuthMode: "Password" },
          { encryption: { type: "Rot13" } },
          { osType: "Plan9" },
          { hyperVGeneration: "V3" },
        ])
          refused(await azure.put(compute("disks/never"), { body: emptyDisk({ properties }) }), 400, {
            code: "InvalidParameter",
            says: Object.keys(properties)[0] ?? "",
          });
        const tier = emptyDisk({ sku: { name: "Premium_LRS" }, properties: { tier: "P99" } });
        expect((await azure.put(compute("disks/never"), { body: tier })).status).toBe(400);
      },
    },
    {
      says: "Snapshots, encryption sets, disk accesses and actions refuse unknown members",
      source: sources.specification,
      run: async (azure) => {
        const member = "Could not find member 'nonsense'";
        const calls = [
          azure.put(compute("snapshots/x"), { body: snapshotOf(compute("disks/plain"), { nonsense: 1 }) }),
          azure.patch(setId, { body: { properties: { nonsense: 1 } } }),
          azure.put(compute("diskAccesses/x"), { body: { location: REGION, nonsense: 1 } }),
          azure.post(compute("disks/plain/beginGetAccess"), { body: { ...read, nonsense: 1 } }),
          azure.patch(compute("disks/plain"), { body: { properties: { nonsense: 1 } } }),
        ];
        for (const answer of await Promise.all(calls)) {
          expect(answer.status).toBe(400);
          expect(answer.text).toContain(member);
        }
      },
    },
    {
      says: "A shared disk has the shares that its size allows",
      source: "virtual-machines/disks-shared",
      run: async (azure) => {
        const sku = { name: "Premium_LRS" };
        const shared = await azure.disk("shared", { sku, properties: { diskSizeGB: 256, maxShares: 2 } });
        const got = await azure.get(shared);
        expect(at(got, "properties.maxShares")).toBe(2);
        const many = emptyDisk({ sku, properties: { diskSizeGB: 4, maxShares: 4 } });
        expect((await azure.put(compute("disks/many"), { body: many })).status).toBe(400);
      },
    },
    {
      says: "The footer's creator is one whose size qemu-img trusts",
      source: "qemu block/vpc.c",
      run: async (azure) => {
        const url = new URL(await open(azure, compute("disks/plain")));
        const size = 4 * 1024 ** 3;
        const target = `${azure.url}${url.pathname}${url.search}`;
        const answer = await fetch(target, { headers: { range: `bytes=${size}-${size + 511}` } });
        const footer = Buffer.from(await answer.arrayBuffer());
        expect(["win ", "wa\0\0", "qem2", "d2v ", "tap\0", "CTXS"]).toContain(
          footer.toString("latin1", 28, 32),
        );
        expect(footer.readBigUInt64BE(48)).toBe(BigInt(size));
        await close(azure, compute("disks/plain"));
      },
    },
  ],
};
