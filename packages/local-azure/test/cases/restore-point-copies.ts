/** Copies of restore points to another region. */
import { expect } from "vitest";
import { open } from "./access.ts";
import {
  type Answer,
  type Azure,
  at,
  compute,
  fieldsOf,
  groupPath,
  type Json,
  REGION,
  text,
} from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { nextHour, take } from "./restore-point.ts";

const FAR = "northeurope";
const near = compute("restorePointCollections/near");
const far = compute("restorePointCollections/far");
const source = `${near}/restorePoints/p`;
const copy = `${far}/restorePoints/p`;
const collection = (id: string, location: string): object => ({ location, properties: { source: { id } } });
const copyOf = (id: string) => ({ body: { properties: { sourceRestorePoint: { id } } } });
const osDisk = (answer: Answer) => at(answer, "properties.sourceMetadata.storageProfile.osDisk") ?? null;
const nic = "providers/Microsoft.Network/networkInterfaces/moved-nic";
const namesIn = (json: Json) =>
  typeof json === "object" && json !== null ? Object.keys(json).toSorted() : [];
const remaining = (answer: Answer) => answer.headers.get("x-ms-ratelimit-remaining-resource");

/** A second for each 4 MiB: 8 s for a disk of the cases. */
const slowly = (azure: Azure) => azure.control.settings({ backgroundCopyBytesPerSecond: 4 * 1024 * 1024 });

