/** The access endpoint: the page blob behind a URL. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { close, open } from "./access.ts";
import { type Azure, bytesOf, compute, DISK_BYTES, REGION } from "./azure.ts";
import { type Kind, sources } from "./case.ts";
import { failed, get, pages, send } from "./storage.ts";

const MIB = 1024 * 1024;
const source = compute("disks/web-os");
const s1 = compute("snapshots/s1");
const s2 = compute("snapshots/s2");
const up = compute("disks/up");

async function take(azure: Azure, path: string): Promise<void> {
  const properties = { incremental: true, creationData: { createOption: "Copy", sourceResourceId: source } };
  await azure.done("PUT", path, { body: { location: REGION, properties } });
}

export const blob: Kind = {
  name: "blob",
  seed: async (azure) => {
    await azure.vm("web");
    await take(azure, s1);
    await azure.control.write({ vm: "web", disk: "os", image: `${azure.dir}/web-0.raw` });
    await take(azure, s2);
    await azure.done("PUT", up, {
      body: {
        location: REGION,
        properties: { creationData: { createOption: "Upload", uploadSizeBytes: 1024 ** 3 + 512 } },
      },
    });
  },
  cases: [
    {
      says: "HEAD gives the bytes of the disk and 512 for the footer, as a page blob",
      source: sources.upload,
      run: async (azure) => {
        const { status, headers } = await send(await open(azure, s1), "HEAD", {
          headers: { "x-ms-client-request-id": "abc" },
        });
        expect(status).toBe(200);
        expect(headers.get("content-length")).toBe(String(DISK_BYTES + 512));
        expect(headers.get("x-ms-blob-type")).toBe("PageBlob");
        expect(headers.get("accept-ranges")).toBe("bytes");
        expect(headers.get("etag")).toMatch(/^"0x8/);
        expect(headers.get("last-modified")).toMatch(/ GMT$/);
        expect(headers.get("x-ms-version")).toBe("2020-10-02");
        expect(headers.get("x-ms-client-request-id")).toBe("abc");
        expect(headers.has("x-ms-request-id")).toBe(true);
      },
    },
    {
      says: "A range is 206 with Content-Range; x-ms-range wins over Range",
      source: sources.getBlob,
      run: async (azure) => {
        const url = await open(azure, s1);
        const answer = await get(url, { range: "bytes=0-511", "x-ms-range": `bytes=${MIB}-${MIB + 1023}` });
        expect([answer.status, answer.headers.get("content-range")]).toEqual([
          206,
          `bytes ${MIB}-${MIB + 1023}/${DISK_BYTES + 512}`,
        ]);
        expect(answer.bytes.equals(bytesOf("web-0").subarray(0, 1024))).toBe(true);
      },
    },
    {
      says: "A small range has its MD5 on request; a large one is refused",
      source: sources.getBlob,
      run: async (azure) => {
        const url = await open(azure, s1);
        const answer = await get(url, { "x-ms-range": "bytes=0-4095", "x-ms-range-get-content-md5": "true" });
        expect(answer.headers.get("content-md5")).toBe(
          createHash("md5").update(answer.bytes).digest("base64"),
        );
        const large = await get(url, {
          "x-ms-range": `bytes=0-${5 * MIB - 1}`,
          "x-ms-range-get-content-md5": "true",
        });
        expect(large.status).toBe(400);
      },
    },
    {
      says: "The last 512 bytes are a fixed VHD's footer",
      source: sources.upload,
      run: async (azure) => {
        const answer = await get(await open(azure, s1), {
          "x-ms-range": `bytes=${DISK_BYTES}-${DISK_BYTES + 511}`,
        });
        expect(answer.bytes.subarray(0, 8).toString()).toBe("conectix");
        expect(answer.bytes.readUInt32BE(60)).toBe(2);
        expect(answer.bytes.readBigUInt64BE(48)).toBe(BigInt(DISK_BYTES));
      },
    },
    {
      says: "A range beyond the end: 416 InvalidRange; a stale ETag: 412 ConditionNotMet",
      source: sources.blobErrors,
      run: async (azure) => {
        const url = await open(azure, s1);
        failed(await get(url, { "x-ms-range": `bytes=${DISK_BYTES + 512}-` }), 416, "InvalidRange");
        failed(await get(url, { "if-match": '"0x1"' }), 412, "ConditionNotMet");
      },
    },
    {
      says: "Page ranges have inclusive ends and the blob's length as a header",
      source: sources.pageRanges,
      run: async (azure) => {
        const answer = await pages(await open(azure, s1));
        expect(answer.headers.get("x-ms-blob-content-length")).toBe(String(DISK_BYTES + 512));
        expect(answer.headers.get("content-type")).toBe("application/xml");
        expect(answer.text).toContain(
          `<PageRange><Start>${MIB}</Start><End>${2 * MIB - 1}</End></PageRange>`,
        );
        expect(answer.text).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?><PageList>.*<\/PageList>$/);
      },
    },
    {
      says: "A window cuts the list; maxresults and marker page it",
      source: sources.pageRanges,
      run: async (azure) => {
        const url = await open(azure, s1);
        const window = await pages(url, { "x-ms-range": `bytes=${MIB}-${MIB + 4095}` });
        expect(window.text).toContain(`<PageRange><Start>${MIB}</Start><End>${MIB + 4095}</End></PageRange>`);
        const first = await get(`${url}&comp=pagelist&maxresults=1`);
        const marker = /<NextMarker>([^<]+)<\/NextMarker>/.exec(first.text)?.[1] ?? "";
        expect(marker).not.toBe("");
        const second = await get(`${url}&comp=pagelist&maxresults=1&marker=${encodeURIComponent(marker)}`);
        expect(second.text).not.toContain(`<Start>${MIB}</Start>`);
        failed(await get(`${url}&comp=pagelist&maxresults=0`), 400, "InvalidQueryParameterValue");
      },
    },
    {
      says: "A difference from an older snapshot is in the header x-ms-previous-snapshot-url",
      source: sources.pageRanges,
      run: async (azure) => {
        const [older, newer] = [await open(azure, s1), await open(azure, s2)];
        const answer = await pages(newer, { "x-ms-previous-snapshot-url": older });
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain("<PageRange>");
      },
    },
    {
      says: "prevsnapshot with a URL: 400 InvalidQueryParameterValue",
      source: "Azure/azure-sdk-for-java#28066",
      run: async (azure) => {
        const [older, newer] = [await open(azure, s1), await open(azure, s2)];
        const answer = await get(`${newer}&comp=pagelist&prevsnapshot=${encodeURIComponent(older)}`);
        failed(answer, 400, "InvalidQueryParameterValue");
        expect(answer.text).toContain("prevsnapshot");
      },
    },
    {
      says: "The older snapshot's URL must be valid: 403 AuthenticationFailed",
      source: "Azure/azure-powershell#12298",
      run: async (azure) => {
        const [older, newer] = [await open(azure, s1), await open(azure, s2)];
        failed(
          await pages(newer, { "x-ms-previous-snapshot-url": older.replace(/sig=.*/, "sig=AAAA") }),
          403,
          "AuthenticationFailed",
        );
      },
    },
    {
      says: "A base that is newer: 400 PreviousSnapshotCannotBeNewer (chosen: which code a disk answers is not documented)",
      source: sources.blobErrors,
      run: async (azure) => {
        const [older, newer] = [await open(azure, s1), await open(azure, s2)];
        failed(
          await pages(older, { "x-ms-previous-snapshot-url": newer }),
          400,
          "PreviousSnapshotCannotBeNewer",
        );
      },
    },
    {
      says: "A changed signature and a revoked URL: 403 AuthenticationFailed",
      source: sources.blobErrors,
      run: async (azure) => {
        const url = await open(azure, s1);
        failed(await get(url.replace(/sig=.*/, "sig=AAAA")), 403, "AuthenticationFailed");
        await close(azure, s1);
        failed(await get(url), 403, "AuthenticationFailed");
      },
    },
    {
      says: "A URL ends with its time",
      source: sources.sas,
      run: async (azure) => {
        await close(azure, s1);
        const url = await open(azure, s1, { access: "Read", durationInSeconds: 120 });
        expect((await send(url, "HEAD")).status).toBe(200);
        await azure.advance(121);
        expect((await send(url, "HEAD")).status).toBe(403);
      },
    },
    {
      says: "Put Page writes 512-byte pages; clear zeroes them",
      source: sources.putPage,
      run: async (azure) => {
        const url = await open(azure, up, { access: "Write", durationInSeconds: 3600 });
        const data = bytesOf("page").subarray(0, 4096);
        const update = { "x-ms-page-write": "update", "x-ms-range": "bytes=4096-8191" };
        const put = await send(`${url}&comp=page`, "PUT", { headers: update, body: data });
        expect([put.status, put.headers.get("x-ms-blob-sequence-number")]).toEqual([201, "0"]);
        expect((await get(url, { "x-ms-range": "bytes=4096-8191" })).bytes.equals(data)).toBe(true);
        const clear = await send(`${url}&comp=page`, "PUT", {
          headers: { "x-ms-page-write": "clear", "x-ms-range": "bytes=4096-8191" },
        });
        expect(clear.status).toBe(201);
        expect((await get(url, { "x-ms-range": "bytes=4096-8191" })).bytes.equals(Buffer.alloc(4096))).toBe(
          true,
        );
      },
    },
    {
      says: "A write off the grid: 416 InvalidPageRange; a wrong MD5: 400 Md5Mismatch; more than 4 MiB: 413",
      source: sources.putPage,
      run: async (azure) => {
        const url = `${await open(azure, up, { access: "Write", durationInSeconds: 3600 })}&comp=page`;
        const write = (range: string, body: Buffer, more: Record<string, string> = {}) =>
          send(url, "PUT", { headers: { "x-ms-page-write": "update", "x-ms-range": range, ...more }, body });
        failed(await write("bytes=1-512", Buffer.alloc(512)), 416, "InvalidPageRange");
        failed(
          await write("bytes=0-511", Buffer.alloc(512), {
            "content-md5": createHash("md5").update("x").digest("base64"),
          }),
          400,
          "Md5Mismatch",
        );
        failed(
          await write(`bytes=0-${4 * MIB + 511}`, Buffer.alloc(4 * MIB + 512)),
          413,
          "RequestBodyTooLarge",
        );
      },
    },
    {
      says: "A read URL cannot write",
      source: sources.blobErrors,
      run: async (azure) => {
        const url = `${await open(azure, s2)}&comp=page`;
        failed(
          await send(url, "PUT", {
            headers: { "x-ms-page-write": "update", "x-ms-range": "bytes=0-511" },
            body: Buffer.alloc(512),
          }),
          403,
          "AuthorizationPermissionMismatch",
        );
      },
    },
    {
      says: "An error of HEAD has its code in a header only",
      source: sources.blobErrors,
      run: async (azure) => {
        const answer = await send((await open(azure, s2)).replace(/sig=.*/, "sig=AAAA"), "HEAD");
        expect([answer.status, answer.text, answer.headers.get("x-ms-error-code")]).toEqual([
          403,
          "",
          "AuthenticationFailed",
        ]);
      },
    },
    {
      says: "In Entra mode the URL alone is refused; a token for disks with the data role reads",
      source: sources.secure,
      run: async (azure) => {
        await azure.disk("entra", { properties: { dataAccessAuthMode: "AzureActiveDirectory" } });
        const url = await open(azure, compute("disks/entra"));
        expect((await send(url, "HEAD")).status).toBe(403);
        const token = await azure.token("owner", "https://disk.azure.com//.default");
        const answer = await send(url, "HEAD", { headers: { authorization: `Bearer ${token}` } });
        expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([
          403,
          "AuthorizationPermissionMismatch",
        ]);
      },
    },
  ],
};
