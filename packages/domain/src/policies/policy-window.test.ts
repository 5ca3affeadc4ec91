import { expect, test } from "vitest";
import type { PolicyDocument, Schedule, TransferWindow } from "./policy.ts";
import { judgeWindow } from "./policy-window.ts";
import { nextOccurrences } from "./schedule.ts";

const daily: Schedule = { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" };
const hourly: Schedule = {
  kind: "hourly",
  everyHours: 4,
  windowStart: "08:00",
  windowHours: 12,
  timeZone: "Europe/Amsterdam",
};

/** The first hint about a week of runs. */
function judge(window: TransferWindow | null, schedule: Schedule = daily): object | undefined {
  const document: PolicyDocument = {
    schedule,
    retention: { daily: 30 },
    instantRestoreDays: 0,
    consistency: { wanted: "crash", otherwise: "continue", vss: "full" },
    transfer: { window },
  };
  return judgeWindow(document, nextOccurrences(schedule, new Date("2026-11-23T12:00:00Z"), 7))[0];
}

test("a window that opens before each deadline needs no hint", () => {
  expect(judge(null)).toBeUndefined();
  expect(judge({ from: "22:00", to: "04:00" })).toBeUndefined();
  expect(judge({ from: "02:00", to: "02:00" })).toBeUndefined();
});

test("backups on days without an opening miss their deadline, and the hint counts them", () => {
  const weekdays = { from: "22:00", to: "06:00", days: [1, 2, 3, 4, 5] };
  // The run of Sunday 01:00 has its deadline on Monday 01:00, before the window of Monday opens.
  expect(judge(weekdays)).toEqual({ code: "policy-window-misses", params: { missed: 1, runs: 7 } });
  expect(judge({ from: "22:00", to: "23:00" }, hourly)).toMatchObject({ code: "policy-window-misses" });
});

test("a short opening gets a hint", () => {
  expect(judge({ from: "22:00", to: "22:30" })).toEqual({
    code: "policy-window-short",
    params: { minutes: 30 },
  });
});
