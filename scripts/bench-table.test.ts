import { describe, expect, it } from "vitest";
import { type BenchCell, benchLines, formatTable, median } from "./bench-table.ts";

const MiB = 1024 * 1024;

function cell(program: string, step: string, seconds: number): BenchCell {
  return {
    program,
    step,
    seconds,
    cpuSeconds: seconds * 2,
    memoryMib: 100,
    storedBytes: 10 * MiB,
    requestsPerGib: null,
  };
}

describe("the bench's table", () => {
  it("computes the median of the rounds", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const cells = [cell("kluis", "full", 9), cell("kluis", "full", 2), cell("kluis", "full", 4)];
    expect(benchLines(cells, 400 * MiB)).toEqual([
      {
        program: "kluis",
        step: "full",
        seconds: 4,
        cpuSeconds: 8,
        memoryMib: 100,
        storedBytes: 10 * MiB,
        requestsPerGib: null,
        rate: 100,
        times: null,
        cpuTimes: null,
      },
    ]);
  });

  it("compares another program with Kluis in the same step, in time and processor time", () => {
    const lines = benchLines([cell("kluis", "next", 4), { ...cell("borg", "next", 10), cpuSeconds: 4 }], MiB);
    expect(lines.find(({ program }) => program === "borg")).toMatchObject({ times: 2.5, cpuTimes: 0.5 });
  });

  it("prints steps in the order of a backup, in columns of equal width", () => {
    const unknown = { ...cell("borg", "full", 30), cpuSeconds: null, memoryMib: null };
    const text = formatTable(
      benchLines([cell("kluis", "restore", 1), unknown, cell("kluis", "full", 10)], MiB),
    );
    const lines = text.split("\n");
    expect(lines.slice(1).map((line) => line.split(/\s+/)[0])).toEqual(["full", "full", "restore"]);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(text).toContain("3.00 ×");
  });
});
