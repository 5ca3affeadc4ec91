import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { decodeVhdFooter } from "@kluis/domain";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestContext } from "../context.ts";
import { diskDownloadResponse, pointReportResponse } from "../responses.ts";
import { createWorld, type PersonName, type World } from "../testing.ts";

const mib = 2 ** 20;
/** 11 MiB, more than two pieces of a download, with zeros in the middle. */
const content = Buffer.concat([randomBytes(2 * mib), Buffer.alloc(3 * mib), randomBytes(6 * mib)]);

let world: World;
let point: string;
let operator: RequestContext;
beforeAll(async () => {
  world = await createWorld();
  point = await world.addPoint(world.commerceVm, content);
  operator = await world.context("commerceOperator");
});
afterAll(() => world[Symbol.asyncDispose]());

interface Wanted {
  readonly format?: string;
  readonly holes?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly disk?: string;
  readonly ctx?: RequestContext;
}

function download(wanted: Wanted = {}): Promise<Response> {
  const { format, holes, headers, method, disk, ctx } = wanted;
  const request = new Request("http://127.0.0.1/", { method: method ?? "GET", headers: headers ?? {} });
  return diskDownloadResponse(ctx ?? operator, { point, disk: disk ?? "os", format, holes }, request);
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("disk downloads", () => {
  test("raw: the whole disk, with the headers that a browser needs to save it", async () => {
    const response = await download();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(content.length));
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="shop-01-os-\d{8}T\d{6}Z\.img"$/,
    );
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(sha256(await bytesOf(response))).toBe(sha256(content));
  });

  test("vhd: the disk and a footer that never changes", async () => {
    const [one, two] = await Promise.all([download({ format: "vhd" }), download({ format: "vhd" })]);
    const bytes = await bytesOf(one);
    expect(sha256(await bytesOf(two))).toBe(sha256(bytes));
    expect(sha256(bytes.subarray(0, content.length))).toBe(sha256(content));
    expect(decodeVhdFooter(bytes.subarray(content.length))).toMatchObject({ diskBytes: content.length });
    expect(one.headers.get("etag")).not.toBe((await download({ method: "HEAD" })).headers.get("etag"));
  });

  test("any range of either format returns that part of the file", async () => {
    const whole = await bytesOf(await download({ format: "vhd" }));
    const edge = fc.nat(whole.length - 1);
    await fc.assert(
      fc.asyncProperty(edge, edge, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const response = await download({ format: "vhd", headers: { range: `bytes=${start}-${end}` } });
        expect(response.status).toBe(206);
        expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end}/${whole.length}`);
        expect((await bytesOf(response)).equals(whole.subarray(start, end + 1))).toBe(true);
      }),
      { numRuns: 25 },
    );
    for (const range of [
      `bytes=${content.length}-`,
      "bytes=-512",
      `bytes=${content.length - 1}-${content.length}`,
    ]) {
      const part = await bytesOf(await download({ format: "vhd", headers: { range } }));
      expect(whole.includes(part)).toBe(true);
    }
  });

  test("without holes: the data that points.extents lists, then the footer, in any range", async () => {
    const { extents, ...facts } = await (await world.as("commerceOperator")).points.extents({
      point,
      disk: "os",
    });
    expect(extents).toEqual([
      [0, 2 * mib],
      [5 * mib, 6 * mib],
    ]);
    expect(facts).toMatchObject({ diskBytes: content.length, dataBytes: 8 * mib, next: null });
    const response = await download({ format: "vhd", holes: "skipped" });
    expect(response.headers.get("x-kluis-content-digest")).toBe(facts.rootDigest);
    const whole = await bytesOf(response);
    const footer = await bytesOf(await download({ format: "vhd", headers: { range: "bytes=-512" } }));
    const data = extents.map(([offset, length]) => content.subarray(offset, offset + length));
    expect(sha256(whole)).toBe(sha256(Buffer.concat([...data, footer])));
    const etag = response.headers.get("etag") ?? "";
    const headers = { range: `bytes=${2 * mib - 9}-${8 * mib + 99}`, "if-range": etag };
    const part = await download({ format: "vhd", holes: "skipped", headers });
    expect(part.status).toBe(206);
    expect((await bytesOf(part)).equals(whole.subarray(2 * mib - 9, 8 * mib + 100))).toBe(true);
    expect((await download({ format: "vhd", headers: { range: "bytes=5-", "if-range": etag } })).status).toBe(
      200,
    );
    const later = await (await world.as("commerceOperator")).points.extents({
      point,
      disk: "os",
      from: 2 * mib,
    });
    expect(later.extents).toEqual([[5 * mib, 6 * mib]]);
  });

  test("qcow2: a known size, only the data, and ranges of the same file", async () => {
    const response = await download({ format: "qcow2" });
    const size = Number(response.headers.get("content-length"));
    expect(size).toBe(8 * mib + 5 * 65_536);
    expect(response.headers.get("content-disposition")).toContain('.qcow2"');
    const whole = await bytesOf(response);
    expect(whole.length).toBe(size);
    expect(whole.toString("latin1", 0, 3)).toBe("QFI");
    expect(sha256(whole.subarray(5 * 65_536))).toBe(
      sha256(Buffer.concat([content.subarray(0, 2 * mib), content.subarray(5 * mib)])),
    );
    const range = `bytes=${4 * 65_536 + 7}-${3 * mib}`;
    const part = await bytesOf(await download({ format: "qcow2", headers: { range } }));
    expect(part.equals(whole.subarray(4 * 65_536 + 7, 3 * mib + 1))).toBe(true);
  });

  test("resumes only the same content, and answers 416 beyond the end", async () => {
    const etag = (await download({ method: "HEAD" })).headers.get("etag") ?? "";
    const range = "bytes=1048576-";
    expect((await download({ headers: { range, "if-range": etag } })).status).toBe(206);
    expect((await download({ headers: { range, "if-range": '"other"' } })).status).toBe(200);
    const beyond = await download({ headers: { range: `bytes=${content.length}-` } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${content.length}`);
    expect((await download({ headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await download({ headers: { "if-match": '"other"' } })).status).toBe(412);
  });

  test("the ledger records each start with user, disk and address", async () => {
    const auditor = await world.as("auditor");
    const before = (await auditor.audit.list({ kind: ["disk.downloaded"] })).total;
    await bytesOf(await download({ headers: { range: "bytes=0-99" } }));
    await download({ method: "HEAD" });
    const { rows, total } = await auditor.audit.list({ kind: ["disk.downloaded"] });
    expect(total).toBe(before + 1);
    expect(rows[0]).toMatchObject({
      actor: { name: "commerceOperator" },
      vmId: world.commerceVm,
      data: { disk: "os", format: "raw", from: 0, to: 99, ip: "127.0.0.1" },
    });
  });

  test("the vault is no longer read after the client disconnects", async () => {
    const response = await download();
    const reader = response.body?.getReader();
    const first: unknown = await reader?.read();
    expect(first).toMatchObject({ done: false });
    await reader?.cancel();
    await expect(reader?.closed).resolves.toBeUndefined();
  });

  test.each([
    ["platformReader", 403, "FORBIDDEN"],
    ["nobody", 403, "FORBIDDEN"],
    ["auditor", 403, "FORBIDDEN"],
  ] as const)("%s is refused", async (person: PersonName, status, code) => {
    const response = await download({ ctx: await world.context(person) });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test("unknown disks and points answer 404, invalid input 400", async () => {
    expect((await download({ disk: "5" })).status).toBe(404);
    expect((await download({ disk: "C:" })).status).toBe(400);
    expect((await download({ format: "zip" })).status).toBe(400);
    const none = { point: "00000000-0000-7000-8000-000000000000", disk: "os" };
    expect((await diskDownloadResponse(operator, none, new Request("http://127.0.0.1/"))).status).toBe(404);
  });

  test("content missing from the vault breaks the download instead of shortening the file", async () => {
    const broken = await createWorld();
    try {
      const id = await broken.addPoint(broken.commerceVm, content);
      await rm(path.join(broken.folder, "vault", "packs"), { recursive: true, force: true });
      const ctx = await broken.context("commerceAdmin");
      const response = await diskDownloadResponse(
        ctx,
        { point: id, disk: "os" },
        new Request("http://127.0.0.1/"),
      );
      expect(response.status).toBe(200);
      await expect(response.arrayBuffer()).rejects.toThrow(/./);
    } finally {
      await broken[Symbol.asyncDispose]();
    }
  });
});

describe("a point whose manifest was replaced by an older valid one", () => {
  test("is refused with its code before anything is sent", async () => {
    const swapped = await createWorld();
    try {
      const id = await swapped.addPoint(swapped.commerceVm, content);
      const { vault } = swapped;
      const signal = AbortSignal.timeout(30_000);
      const { manifest } = await vault.getManifest(id, signal);
      await rm(path.join(swapped.folder, "vault", "points", id));
      await vault.putManifest({ ...manifest, vm: { ...manifest.vm, name: "older-name" } }, signal);
      const ctx = await swapped.context("commerceAdmin");
      const request = new Request("http://127.0.0.1/");
      const response = await diskDownloadResponse(ctx, { point: id, disk: "os" }, request);
      expect(response.status).not.toBe(200);
      expect(await response.json()).toMatchObject({ error: { code: "VAULT_DATA_DAMAGED" } });
    } finally {
      await swapped[Symbol.asyncDispose]();
    }
  });
});

describe("reports", () => {
  const report = async (person: PersonName, format: string): Promise<Response> =>
    pointReportResponse(await world.context(person), { format }, new Request("http://127.0.0.1/"));

  test("cover the VMs that the user may report on, and are recorded in the ledger", async () => {
    const json = await report("commerceAdmin", "json");
    expect(json.headers.get("content-disposition")).toMatch(/filename="kluis-recovery-points-.*\.json"/);
    expect(await json.json()).toMatchObject({ scope: "team Commerce", totals: { points: 1, vms: 1 } });
    const csv = await (await report("auditor", "csv")).text();
    expect(csv).toContain(point);
    const events = await (await world.as("auditor")).audit.list({ kind: ["report.generated"] });
    expect(events.rows).toMatchObject([
      { data: { format: "csv" } },
      { data: { format: "json", scope: "team Commerce" } },
    ]);
  });

  test("the summary equals the sums over the rows", async () => {
    const summary = await (await world.as("auditor")).reports.points();
    expect(summary).toMatchObject({
      points: 1,
      vms: 1,
      byConsistency: { file: 1 },
      logicalBytes: content.length,
    });
  });

  test("an operator is refused; an unknown format is invalid", async () => {
    expect((await report("commerceOperator", "csv")).status).toBe(403);
    expect((await report("auditor", "pdf")).status).toBe(400);
  });
});
