/** The access endpoint: properties, conditions, and what its errors say besides code and sentence. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { close, open } from "./access.ts";
import { compute, DISK_BYTES } from "./azure.ts";
import { type Case, sources } from "./case.ts";
import { failed, get, pages, send } from "./storage.ts";

const s1 = compute("snapshots/s1");
const s2 = compute("snapshots/s2");
const up = compute("disks/up");
const write = { access: "Write", durationInSeconds: 600 };
const page = { "x-ms-page-write": "update", "x-ms-range": "bytes=0-511" };
const conditions = "rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations";

export const blobRules: readonly Case[] = [
  {
    says: "The properties of a page blob come with HEAD and with GET",
    source: sources.getBlob,
    run: async (azure) => {
      const url = await open(azure, s1);
      for (const answer of [await send(url, "HEAD"), await get(url, { "x-ms-range": "bytes=0-511" })]) {
        const has = (name: string): string | null => answer.headers.get(name);
        expect(has("x-ms-blob-type")).toBe("PageBlob");
        expect(has("x-ms-blob-sequence-number")).toBe("0");
        expect([has("x-ms-lease-status"), has("x-ms-lease-state")]).toEqual(["unlocked", "available"]);
        expect(has("x-ms-server-encrypted")).toBe("true");
        expect(has("x-ms-creation-time")).toMatch(/ GMT$/);
        expect(has("content-type")).toBe("application/octet-stream");
        expect(has("accept-ranges")).toBe("bytes");
        expect(has("server")).toBe("Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0");
      }
    },
  },
  {
    says: "A whole read is 200 without Content-Range and has the footer",
    source: sources.getBlob,
    run: async (azure) => {
      const answer = await get(await open(azure, s1));
      expect([answer.status, answer.headers.get("content-range"), answer.bytes.length]).toEqual([
        200,
        null,
        DISK_BYTES + 512,
      ]);
    },
  },
  {
    says: "A range that ends behind the blob is cut",
    source: sources.getBlob,
    run: async (azure) => {
      const answer = await get(await open(azure, s1), {
        "x-ms-range": `bytes=${DISK_BYTES}-${DISK_BYTES + 9999}`,
      });
      expect([answer.status, answer.headers.get("content-range")]).toEqual([
        206,
        `bytes ${DISK_BYTES}-${DISK_BYTES + 511}/${DISK_BYTES + 512}`,
      ]);
    },
  },
  {
    says: "An ETag is stable while nothing is written, and the same in all answers",
    source: sources.getBlob,
    run: async (azure) => {
      const url = await open(azure, s1);
      const etag = (await send(url, "HEAD")).headers.get("etag");
      expect((await pages(url)).headers.get("etag")).toBe(etag);
      expect((await get(url, { "x-ms-range": "bytes=0-511" })).headers.get("etag")).toBe(etag);
    },
  },
  {
    says: "If-None-Match of a read that has not changed: 304 without a body, the code in a header",
    source: conditions,
    run: async (azure) => {
      const url = await open(azure, s1);
      const etag = (await send(url, "HEAD")).headers.get("etag") ?? "";
      const same = await get(url, { "if-none-match": etag });
      expect([same.status, same.text, same.headers.get("x-ms-error-code")]).toEqual([
        304,
        "",
        "ConditionNotMet",
      ]);
      expect((await get(url, { "if-none-match": '"0x8"', "x-ms-range": "bytes=0-511" })).status).toBe(206);
    },
  },
  {
    says: "If-Match with the present ETag reads; Last-Modified decides If-Modified-Since and If-Unmodified-Since",
    source: conditions,
    run: async (azure) => {
      const url = await open(azure, s1);
      const { headers } = await send(url, "HEAD");
      const modified = headers.get("last-modified") ?? "";
      const range = { "x-ms-range": "bytes=0-511" };
      expect((await get(url, { ...range, "if-match": headers.get("etag") ?? "" })).status).toBe(206);
      expect((await get(url, { ...range, "if-modified-since": modified })).status).toBe(304);
      expect((await get(url, { ...range, "if-unmodified-since": modified })).status).toBe(206);
      const before = new Date(Date.parse(modified) - 60_000).toUTCString();
      failed(await get(url, { ...range, "if-unmodified-since": before }), 412, "ConditionNotMet");
    },
  },
  {
    says: "Conditions hold for page lists as well",
    source: conditions,
    run: async (azure) => {
      const url = await open(azure, s1);
      failed(await pages(url, { "if-match": '"0x8"' }), 412, "ConditionNotMet");
    },
  },
  {
    says: "A wrong header: its name and value are elements of the error",
    source: sources.blobErrors,
    run: async (azure) => {
      const answer = await get(await open(azure, s1), { "x-ms-range": "bytes=9-1" });
      failed(answer, 400, "InvalidHeaderValue");
      expect(answer.text).toContain(
        "<Message>The value for one of the HTTP headers is not in the correct format.\n",
      );
      expect(answer.text).toContain("<HeaderValue>bytes=9-1</HeaderValue></Error>");
      failed(await get(await open(azure, s1), { "x-ms-version": "newest" }), 400, "InvalidHeaderValue");
    },
  },
  {
    says: "A wrong parameter of a query: its name and value are elements of the error",
    source: "Azure/azure-sdk-for-java#28066",
    run: async (azure) => {
      const answer = await get(`${await open(azure, s2)}&comp=pagelist&maxresults=0`);
      failed(answer, 400, "InvalidQueryParameterValue");
      expect(answer.text).toContain(
        "<QueryParameterName>maxresults</QueryParameterName><QueryParameterValue>0</QueryParameterValue>",
      );
      failed(
        await get(`${await open(azure, s2)}&comp=pagelist&marker=nope`),
        400,
        "InvalidQueryParameterValue",
      );
    },
  },
  {
    says: "A URL whose access has ended: the error's detail says that the policy is not found",
    source: sources.blobErrors,
    run: async (azure) => {
      const url = await open(azure, s1);
      await close(azure, s1);
      const answer = await get(url);
      failed(answer, 403, "AuthenticationFailed");
      expect(answer.text).toContain(
        "<AuthenticationErrorDetail>SAS identifier cannot be found for specified signed identifier</AuthenticationErrorDetail>",
      );
    },
  },
  {
    says: "A changed signature: the error's detail says that it did not match",
    source: sources.blobErrors,
    run: async (azure) => {
      const answer = await get((await open(azure, s1)).replace(/sig=.*/, "sig=AAAA"));
      failed(answer, 403, "AuthenticationFailed");
      expect(answer.text).toContain("<AuthenticationErrorDetail>Signature did not match.");
    },
  },
  {
    says: "Other writes through the URL are not permitted; other verbs do not exist",
    source: sources.blobErrors,
    run: async (azure) => {
      const url = await open(azure, s1);
      for (const [method, suffix] of [
        ["DELETE", ""],
        ["PUT", ""],
        ["PUT", "&comp=metadata"],
        ["PUT", "&comp=lease"],
      ] as const)
        failed(await send(`${url}${suffix}`, method), 403, "AuthorizationPermissionMismatch");
      failed(await send(url, "POST"), 405, "UnsupportedHttpVerb");
    },
  },
  {
    says: "Put Page: 201 with ETag, Last-Modified, sequence number and the MD5 that was sent",
    source: sources.putPage,
    run: async (azure) => {
      const url = `${await open(azure, up, write)}&comp=page`;
      const body = Buffer.alloc(512, 7);
      const md5 = createHash("md5").update(body).digest("base64");
      const answer = await send(url, "PUT", { headers: { ...page, "content-md5": md5 }, body });
      expect([answer.status, answer.headers.get("content-md5")]).toEqual([201, md5]);
      expect(answer.headers.get("x-ms-blob-sequence-number")).toBe("0");
      expect(answer.headers.get("x-ms-request-server-encrypted")).toBe("true");
      expect(answer.headers.get("last-modified")).toMatch(/ GMT$/);
      const next = await send(url, "PUT", { headers: page, body });
      expect(next.headers.get("etag")).not.toBe(answer.headers.get("etag"));
    },
  },
  {
    says: "Conditions of a page write: a stale ETag 412, a sequence number 412 SequenceNumberConditionNotMet",
    source: sources.putPage,
    run: async (azure) => {
      const url = `${await open(azure, up, write)}&comp=page`;
      const body = Buffer.alloc(512, 8);
      const put = (headers: Record<string, string>) =>
        send(url, "PUT", { headers: { ...page, ...headers }, body });
      failed(await put({ "if-match": '"0x8"' }), 412, "ConditionNotMet");
      failed(await put({ "x-ms-if-sequence-number-eq": "5" }), 412, "SequenceNumberConditionNotMet");
      failed(await put({ "x-ms-if-sequence-number-lt": "0" }), 412, "SequenceNumberConditionNotMet");
      expect((await put({ "x-ms-if-sequence-number-le": "0" })).status).toBe(201);
    },
  },
  {
    says: "A difference against itself is empty; a window cuts a difference",
    source: sources.pageRanges,
    run: async (azure) => {
      const url = await open(azure, s2);
      const same = await pages(url, { "x-ms-previous-snapshot-url": url });
      expect([same.status, same.headers.get("x-ms-blob-content-length")]).toEqual([
        200,
        String(DISK_BYTES + 512),
      ]);
      expect(same.text).not.toContain("Range>");
      const base = await open(azure, s1);
      const tail = await pages(url, {
        "x-ms-previous-snapshot-url": base,
        "x-ms-range": `bytes=${DISK_BYTES - 4096}-${DISK_BYTES - 1}`,
      });
      expect([tail.status, tail.text.includes("Range>")]).toEqual([200, false]);
    },
  },
  {
    says: "A window of a page list behind the end: 416 InvalidRange",
    source: sources.pageRanges,
    run: async (azure) =>
      failed(
        await pages(await open(azure, s1), { "x-ms-range": `bytes=${DISK_BYTES + 512}-` }),
        416,
        "InvalidRange",
      ),
  },
];
