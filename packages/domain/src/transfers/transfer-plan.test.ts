import { expect, test } from "vitest";
import { TransferRates } from "./transfer-forecast.ts";
import {
  isForecastNews,
  judgeRisk,
  type OpenTransfer,
  planForecast,
  type TransferForecast,
  WindowTimes,
} from "./transfer-plan.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = new Date("2026-11-26T12:00:00Z");
const at = (minutes: number): Date => new Date(now.getTime() + minutes * MINUTE);
/** 100 minutes in one slot without any history. */
const LARGE = 100 * 60 * 50 * 1024 * 1024;

function open(jobId: string, more: Partial<OpenTransfer> = {}): OpenTransfer {
  return {
    jobId,
    class: "backup",
    vmId: `vm-${jobId}`,
    team: "team-1",
    deadlineAt: at(12 * 60),
    firstDeadlineAt: null,
    servedAt: at(-10),
    waiting: 1,
    held: 0,
    leftBytes: LARGE,
    vault: "v",
    subscription: "s",
    diskKind: "Premium_LRS",
    zoned: null,
    parkedUntil: null,
    hasOlder: false,
    stage: "parts",
    ...more,
  };
}

function forecast(list: readonly OpenTransfer[], slots = 1): Map<string, TransferForecast> {
  const measures = { now, rates: new TransferRates([]), windows: new WindowTimes(now) };
  const { forecasts } = planForecast(list, { ...measures, slots });
  return new Map(forecasts.map((one) => [one.jobId, one]));
}
const reasons = (list: readonly OpenTransfer[], slots = 1): Record<string, string | null> =>
  Object.fromEntries([...forecast(list, slots)].map(([id, { waitsFor }]) => [id, waitsFor]));

test("says what each transfer waits for", () => {
  const night = {
    window: { from: "22:00", to: "04:00" },
    timeZone: "Europe/Amsterdam",
  };
  const mine = [
    open("a-moves", { held: 1, waiting: 0, deadlineAt: at(300) }),
    open("b-first", { deadlineAt: at(400) }),
    open("c-later", { deadlineAt: at(700) }),
    open("d-window", { zoned: night, deadlineAt: at(20 * 60) }),
    open("e-parked", { parkedUntil: at(5) }),
    open("f-turn", { stage: "turn", hasOlder: true }),
    open("g-begins", { stage: "turn" }),
    open("h-capture", { stage: "none" }),
  ];
  expect(reasons(mine)).toEqual({
    "a-moves": null,
    "b-first": "slots",
    "c-later": "deadlines",
    "d-window": "window",
    "e-parked": "outage",
    "f-turn": "previous",
    "g-begins": "slots",
    "h-capture": null,
  });
  const restore = open("r", { class: "restore", deadlineAt: null });
  expect(reasons([...mine, restore])).toMatchObject({
    r: "slots",
    "b-first": "restores",
    "d-window": "window",
  });
  const copy = open("s", { class: "copy", deadlineAt: null });
  expect(reasons([...mine, copy])).toMatchObject({ s: "backups", "b-first": "slots" });
  expect(reasons([restore, copy])).toMatchObject({ s: "restores" });
  expect(reasons([copy])).toEqual({ s: "slots" });
});

test("a team with more work than its share waits for that share", () => {
  const many = Array.from({ length: 30 }, (_, n) => open(`big-${n}`, { held: n === 0 ? 1 : 0 }));
  const small = open("small", { team: "team-2", deadlineAt: at(13 * 60) });
  const found = forecast([...many, small]);
  expect(found.get("big-5")?.waitsFor).toBe("share");
  // The other team comes as soon as it has had as much as the large one.
  expect(found.get("small")?.position).toBeLessThanOrEqual(2);
});

test("a closed window and an outage move the expected end", () => {
  const zoned = { window: { from: "22:00", to: "04:00" }, timeZone: "UTC" };
  const found = forecast([open("night", { zoned }), open("parked", { parkedUntil: at(30), vmId: "p" })], 2);
  expect(found.get("night")?.startAt).toBe(at(10 * 60).getTime());
  expect(found.get("parked")?.startAt).toBe(at(30).getTime());
});

test("a snapshot that replaced others comes before those with a later deadline than the first of them", () => {
  const replaced = open("x", { deadlineAt: at(20 * 60), firstDeadlineAt: at(-60) });
  const found = forecast([open("a"), open("b"), replaced]);
  expect(found.get("x")?.position).toBe(1);
});

test("one VM alone may use all slots", () => {
  const alone = forecast([open("a", { waiting: 4 })], 4).get("a");
  const beside = forecast([open("a", { waiting: 4 }), open("b", { deadlineAt: at(13 * 60) })], 4).get("a");
  const minutes = ({ endAt = null }: Partial<TransferForecast> = {}) =>
    Math.round(((endAt ?? 0) - now.getTime()) / MINUTE);
  expect(minutes(alone)).toBe(25);
  expect(minutes(beside)).toBe(50);
});

test("only what a reader would notice is news", () => {
  const next = {
    jobId: "a",
    position: 50,
    startAt: 0,
    endAt: at(100).getTime(),
    isAtRisk: false,
    waitsFor: null,
  };
  const stored = {
    forecastAt: at(-1),
    forecastEndAt: at(100),
    queuePosition: 50,
    waitsFor: null,
    deadlineAtRisk: false,
  };
  const news = (more: object): boolean => isForecastNews({ ...stored, ...more }, next, now);
  expect(news({})).toBe(false);
  expect(news({ forecastEndAt: at(104), queuePosition: 53 })).toBe(false);
  expect(news({ forecastEndAt: at(106) })).toBe(true);
  expect(news({ forecastEndAt: null })).toBe(true);
  expect(news({ queuePosition: 60 })).toBe(true);
  expect(news({ deadlineAtRisk: true })).toBe(true);
  expect(news({ waitsFor: "window" })).toBe(true);
  expect(news({ forecastAt: at(-10) })).toBe(true);
  expect(news({ forecastAt: null })).toBe(true);
});

test("a risk ends only with twice the margin", () => {
  const deadlineAt = now.getTime() + 10 * HOUR;
  const judge = (endMinutes: number, wasAtRisk: boolean): boolean =>
    judgeRisk({ wasAtRisk, now: now.getTime(), endAt: at(endMinutes).getTime(), deadlineAt });
  expect([judge(530, false), judge(530, true), judge(490, true), judge(545, false)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
});
