import { describe, expect, test } from "vitest";
import { historyStrip } from "./history.ts";

const from = new Date("2026-10-24T00:00:00Z");
const none = { succeeded: 0, warnings: 0, failed: 0, missed: 0 };

describe("history strip", () => {
  test("has an entry for each of 30 days, with the worst of the day", () => {
    const rows = [
      { ...none, day: "2026-11-20", succeeded: 3, failed: 1, missed: 1 },
      { ...none, day: "2026-11-21", succeeded: 3, warnings: 1, missed: 1 },
      { ...none, day: "2026-11-19", succeeded: 3, warnings: 1 },
      { ...none, day: "2026-11-18", succeeded: 1 },
    ];
    const strip = historyStrip(rows, { from, since: new Date("2026-11-17T23:59:00Z") });
    expect(strip).toHaveLength(30);
    expect(strip[0]?.day).toBe("2026-10-24");
    expect(strip.at(-1)?.day).toBe("2026-11-22");
    expect(strip.slice(-7).map((day) => day.status)).toEqual([
      "before-start",
      "idle",
      "ok",
      "warning",
      "failed",
      "overdue",
      "idle",
    ]);
  });

  test("is before the start on every day without a protection", () => {
    expect(new Set(historyStrip([], { from, since: null }).map((day) => day.status))).toEqual(
      new Set(["before-start"]),
    );
  });
});
