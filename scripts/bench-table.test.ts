import { describe, expect, it } from "vitest";
import { benchLines, formatTable, median } from "./bench-table.ts";

const MiB = 1024 * 1024;

function cell(program: string, step: string, seconds: number) {
  return { program, step, seconds, storedBytes: 10 * MiB };
}

describe("the bench's table", () => {
  it("computes the median of the rounds", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const lines = benchLines(
      [cell("kluis", "full", 9), cell("kluis", "full", 2), cell("kluis", "full", 4)],
      400 * MiB,
    );
    expect(lines).toEqual([
      { program: "kluis", step: "full", seconds: 4, storedBytes: 10 * MiB, rate: 100, timesKluis: null },
    ]);
  });

  it("compares another program's next backup with Kluis's digest comparison", () => {
    const lines = benchLines(
      [
        cell("kluis", "next-changed-ranges", 1),
        cell("kluis", "next-digest-comparison", 4),
        cell("borg", "next", 10),
      ],
      MiB,
    );
    expect(lines.find(({ program }) => program === "borg")?.timesKluis).toBe(2.5);
  });

  it("prints steps in the order of a backup, in columns of equal width", () => {
    const text = formatTable(
      benchLines([cell("kluis", "restore", 1), cell("borg", "full", 30), cell("kluis", "full", 10)], MiB),
    );
    const lines = text.split("\n");
    expect(lines.slice(1).map((line) => line.split(/\s+/)[0])).toEqual(["full", "full", "restore"]);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(text).toContain("3.00 ×");
  });
});
