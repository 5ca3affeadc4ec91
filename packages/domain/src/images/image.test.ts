import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flatImage, packedImage, placesOf } from "./image.ts";
import { diskShapes, diskWith, readImage } from "./testing.ts";

const footer = Buffer.alloc(512, 0xfe);

describe("flat and packed images", () => {
  test("every range of a flat image is that part of the file", async () => {
    await fc.assert(
      fc.asyncProperty(diskShapes, fc.nat(), fc.nat(), async ({ diskBytes, runs }, a, b) => {
        const { bytes } = await diskWith(diskBytes, runs);
        const layout = flatImage(diskBytes, footer);
        const [start = 0, end = 0] = [a % (layout.size + 1), b % (layout.size + 1)].sort((x, y) => x - y);
        const file = Buffer.concat([bytes, footer]);
        expect(readImage(layout, bytes, [start, end]).equals(file.subarray(start, end))).toBe(true);
      }),
    );
  });

  test("a packed image in two parts fills the holes of an empty file to the flat image", async () => {
    await fc.assert(
      fc.asyncProperty(diskShapes, fc.nat(), async ({ diskBytes, runs }, cut) => {
        const { bytes, map } = await diskWith(diskBytes, runs);
        const layout = packedImage(map, footer);
        const middle = cut % (layout.size + 1);
        const stream = Buffer.concat([
          readImage(layout, bytes, [0, middle]),
          readImage(layout, bytes, [middle, layout.size]),
        ]);
        expect(stream.length).toBe(layout.size);
        const disk = Buffer.alloc(diskBytes);
        let done = 0;
        for (const [start, end] of [
          [0, Math.min(middle, map.dataBytes)],
          [Math.min(middle, map.dataBytes), map.dataBytes],
        ] as const)
          for (const { offset, length } of placesOf(map, start, end)) {
            stream.copy(disk, offset, done, done + length);
            done += length;
          }
        expect(done).toBe(map.dataBytes);
        expect(disk.equals(bytes)).toBe(true);
        expect(stream.subarray(done).equals(footer)).toBe(true);
      }),
    );
  });
});
