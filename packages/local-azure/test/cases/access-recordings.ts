/** Begin and end of access as they were recorded, and how long a URL lives. */
import { expect } from "vitest";
import { close, open } from "./access.ts";
import { at, compute, emptyDisk, fieldsOf, namesAt, REGION, text } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { get, send } from "./storage.ts";

const read = { access: "Read", durationInSeconds: 600 };
const budget = "x-ms-ratelimit-remaining-resource";
const snapshotBudget =
  /^Microsoft\.Compute\/HighCostSnapshotCreateHydrate3Min;\d+,Microsoft\.Compute\/HighCostSnapshotCreateHydrate30Min;\d+$/;
const recorded = compute("snapshots/recorded");

export const accessRecordings: readonly Case[] = [
  {
    says: "Begin on a snapshot: 202, no body, no content type, counted as its creation; the output is the URL alone",
    source: sources.snapshotAccess,
    run: async (azure) => {
      await azure.done("PUT", recorded, {
        body: {
          location: REGION,
          tags: {},
          sku: { name: "Standard_LRS" },
          properties: { hyperVGeneration: "V1", creationData: { createOption: "Empty" }, diskSizeGB: 1 },
        },
      });
      const begun = await azure.post(`${recorded}/beginGetAccess`, { body: read });
      expect([begun.status, begun.text, begun.headers.get("content-length")]).toEqual([202, "", "0"]);
      expect(begun.headers.get("content-type")).toBeNull();
      expect(begun.headers.get(budget)).toMatch(snapshotBudget);
      expect(begun.headers.get("location")).toContain("&monitor=true&");
      const status = await azure.finish(begun);
      expect(Object.keys(fieldsOf(status)).sort()).toEqual([
        "endTime",
        "name",
        "properties",
        "startTime",
        "status",
      ]);
      expect(namesAt(status, "properties.output")).toEqual(["accessSAS"]);
      expect(text(at(status, "properties.output.accessSAS"))).toMatch(
        /\/md-[a-z0-9]{12}\/[a-z0-9]{12}\/abcd\?sv=2018-03-28&sr=b&si=/,
      );
      expect(at(await azure.get(recorded), "properties.diskState")).toBe("ActiveSAS");
    },
  },
  {
    says: "End: 202, no body; the status has no properties, Location is 200 without a body; then Unattached",
    source: sources.snapshotAccess,
    run: async (azure) => {
      const ended = await azure.post(`${recorded}/endGetAccess`);
      expect([ended.status, ended.text]).toEqual([202, ""]);
      expect(ended.headers.get(budget)).toMatch(snapshotBudget);
      const status = await azure.finish(ended);
      expect(Object.keys(fieldsOf(status)).sort()).toEqual(["endTime", "name", "startTime", "status"]);
      const alone = await azure.get(ended.headers.get("location") ?? "");
      expect([alone.status, alone.text]).toEqual([200, ""]);
      expect(at(await azure.get(recorded), "properties.diskState")).toBe("Unattached");
    },
  },
  {
    says: "A disk with open access can be the source of a snapshot",
    source: sources.managedDisk,
    run: async (azure) => {
      const path = await azure.disk("source");
      await open(azure, path);
      await azure.done("PUT", compute("snapshots/of-open"), {
        body: {
          location: REGION,
          properties: { creationData: { createOption: "Copy", sourceResourceId: path } },
        },
      });
      expect(at(await azure.get(path), "properties.diskState")).toBe("ActiveSAS");
      await close(azure, path);
    },
  },
  {
    says: "A second begin makes the URL live longer; a shorter one does not cut it",
    source: sources.pointManage,
    run: async (azure) => {
      const path = await azure.disk("longer");
      const url = await open(azure, path, { access: "Read", durationInSeconds: 60 });
      expect(await open(azure, path, { access: "Read", durationInSeconds: 3600 })).toBe(url);
      expect(await open(azure, path, { access: "Read", durationInSeconds: 1 })).toBe(url);
      await azure.advance(600);
      expect((await send(url, "HEAD")).status).toBe(200);
      await azure.advance(3600);
      expect((await send(url, "HEAD")).status).toBe(403);
      expect(at(await azure.get(path), "properties.diskState")).toBe("Unattached");
    },
  },
  {
    says: "After an end, a begin gives another URL",
    source: sources.pointManage,
    run: async (azure) => {
      const path = await azure.disk("again");
      const first = await open(azure, path);
      await close(azure, path);
      const second = await open(azure, path);
      expect(new URL(second).searchParams.get("si")).not.toBe(new URL(first).searchParams.get("si"));
      expect([(await send(first, "HEAD")).status, (await send(second, "HEAD")).status]).toEqual([403, 200]);
      await close(azure, path);
    },
  },
  {
    says: "Open access keeps a disk from growing and from another network policy",
    source: sources.incremental,
    run: async (azure) => {
      const path = await azure.disk("kept");
      await open(azure, path);
      for (const properties of [{ diskSizeGB: 8 }, { networkAccessPolicy: "DenyAll" }])
        refused(await azure.patch(path, { body: { properties } }), 409, {
          code: "OperationNotAllowed",
          says: "There is an active shared access signature outstanding for disk kept.",
        });
      expect((await azure.patch(path, { body: { tags: { a: "b" } } })).status).toBe(202);
      await azure.advance(5);
      await close(azure, path);
    },
  },
  {
    says: "AllowPrivate: access begins, but the URL opens through the private endpoint only",
    source: sources.privateLink,
    run: async (azure) => {
      await azure.done("PUT", compute("diskAccesses/private"), { body: { location: REGION } });
      const properties = {
        networkAccessPolicy: "AllowPrivate",
        diskAccessId: compute("diskAccesses/private"),
      };
      const path = compute("disks/private");
      await azure.done("PUT", path, { body: emptyDisk({ properties }) });
      const answer = await get(await open(azure, path), { "x-ms-range": "bytes=0-511" });
      expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([403, "AuthorizationFailure"]);
      await close(azure, path);
    },
  },
  {
    says: "A footer that is wrong at the end of an upload: InvalidVhd names the blob; the disk stays ActiveUpload",
    source: "microsoft/AzureStorageExplorer#8800",
    run: async (azure) => {
      const path = compute("disks/wrong");
      const creationData = { createOption: "Upload", uploadSizeBytes: 1024 ** 3 + 512 };
      await azure.done("PUT", path, { body: { location: REGION, properties: { creationData } } });
      const url = new URL(await open(azure, path, { access: "Write", durationInSeconds: 3600 }));
      expect(url.pathname).toMatch(/\/md-impexp-[a-z0-9]{12}\/[a-z0-9]{12}\/abcd$/);
      const ended = await azure.post(`${path}/endGetAccess`);
      const status = await azure.finish(ended);
      expect([at(status, "status"), at(status, "error.code")]).toEqual(["Failed", "InvalidVhd"]);
      expect(text(at(status, "error.message"))).toMatch(
        /^The specified cookie value in VHD footer indicates that disk 'abcd' with blob \S+\/abcd is not a supported VHD\. Disk is expected to have cookie value 'conectix'\.$/,
      );
      expect(at(await azure.get(path), "properties.diskState")).toBe("ActiveUpload");
    },
  },
  {
    says: "A disk that waits for its upload is not read",
    source: sources.upload,
    run: async (azure) => {
      const path = compute("disks/waiting");
      const creationData = { createOption: "Upload", uploadSizeBytes: 1024 ** 3 + 512 };
      await azure.done("PUT", path, { body: { location: REGION, properties: { creationData } } });
      expect((await azure.post(`${path}/beginGetAccess`, { body: read })).status).toBe(409);
    },
  },
  {
    says: "Access to a snapshot with a background copy waits until it is complete",
    source: sources.incremental,
    run: async (azure) => {
      await azure.control.settings({ backgroundCopyBytesPerSecond: 1 });
      await azure.done("PUT", compute("snapshots/web-data"), {
        body: {
          location: REGION,
          properties: {
            incremental: true,
            creationData: { createOption: "Copy", sourceResourceId: compute("disks/web-os") },
          },
        },
      });
      const far = compute("snapshots/web-far");
      await azure.done("PUT", far, {
        body: {
          location: "northeurope",
          properties: {
            incremental: true,
            creationData: { createOption: "CopyStart", sourceResourceId: compute("snapshots/web-data") },
          },
        },
      });
      expect(at(await azure.get(far), "properties.completionPercent")).toBe(0);
      expect((await azure.post(`${far}/beginGetAccess`, { body: read })).status).toBe(409);
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
      await azure.advance(60);
      expect(at(await azure.get(far), "properties.completionPercent")).toBe(100);
      expect(await open(azure, far)).toContain("/abcd?");
      await close(azure, far);
    },
  },
];
