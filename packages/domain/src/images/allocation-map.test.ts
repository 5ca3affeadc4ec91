import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AllocationMap, clusterBytes, clustersPerGroup } from "./allocation-map.ts";
import { diskShapes } from "./testing.ts";

describe("allocation map", () => {
  test("agrees with a list of clusters, in every question", async () => {
    await fc.assert(
      fc.asyncProperty(diskShapes, async ({ diskBytes, runs }) => {
        const map = await AllocationMap.of(diskBytes, runs);
        const wanted = Array.from({ length: map.clusters }, (_, cluster) =>
          runs.some(
            ({ offset, length }) =>
              offset < (cluster + 1) * clusterBytes && offset + length > cluster * clusterBytes,
          ),
        );
        const withData = wanted.flatMap((has, cluster) => (has ? [cluster] : []));
        expect(wanted.map((_, cluster) => map.has(cluster))).toEqual(wanted);
        expect(map.dataClusters).toBe(withData.length);
        expect(withData.map((_, rank) => map.clusterAt(rank))).toEqual(withData);
        for (const cluster of wanted.keys())
          expect(map.nextData(cluster)).toBe(withData.find((one) => one >= cluster) ?? null);
        const found = [...map.runs(0)];
        expect(found.reduce((sum, { length }) => sum + length, 0)).toBe(map.dataBytes);
        for (const [index, run] of found.entries())
          expect(run.offset).toBeGreaterThan(
            (found[index - 1]?.offset ?? -2) + (found[index - 1]?.length ?? 0),
          );
        expect([...map.runs(0, 2 * clusterBytes)].every(({ length }) => length <= 2 * clusterBytes)).toBe(
          true,
        );
      }),
    );
  });

  test("spans groups, in words of 32 clusters and single ones", async () => {
    const tib = 2 ** 40;
    const at = 5 * clustersPerGroup * clusterBytes - 40 * clusterBytes;
    const map = await AllocationMap.of(64 * tib, [
      { offset: at, length: 100 * clusterBytes },
      { offset: 64 * tib - 1, length: 1 },
    ]);
    expect(map.dataClusters).toBe(101);
    expect([map.clusterAt(0), map.clusterAt(100)]).toEqual([at / clusterBytes, map.clusters - 1]);
    expect([...map.runs(0)]).toEqual([
      { offset: at, length: 100 * clusterBytes },
      { offset: 64 * tib - clusterBytes, length: clusterBytes },
    ]);
    expect(map.hasData(3)).toBe(false);
    expect(map.hasData(4)).toBe(true);
  });

  test("refuses what is outside the disk", async () => {
    await expect(AllocationMap.of(1000, [{ offset: 900, length: 101 }])).rejects.toThrow(RangeError);
    await expect(AllocationMap.of(-1, [])).rejects.toThrow(RangeError);
    const map = await AllocationMap.of(1000, []);
    expect(() => map.clusterAt(0)).toThrow(RangeError);
    expect([map.dataBytes, map.nextData(0)]).toEqual([0, null]);
  });
});
