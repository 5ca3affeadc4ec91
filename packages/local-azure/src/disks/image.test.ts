import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LocalAzureError } from "../errors.ts";
import { BLOCK_SIZE } from "./blocks.ts";
import { differingRuns, joinExtents, openImage } from "./image.ts";
import { findExtents } from "./sparse-map.ts";
import { makeFooter } from "./vhd.ts";

const MIB = 1024 * 1024;
const UNIQUE = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1";
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "image-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function file(
  name: string,
  size: number,
  parts: { offset: number; data: Buffer }[] = [],
): Promise<string> {
  const path = join(dir, name);
  await using handle = await open(path, "w");
  await handle.truncate(size);
  for (const { offset, data } of parts) await handle.write(data, 0, data.length, offset);
  return path;
}

const codeOf = async (path: string): Promise<string> => {
  try {
    await openImage(path);
  } catch (error) {
    if (error instanceof LocalAzureError) return error.code;
    throw error;
  }
  return "accepted";
};

test("raw images and fixed VHDs are recognized; the footer is not data", async () => {
  const raw = await openImage(await file("a.raw", 20 * MIB));
  expect({ size: raw.size, format: raw.format }).toEqual({ size: 20 * MIB, format: "raw" });
  const footer = makeFooter(20 * MIB, UNIQUE, 0);
  const vhd = await openImage(await file("a.vhd", 20 * MIB + 512, [{ offset: 20 * MIB, data: footer }]));
  expect({ size: vhd.size, format: vhd.format }).toEqual({ size: 20 * MIB, format: "vhd" });
});

test("an image that cannot become a disk is refused with a specific code", async () => {
  const footer = makeFooter(20 * MIB, UNIQUE, 0);
  const broken = Buffer.from(footer);
  broken[100] = 1;
  expect(await codeOf(join(dir, "none.raw"))).toBe("IMAGE_UNREADABLE");
  expect(await codeOf(dir)).toBe("IMAGE_UNREADABLE");
  expect(await codeOf(await file("odd.raw", 20 * MIB + 4096))).toBe("IMAGE_SIZE");
  expect(await codeOf(await file("tiny.raw", 19 * MIB))).toBe("IMAGE_SIZE");
  expect(await codeOf(await file("empty.raw", 0))).toBe("IMAGE_SIZE");
  expect(await codeOf(await file("sum.vhd", 20 * MIB + 512, [{ offset: 20 * MIB, data: broken }]))).toBe(
    "IMAGE_DAMAGED",
  );
  expect(await codeOf(await file("cut.vhd", 21 * MIB + 512, [{ offset: 21 * MIB, data: footer }]))).toBe(
    "IMAGE_DAMAGED",
  );
  expect(await codeOf(await file("dynamic.vhd", 20 * MIB, [{ offset: 0, data: footer }]))).toBe(
    "IMAGE_DAMAGED",
  );
  const qcow = Buffer.from("QFI\xfb", "latin1");
  expect(await codeOf(await file("a.qcow2", 20 * MIB, [{ offset: 0, data: qcow }]))).toBe(
    "IMAGE_UNSUPPORTED",
  );
});

test("the extents of a sparse file cover all its data", async () => {
  const parts = [0, 7 * MIB + 4096, 63 * MIB].map((offset, index) => ({
    offset,
    data: Buffer.alloc(8192, index + 1),
  }));
  const path = await file("sparse.raw", 64 * MIB, parts);
  const extents = await findExtents(path, 64 * MIB);
  for (const { offset, data } of parts) {
    const holder = extents.find(
      (extent) => extent.offset <= offset && extent.offset + extent.length >= offset + data.length,
    );
    expect(holder).toBeDefined();
  }
  const sparse = (await stat(path)).blocks * 512 < 64 * MIB;
  const covered = extents.reduce((sum, extent) => sum + extent.length, 0);
  // tar finds holes on Linux; elsewhere one extent over the whole file is correct.
  expect(covered).toBeLessThanOrEqual(sparse && process.platform === "linux" ? MIB : 64 * MIB);
});

test("a file of an unexpected size, or a missing one, is one extent", async () => {
  const path = await file("other.raw", 2 * MIB);
  expect(await findExtents(path, 3 * MIB)).toEqual([{ offset: 0, length: 3 * MIB }]);
  expect(await findExtents(join(dir, "missing"), MIB)).toEqual([{ offset: 0, length: MIB }]);
});

test("differingRuns lists exactly the blocks that differ", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(31), { maxLength: 12 }), (changed) => {
      const old = Buffer.alloc(32 * BLOCK_SIZE, 1);
      const next = Buffer.from(old);
      for (const block of changed) next[block * BLOCK_SIZE + (block % 7)] = 9;
      const found = differingRuns(next, old).flatMap(({ offset, length }) =>
        Array.from({ length: length / BLOCK_SIZE }, (_, index) => offset / BLOCK_SIZE + index),
      );
      expect(found).toEqual([...changed].sort((a, b) => a - b));
    }),
  );
});

test("joinExtents joins extents that touch or overlap", () => {
  expect(
    joinExtents([
      { offset: 10, length: 5 },
      { offset: 0, length: 4 },
      { offset: 4, length: 2 },
      { offset: 12, length: 1 },
    ]),
  ).toEqual([
    { offset: 0, length: 6 },
    { offset: 10, length: 5 },
  ]);
});
