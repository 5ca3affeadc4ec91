import { describe, expect, it } from "vitest";
import { barLine, createScreen, type DiskProgress, percentOf } from "./terminal.ts";

const MiB = 1024 * 1024;

function disk(doneBytes: number, rest: Partial<DiskProgress> = {}): DiskProgress {
  return { label: "web-01 os", doneBytes, plannedBytes: 100 * MiB, state: "running", ...rest };
}

function record(isTTY: boolean) {
  const written: string[] = [];
  const output = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { screen: createScreen(output), written };
}

describe("progress of a disk", () => {
  it("is a whole percentage of at most 100", () => {
    expect(percentOf(disk(0))).toBe(0);
    expect(percentOf(disk(MiB / 2))).toBe(0);
    expect(percentOf(disk(55.9 * MiB))).toBe(55);
    expect(percentOf(disk(200 * MiB))).toBe(100);
  });

  it("is 0 before the plan and 100 for a disk without data to move", () => {
    expect(percentOf(disk(0, { plannedBytes: 0, state: "waiting" }))).toBe(0);
    expect(percentOf(disk(0, { plannedBytes: 0, state: "done" }))).toBe(100);
  });

  it.each([20, 40, 60, 80, 200])("fits a terminal %i columns wide", (columns) => {
    expect(barLine(disk(42 * MiB), columns).length).toBeLessThan(Math.max(columns, 21));
  });
});

describe("a terminal", () => {
  it("redraws bars in place, and keeps lines above them", () => {
    const { screen, written } = record(true);
    screen.bars([disk(10 * MiB)]);
    screen.say("recovery point 1");
    screen.bars([]);
    expect(written[0]).toContain("10 %");
    expect(written[1]?.startsWith("\u001b[1A\r\u001b[Jrecovery point 1\n")).toBe(true);
    expect(written[1]).toContain("10 %");
    expect(written[2]).toBe("\u001b[1A\r\u001b[J");
  });
});

describe("a file or a pipe", () => {
  it("gets one line per 10 % and disk", () => {
    const { screen, written } = record(false);
    for (const done of [0, 5, 12, 14, 19, 30, 100]) screen.bars([disk(done * MiB)]);
    expect(written).toEqual([0, 10, 30, 100].map((tenth) => `  web-01 os: ${tenth} % of 100 MiB\n`));
  });

  it("starts over for the next job of the same disk", () => {
    const { screen, written } = record(false);
    screen.bars([disk(100 * MiB)]);
    screen.bars([]);
    screen.bars([disk(100 * MiB)]);
    expect(written).toHaveLength(2);
  });
});