export const restorePointCopies: readonly Case[] = [
  {
    says: "A point without a mode shows none until it is ready; its policy is that of application consistency",
    source: sources.instantAccess,
    run: async (azure) => {
      await azure.vm("copied", { disks: 2 });
      await azure.done("PUT", near, { body: collection(compute("virtualMachines/copied"), REGION) });
      await nextHour(azure);
      const answer = await azure.put(source, { body: {} });
      expect([answer.status, at(answer, "properties.consistencyMode")]).toEqual([201, undefined]);
      expect(remaining(answer)).toBe(
        "Microsoft.Compute/PutRestorePointResource;5,Microsoft.Compute/PutRestorePointSubscriptionMaximum;149,Microsoft.Compute/CreateApplicationConsistentRestorePoint;2",
      );
      expect(namesIn(osDisk(answer))).toEqual(["caching", "diskSizeGB", "managedDisk", "name", "osType"]);
      await azure.finish(answer);
      const ready = await azure.get(source);
      expect(at(ready, "properties.consistencyMode")).toBe("FileSystemConsistent");
      expect(namesIn(ready.json)).toEqual(["id", "name", "properties"]);
    },
  },
  {
    says: "A collection for copies has a collection as its source, and that one's region",
    source: sources.pointCopy,
    run: async (azure) => {
      const made = await azure.put(far, { body: collection(near, FAR) });
      expect([made.status, made.headers.has("azure-asyncoperation")]).toEqual([201, false]);
      expect(made.json).toMatchObject({
        location: FAR,
        properties: { source: { location: REGION, id: near }, provisioningState: "Succeeded" },
      });
    },
  },
  {
    says: "A copy is 201 Creating with the consistency and the time of its source",
    source: sources.pointCopy,
    run: async (azure) => {
      await slowly(azure);
      const original = await azure.get(source);
      const answer = await azure.put(copy, copyOf(source));
      expect(answer.status).toBe(201);
      expect(answer.json).toMatchObject({
        name: "p",
        id: copy,
        properties: {
          provisioningState: "Creating",
          consistencyMode: "FileSystemConsistent",
          sourceRestorePoint: { id: source },
          timeCreated: at(original, "properties.timeCreated"),
          sourceMetadata: { location: REGION, vmId: at(original, "properties.sourceMetadata.vmId") },
        },
      });
      expect(answer.text).not.toContain("diskRestorePoint");
      expect(azure.link(answer)).toContain(`/locations/${FAR}/operations/`);
      expect(remaining(answer)).toBe(
        "Microsoft.Compute/PutRestorePointResource;5,Microsoft.Compute/PutRestorePointSubscriptionMaximum;149",
      );
      expect(Object.keys(fieldsOf(await azure.finish(answer, 5)))).toEqual([
        "startTime",
        "endTime",
        "status",
        "name",
      ]);
    },
  },
  {
    says: "A disk of a ready copy names the disk restore point that it copies",
    source: sources.pointCopy,
    run: async (azure) => {
      const ready = await azure.get(copy);
      expect(at(ready, "properties.provisioningState")).toBe("Succeeded");
      expect(at(osDisk(ready), "diskRestorePoint")).toEqual({
        sourceDiskRestorePoint: { id: at(osDisk(await azure.get(source)), "diskRestorePoint.id") },
        encryption: { type: "EncryptionAtRestWithPlatformKey" },
        id: expect.stringContaining(`${copy}/diskRestorePoints/copied-os_`) as string,
      });
    },
  },
  {
    says: "While its bytes arrive, the instance view says Replicating and how far; then Succeeded and 100",
    source: sources.pointCopyPage,
    run: async (azure) => {
      const view = async () =>
        at(await azure.get(`${copy}?$expand=instanceView`), "properties.instanceView") ?? null;
      const running = await view();
      const replicating = {
        code: "ReplicationState/replicating",
        level: "Info",
        displayStatus: "Replicating",
      };
      expect(at(running, "statuses")).toEqual([replicating]);
      expect(at(running, "diskRestorePoints.1.replicationStatus.status")).toEqual(replicating);
      expect(at(running, "diskRestorePoints.1.replicationStatus.completionPercent")).toBeLessThan(100);
      await azure.advance(60);
      const succeeded = { code: "ReplicationState/succeeded", level: "Info", displayStatus: "Succeeded" };
      const ended = await view();
      expect(at(ended, "statuses")).toEqual([succeeded]);
      expect(at(ended, "diskRestorePoints.1.replicationStatus")).toEqual({
        status: succeeded,
        completionPercent: 100,
      });
    },
  },
  {
    says: "A disk of a copy has the region of its source, and a replication state",
    source: sources.specification,
    run: async (azure) => {
      const id = text(at(osDisk(await azure.get(copy)), "diskRestorePoint.id"));
      expect(at(await azure.get(id), "properties")).toMatchObject({
        sourceResourceId: compute("disks/copied-os"),
        sourceResourceLocation: REGION,
        replicationState: "Succeeded",
        completionPercent: 100,
      });
      const local = await azure.get(text(at(osDisk(await azure.get(source)), "diskRestorePoint.id")));
      expect(at(local, "properties.sourceResourceLocation")).toBeUndefined();
    },
  },
  {
    says: "The bytes of a copy cannot be read before they are all there",
    source: sources.pointCreate,
    run: async (azure) => {
      await slowly(azure);
      const late = `${far}/restorePoints/late`;
      await azure.done("PUT", late, copyOf(source));
      const id = text(at(osDisk(await azure.get(late)), "diskRestorePoint.id"));
      const early = await azure.post(`${id}/beginGetAccess`, {
        body: { access: "Read", durationInSeconds: 60 },
      });
      refused(early, 409, { code: "OperationNotAllowed", says: "completion percentage" });
      await azure.advance(60);
      expect(await open(azure, id)).toContain("/abcd?");
    },
  },
  {
    says: "A copy needs its source in the source collection, and takes no mode",
    source: sources.pointCopyPage,
    run: async (azure) => {
      const wrong = `${far}/restorePoints/wrong`;
      refused(await azure.put(wrong, { body: {} }), 400, {
        code: "InvalidParameter",
        says: "sourceRestorePoint",
      });
      expect((await azure.put(wrong, copyOf(`${near}/restorePoints/none`))).status).toBe(404);
      expect((await azure.put(wrong, copyOf(copy))).status).toBe(400);
      const { properties } = copyOf(source).body;
      const body = { properties: { ...properties, consistencyMode: "CrashConsistent" } };
      expect((await azure.put(wrong, { body })).status).toBe(400);
      expect((await azure.put(`${near}/restorePoints/wrong`, copyOf(source))).status).toBe(400);
    },
  },
  {
    says: "A collection for copies is in another region than its source",
    source: sources.pointCopyPage,
    run: async (azure) => {
      const same = compute("restorePointCollections/same");
      refused(await azure.put(same, { body: collection(near, REGION) }), 400, { code: "InvalidParameter" });
      const none = compute("restorePointCollections/none");
      expect((await azure.put(same, { body: collection(none, FAR) })).status).toBe(404);
    },
  },
  {
    says: "Three copies an hour and target collection: the fourth is 429",
    source: sources.pointCreate,
    run: async (azure) => {
      await nextHour(azure);
      for (const name of ["c1", "c2", "c3"])
        await azure.done("PUT", `${far}/restorePoints/${name}`, copyOf(source));
      const fourth = await azure.put(`${far}/restorePoints/c4`, copyOf(source));
      expect([fourth.status, at(fourth, "error.details.0.code")]).toEqual([429, "TooManyRequests"]);
      // Points of the VM have their own budget.
      await azure.done("PUT", `${near}/restorePoints/own`, { body: {} });
    },
  },
  {
    says: "A copy outlives its source and the source's collection",
    source: sources.pointCopyPage,
    run: async (azure) => {
      await azure.done("DELETE", near);
      expect(at(await azure.get(copy), "properties.provisioningState")).toBe("Succeeded");
      expect(at(await azure.get(far), "properties.source.id")).toBe(near);
    },
  },
  {
    says: "After a move of the VM, its collection takes no more points; a new collection does",
    source: "azure-resource-manager/management/move-limitations/virtual-machines-move-limitations",
    run: async (azure) => {
      await azure.vm("moved");
      const before = compute("restorePointCollections/before");
      const id = compute("virtualMachines/moved");
      await azure.done("PUT", before, { body: collection(id, REGION) });
      await take(azure, `${before}/restorePoints/p`);
      const target = groupPath.replace("cases-rg", "moved-rg");
      await azure.put(target, { body: { location: REGION } });
      const resources = [id, compute("disks/moved-os"), `${groupPath}/${nic}`];
      const answer = await azure.post(`${groupPath}/moveResources`, {
        body: { resources, targetResourceGroup: target },
      });
      expect([answer.status, answer.text]).toEqual([202, ""]);
      await azure.advance(30);
      await nextHour(azure);
      refused(await azure.put(`${before}/restorePoints/q`, { body: {} }), 404, { code: "ResourceNotFound" });
      expect(at(await azure.get(`${before}/restorePoints/p`), "properties.provisioningState")).toBe(
        "Succeeded",
      );
      const after = compute("restorePointCollections/after");
      await azure.done("PUT", after, { body: collection(id.replace("cases-rg", "moved-rg"), REGION) });
      await take(azure, `${after}/restorePoints/p`);
    },
  },
];
