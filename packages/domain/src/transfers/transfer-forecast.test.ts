import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DEFAULT_RATE,
  expectedBytes,
  type ForecastWork,
  forecastTransfers,
  isAtRisk,
  median,
  type RateSample,
  TransferRates,
} from "./transfer-forecast.ts";

const MiB = 1024 * 1024;
const MINUTE = 60_000;
const sample = (mibPerSecond: number, more: Partial<RateSample> = {}): RateSample => ({
  vault: "v1",
  subscription: "s1",
  diskKind: "Premium_LRS",
  bytes: 64 * MiB,
  ms: (64 / mibPerSecond) * 1_000,
  ...more,
});
const work = (jobId: string, minutes: number, more: Partial<ForecastWork> = {}): ForecastWork => ({
  jobId,
  parts: 1,
  workMs: minutes * MINUTE,
  mostSlots: 1,
  spans: null,
  deadlineAt: null,
  ...more,
});
const times = (works: readonly ForecastWork[], slots: number, now = 0): string[] =>
  forecastTransfers(works, { now, slots }).map(
    ({ jobId, startAt, endAt }) =>
      `${jobId} ${startAt === null ? "-" : startAt / MINUTE} ${endAt === null ? "-" : endAt / MINUTE}`,
  );

test("the rate is the median of the narrowest group with enough history", () => {
  const rates = new TransferRates([
    ...[90, 100, 110, 100, 4_000].map((rate) => sample(rate)),
    ...[20, 30].map((rate) => sample(rate, { diskKind: "Standard_LRS" })),
    ...[10, 10, 10, 10, 10].map((rate) => sample(rate, { vault: "v2", subscription: "s2" })),
    sample(1, { bytes: 1_024, ms: 60_000 }),
    sample(1, { ms: 0 }),
  ]);
  const of = (vault: string, subscription: string, diskKind: string): number =>
    rates.of({ vault, subscription, diskKind }) / MiB;
  expect(of("v1", "s1", "Premium_LRS")).toBe(100);
  // Two samples are too few: all disks of the subscription decide.
  expect(of("v1", "s1", "Standard_LRS")).toBe(100);
  expect(of("v2", "s9", "Premium_LRS")).toBe(10);
  expect(of("v9", "s9", "Premium_LRS")).toBe(25);
  expect(new TransferRates([]).of({ vault: "v1", subscription: "s1", diskKind: "x" })).toBe(DEFAULT_RATE);
});

test("the next transfer of a VM is as large as the median of its last ones; without history as its disks", () => {
  expect(expectedBytes([5, 900, 6, 4, 7], 1_000)).toBe(6);
  expect(expectedBytes([], 1_000)).toBe(1_000);
  expect(expectedBytes([5_000], 1_000)).toBe(1_000);
  expect(median([])).toBe(0);
  expect(median([3, 1])).toBe(2);
});

test("transfers take the slots in order; a large one uses as many as it may", () => {
  expect(times([work("a", 10), work("b", 30), work("c", 20)], 2)).toEqual(["a 0 10", "b 0 30", "c 10 30"]);
  expect(times([work("a", 40, { parts: 8, mostSlots: 2 }), work("b", 10)], 4)).toEqual(["a 0 20", "b 0 10"]);
});

test("a closed window delays its transfers, which do not hold a slot meanwhile", () => {
  const spans = [
    { start: 60 * MINUTE, end: 90 * MINUTE },
    { start: 200 * MINUTE, end: 900 * MINUTE },
  ];
  expect(times([work("night", 40, { spans }), work("day", 50)], 1)).toEqual(["day 0 50", "night 60 210"]);
  expect(times([work("never", 10, { spans: [] })], 1)).toEqual(["never - -"]);
});

test("without a live engine nothing is expected to end, and every deadline is at risk", () => {
  const [only] = forecastTransfers([work("a", 1, { deadlineAt: 900 * MINUTE })], { now: 0, slots: 0 });
  expect(only).toEqual({ jobId: "a", position: 1, startAt: null, endAt: null, isAtRisk: true });
});

test("a deadline is at risk before the expected end reaches it", () => {
  const risk = (endMinutes: number, deadlineMinutes: number | null): boolean =>
    isAtRisk({
      now: 0,
      endAt: endMinutes * MINUTE,
      deadlineAt: deadlineMinutes === null ? null : deadlineMinutes * MINUTE,
    });
  expect(risk(100, 115)).toBe(false);
  expect(risk(100, 114)).toBe(true);
  expect(risk(100, null)).toBe(false);
});

test("no slot does two things at once: the work of any moment fits in the slots, and an earlier transfer never starts later", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ minutes: fc.integer({ min: 1, max: 500 }), parts: fc.integer({ min: 1, max: 9 }) }),
        { minLength: 1, maxLength: 40 },
      ),
      fc.integer({ min: 1, max: 12 }),
      (list, slots) => {
        const works = list.map(({ minutes, parts }, n) => work(`j${n}`, minutes, { parts, mostSlots: 4 }));
        const found = forecastTransfers(works, { now: 0, slots });
        const total = works.reduce((sum, { workMs }) => sum + workMs, 0);
        const last = Math.max(...found.map(({ endAt }) => endAt ?? 0));
        expect(last * slots).toBeGreaterThanOrEqual(total - 1);
        for (const [index, { startAt, endAt }] of found.entries()) {
          const one = works[index];
          expect((endAt ?? 0) - (startAt ?? 0)).toBeGreaterThanOrEqual(
            (one?.workMs ?? 0) / Math.min(4, slots, one?.parts ?? 1) - 1,
          );
          expect(startAt ?? 0).toBeGreaterThanOrEqual(found[index - 1]?.startAt ?? 0);
        }
      },
    ),
  );
});
