/** Disks with holes, and images of them in memory, for tests. */
import fc from "fast-check";
import { AllocationMap, clusterBytes, type DataRun } from "./allocation-map.ts";
import type { ImageLayout } from "./image.ts";

export interface TestDisk {
  readonly bytes: Buffer;
  readonly map: AllocationMap;
}

/** Runs of data on a disk of whole sectors. The size is rarely a multiple of a cluster. */
export const diskShapes = fc
  .record({
    sectors: fc.integer({ min: 1, max: 40 * 128 }),
    runs: fc.array(fc.record({ at: fc.nat(), length: fc.integer({ min: 1, max: 300_000 }) }), {
      maxLength: 8,
    }),
  })
  .map(({ sectors, runs }) => {
    const diskBytes = sectors * 512;
    const clipped = runs.map(({ at, length }) => {
      const offset = at % diskBytes;
      return { offset, length: Math.min(length, diskBytes - offset) };
    });
    return { diskBytes, runs: clipped };
  });

/** Each byte of a run says where it is; the rest is zero. */
export async function diskWith(diskBytes: number, runs: readonly DataRun[]): Promise<TestDisk> {
  const bytes = Buffer.alloc(diskBytes);
  for (const { offset, length } of runs)
    for (let at = offset; at < offset + length; at++) bytes[at] = 1 + (at % 251);
  return { bytes, map: await AllocationMap.of(diskBytes, runs) };
}

/** Bytes of the file from `start` up to `end`. */
export function readImage(layout: ImageLayout, disk: Buffer, range: readonly [number, number]): Buffer {
  const [start, end] = range;
  const parts: Uint8Array[] = [];
  for (const piece of layout.pieces(start, end, 3 * clusterBytes))
    parts.push(
      piece.kind === "bytes" ? piece.bytes : disk.subarray(piece.offset, piece.offset + piece.length),
    );
  return Buffer.concat(parts);
}
