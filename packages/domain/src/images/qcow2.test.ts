/** qcow2 images as a reader of the specification sees them, and as qemu-img does where it is installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AllocationMap, clusterBytes } from "./allocation-map.ts";
import { qcow2Image } from "./qcow2.ts";
import { diskShapes, diskWith, readImage } from "./testing.ts";

const mib = 2 ** 20;
const copied = 1n << 63n;

/** Reads the whole disk, and checks that each cluster is used once and has a refcount of one. */
function readQcow2(file: Buffer): Buffer {
  expect(file.readUInt32BE(0)).toBe(0x514649fb);
  expect([file.readUInt32BE(4), file.readUInt32BE(20), file.readUInt32BE(96)]).toEqual([3, 16, 4]);
  const at = (offset: number): number => Number(file.readBigUInt64BE(offset));
  const disk = Buffer.alloc(at(24));
  const used = new Set<number>();
  const use = (offset: number, clusters = 1): void => {
    for (let index = 0; index < clusters; index++) {
      expect(used.has(offset / clusterBytes + index)).toBe(false);
      used.add(offset / clusterBytes + index);
    }
  };
  const own = (entry: bigint): number => {
    expect(entry & copied).toBe(copied);
    use(Number(entry - copied));
    return Number(entry - copied);
  };
  use(0);
  const [level1, tables] = [at(40), file.readUInt32BE(36)];
  use(level1, Math.max(1, Math.ceil((tables * 8) / clusterBytes)));
  for (let table = 0; table < tables; table++) {
    const entry = file.readBigUInt64BE(level1 + table * 8);
    if (entry === 0n) continue;
    const level2 = own(entry);
    for (let index = 0; index < clusterBytes / 8; index++) {
      const cluster = file.readBigUInt64BE(level2 + index * 8);
      if (cluster === 0n) continue;
      const place = own(cluster);
      file.copy(disk, (table * 8192 + index) * clusterBytes, place, place + clusterBytes);
    }
  }
  const [refcounts, refcountClusters] = [at(48), file.readUInt32BE(56)];
  use(refcounts, refcountClusters);
  const counts: number[] = [];
  for (let index = 0; index < (refcountClusters * clusterBytes) / 8; index++) {
    const block = at(refcounts + index * 8);
    if (block === 0) continue;
    use(block);
    for (let entry = 0; entry < clusterBytes / 2; entry++) counts.push(file.readUInt16BE(block + entry * 2));
  }
  expect(used.size * clusterBytes).toBe(file.length);
  expect(counts.every((count, cluster) => count === (used.has(cluster) ? 1 : 0))).toBe(true);
  return disk;
}

describe("qcow2", () => {
  test("a reader finds the disk, and only data takes room", async () => {
    await fc.assert(
      fc.asyncProperty(diskShapes, async ({ diskBytes, runs }) => {
        const { bytes, map } = await diskWith(diskBytes, runs);
        const layout = qcow2Image(map);
        const file = readImage(layout, bytes, [0, layout.size]);
        expect(file.length).toBe(layout.size);
        expect(readQcow2(file).equals(bytes)).toBe(true);
        expect(layout.size).toBeLessThanOrEqual((map.dataClusters + 5) * clusterBytes);
      }),
      { numRuns: 40 },
    );
  });

  test("every range is that part of the file", async () => {
    await fc.assert(
      fc.asyncProperty(diskShapes, fc.nat(), fc.nat(), async ({ diskBytes, runs }, a, b) => {
        const { bytes, map } = await diskWith(diskBytes, runs);
        const layout = qcow2Image(map);
        const [start = 0, end = 0] = [a % (layout.size + 1), b % (layout.size + 1)].sort((x, y) => x - y);
        const file = readImage(layout, bytes, [0, layout.size]);
        expect(readImage(layout, bytes, [start, end]).equals(file.subarray(start, end))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("the tables of a full disk of 32 TiB are computed one cluster at a time", async () => {
    const diskBytes = 32 * 2 ** 40;
    const map = await AllocationMap.of(diskBytes, [{ offset: 0, length: diskBytes }]);
    const image = qcow2Image(map);
    const { size } = image;
    const tables = size - diskBytes;
    // Two bytes of refcount and eight of map for each cluster.
    expect(tables / diskBytes).toBeLessThan(0.000_16);
    const [last] = image.pieces(tables - clusterBytes, tables, mib);
    if (last?.kind !== "bytes") throw new Error("The last cluster before the data is a table.");
    const entry = Buffer.from(last.bytes).readBigUInt64BE(clusterBytes - 8);
    expect(entry - copied).toBe(BigInt(size - clusterBytes));
    expect([...image.pieces(size - 5, size, mib)]).toEqual([
      { kind: "disk", offset: diskBytes - 5, length: 5 },
    ]);
  });

  test("refuses a disk that is not whole sectors", async () => {
    const map = await AllocationMap.of(513, []);
    expect(() => qcow2Image(map)).toThrow(RangeError);
  });
});

const isInstalled = spawnSync("qemu-img", ["--version"]).status === 0;
const absent = isInstalled ? "" : " (not installed on this machine, so not tested)";

describe.skipIf(!isInstalled)(`qemu-img${absent}`, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "kluis-qcow2-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const shapes = [
    { name: "empty", diskBytes: 5 * mib, runs: [] },
    {
      name: "full, with an odd end",
      diskBytes: 3 * mib + 1536,
      runs: [{ offset: 0, length: 3 * mib + 1536 }],
    },
    {
      name: "data in the first and third level-2 table",
      diskBytes: 1100 * mib + 512,
      runs: [
        { offset: 70_000, length: 200_000 },
        { offset: 1024 * mib - 10, length: mib },
        { offset: 1100 * mib, length: 512 },
      ],
    },
  ];
  test.each(shapes)("finds no error, and equal content: $name", async ({ diskBytes, runs }) => {
    const { bytes, map } = await diskWith(diskBytes, runs);
    const layout = qcow2Image(map);
    const [image, raw] = [path.join(folder, "image.qcow2"), path.join(folder, "image.raw")];
    writeFileSync(image, readImage(layout, bytes, [0, layout.size]));
    writeFileSync(raw, "");
    truncateSync(raw, diskBytes);
    const file = openSync(raw, "r+");
    for (const { offset, length } of runs) writeSync(file, bytes, offset, length, offset);
    closeSync(file);
    const check: unknown = JSON.parse(
      execFileSync("qemu-img", ["check", "--output=json", image], { encoding: "utf8" }),
    );
    expect(check).toMatchObject({ "check-errors": 0, "image-end-offset": layout.size });
    expect(check).not.toHaveProperty("leaks");
    expect(check).not.toHaveProperty("corruptions");
    const compared = execFileSync("qemu-img", ["compare", "-f", "qcow2", "-F", "raw", image, raw]);
    expect(String(compared)).toContain("identical");
  });
});
