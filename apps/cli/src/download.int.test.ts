import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeVhdFooter } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Harness, type Ran, startHarness, until } from "../test/harness.ts";

const mib = 2 ** 20;
/** 12 MiB: data, a hole, data, and zeros at the end. 5 MiB are sent. */
const content = Buffer.concat([
  randomBytes(3 * mib),
  Buffer.alloc(4 * mib),
  randomBytes(2 * mib),
  Buffer.alloc(3 * mib),
]);

let harness: Harness;
let folder: string;
let pointId: string;

beforeAll(async () => {
  harness = await startHarness();
  folder = harness.folder;
  pointId = await harness.world.addPoint(harness.world.commerceVm, content);
});
afterAll(() => harness[Symbol.asyncDispose]());
afterEach(async () => {
  for (const name of await readdir(folder))
    await rm(path.join(folder, name), { recursive: true, force: true });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function saying(text: string): unknown {
  return expect.stringContaining(text);
}

describe("download", () => {
  const download = (...more: string[]): Promise<Ran> =>
    harness.kluis(
      "commerceAdmin",
      "download",
      pointId,
      "--disk",
      "os",
      "--to",
      path.join(folder, "disk.img"),
      ...more,
    );

  test("raw: the bytes of the disk, sparse where they are zero, and no other file remains", async () => {
    expect(await download()).toMatchObject({ code: 0 });
    const file = path.join(folder, "disk.img");
    expect(sha256(await readFile(file))).toBe(sha256(content));
    expect((await stat(file)).blocks * 512).toBeLessThan(content.length - 6 * mib);
    expect(await readdir(folder)).toEqual(["disk.img"]);
  });

  test("only data is sent, and a disk without any is complete at once", async () => {
    const { out } = await download("--json");
    expect(JSON.parse(out)).toMatchObject({ bytes: content.length, sentBytes: 5 * mib });
    const empty = await harness.world.addPoint(harness.world.commerceVm, Buffer.alloc(3 * mib));
    const target = path.join(folder, "empty.img");
    const args = ["download", empty, "--disk", "os", "--to", target, "--json"];
    const ran = await harness.kluis("commerceAdmin", ...args);
    expect(JSON.parse(ran.out)).toMatchObject({ bytes: 3 * mib, sentBytes: 0 });
    expect((await readFile(target)).equals(Buffer.alloc(3 * mib))).toBe(true);
  });

  test("qcow2: an image with only the data", async () => {
    harness.server.breakAfter(3 * mib, 1);
    expect(await download("--format", "qcow2")).toMatchObject({ code: 0 });
    const file = await readFile(path.join(folder, "disk.img"));
    expect(file.toString("latin1", 0, 3)).toBe("QFI");
    expect(file.length).toBe(5 * mib + 5 * 65_536);
    expect(sha256(file.subarray(5 * 65_536))).toBe(
      sha256(Buffer.concat([content.subarray(0, 3 * mib), content.subarray(7 * mib, 9 * mib)])),
    );
  });

  test("vhd: the same bytes with a footer", async () => {
    expect(await download("--format", "vhd", "--json")).toMatchObject({ code: 0 });
    const bytes = await readFile(path.join(folder, "disk.img"));
    expect(sha256(bytes.subarray(0, content.length))).toBe(sha256(content));
    expect(decodeVhdFooter(bytes.subarray(content.length))).toMatchObject({ diskBytes: content.length });
  });

  test("a connection that breaks twice is resumed", async () => {
    harness.server.breakAfter(2 * mib, 2);
    const { code, err } = await download();
    expect(code).toBe(0);
    expect(err).toContain("Resuming");
    expect(sha256(await readFile(path.join(folder, "disk.img")))).toBe(sha256(content));
  });

  test("an interrupted download is resumed by the next run", async () => {
    const interrupt = new AbortController();
    const env = { KLUIS_URL: harness.server.url, KLUIS_TOKEN: harness.token("commerceAdmin") };
    const target = path.join(folder, "disk.img");
    harness.server.breakAfter(4 * mib, 1);
    const settings = { env, signal: interrupt.signal };
    const first = harness.kluisWith(settings, "download", pointId, "--disk", "os", "--to", target);
    await until(async () => (await markOf(target)) > 0);
    interrupt.abort();
    expect((await first).code).toBe(130);
    const here = await markOf(target);
    expect(here).toBeGreaterThan(0);
    const second = await download("--json");
    expect(second.code).toBe(0);
    expect(JSON.parse(second.out)).toMatchObject({ bytes: content.length, resumedFrom: here });
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test("a part of another file is discarded", async () => {
    const target = path.join(folder, "disk.img");
    await writeFile(`${target}.part`, randomBytes(2 * mib));
    await writeFile(
      `${target}.part.json`,
      JSON.stringify({ etag: '"other"', size: content.length, bytes: 2 * mib }),
    );
    const { code, err } = await download();
    expect(code).toBe(0);
    expect(err).toContain("Starting over");
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test("bytes after the last durable mark are read again, so no stale byte remains in a hole", async () => {
    const target = path.join(folder, "disk.img");
    const response = await fetch(
      `${harness.server.url}/api/points/${pointId}/disks/os?format=raw&holes=skipped`,
      {
        method: "HEAD",
        headers: { authorization: `Bearer ${harness.token("commerceAdmin")}` },
      },
    );
    const etag = response.headers.get("etag");
    await writeFile(`${target}.part`, Buffer.concat([content.subarray(0, mib), randomBytes(6 * mib)]));
    await writeFile(`${target}.part.json`, JSON.stringify({ etag, size: content.length, bytes: mib }));
    expect(await download()).toMatchObject({ code: 0 });
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test("an existing file is kept, unless --force", async () => {
    const target = path.join(folder, "disk.img");
    await writeFile(target, "mine");
    expect(await download()).toMatchObject({ code: 2, err: saying("already exists") });
    expect(await readFile(target, "utf8")).toBe("mine");
    expect(await download("--force")).toMatchObject({ code: 0 });
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test.runIf(process.platform === "linux")("a full disk is reported, and the part is kept", async () => {
    // The mark is written to Linux's full device, which fails with ENOSPC.
    await symlink("/dev/full", path.join(folder, "disk.img.part.json.new"));
    const { code, err } = await download();
    expect(code).toBe(1);
    expect(err).toContain("no room left");
    expect(await readdir(folder)).toContain("disk.img.part");
  });

  test("a missing folder is wrong usage; a reader may not download", async () => {
    const nowhere = ["download", pointId, "--disk", "os", "--to", path.join(folder, "none", "disk.img")];
    expect(await harness.kluis("commerceAdmin", ...nowhere)).toMatchObject({ code: 2 });
    expect(await harness.kluis("platformReader", ...nowhere)).toMatchObject({ code: 3 });
    const ofPlatform = await harness.world.addPoint(harness.world.platformVm, new Uint8Array(mib).fill(1));
    const args = ["download", ofPlatform, "--disk", "os", "--to", path.join(folder, "x.img")];
    expect(await harness.kluis("platformReader", ...args)).toMatchObject({ code: 4 });
  });
});

async function markOf(target: string): Promise<number> {
  try {
    return z.object({ bytes: z.number() }).parse(JSON.parse(await readFile(`${target}.part.json`, "utf8")))
      .bytes;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return -1;
    throw error;
  }
}
