import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, it } from "vitest";
import { addAge, instantOfWall, periodName, periodOfWall, startOfPeriod, wallClock } from "./local-time.ts";
import { ageUnits } from "./policy.ts";

/** Half hours, a day that was left out, midnights that do not exist, Ramadan, none, and the largest offsets. */
const zones = [
  "Europe/Amsterdam",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Africa/Casablanca",
  "America/Sao_Paulo",
  "Pacific/Apia",
  "Pacific/Kiritimati",
  "Asia/Beirut",
  "Etc/GMT+12",
  "UTC",
];
const zone = fc.constantFrom(...zones);
const instant = fc.oneof(
  fc.integer({ min: 0, max: Date.UTC(2110, 0) }),
  // Around the change of Samoa, and of most zones.
  fc.integer({ min: Date.UTC(2011, 11, 27), max: Date.UTC(2012, 0, 2) }),
  fc.integer({ min: Date.UTC(2026, 2, 7), max: Date.UTC(2026, 3, 6) }),
);
const plain = (wall: number) => Temporal.PlainDateTime.from(new Date(wall).toISOString().slice(0, -1));
const wallOf = (at: number, timeZone: string) =>
  Date.parse(
    `${Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDateTime().toString()}Z`,
  );

it("shows the clocks that Temporal shows", () => {
  fc.assert(
    fc.property(zone, instant, (timeZone, at) => {
      expect(wallClock(at, timeZone)).toBe(wallOf(at, timeZone));
    }),
    { numRuns: 500 },
  );
});

it("finds the instant of a local time: the first of two, and after the gap that leaves it out", () => {
  fc.assert(
    fc.property(zone, instant, (timeZone, wall) => {
      const wanted = plain(wall).toZonedDateTime(timeZone, { disambiguation: "compatible" });
      expect(instantOfWall(wall, timeZone, "later")).toBe(wanted.epochMilliseconds);
      const at = instantOfWall(wall, timeZone, "change");
      const isShown = wallClock(wanted.epochMilliseconds, timeZone) === wall;
      const before = plain(wall).toZonedDateTime(timeZone, { disambiguation: "earlier" });
      expect(at).toBe((isShown ? wanted : before.getTimeZoneTransition("next"))?.epochMilliseconds);
    }),
    { numRuns: 500 },
  );
});

it("adds ages, and begins periods, like Temporal", () => {
  const age = fc.record({ age: fc.integer({ min: 1, max: 60 }), unit: fc.constantFrom(...ageUnits) });
  fc.assert(
    fc.property(zone, instant, age, (timeZone, at, rule) => {
      const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
      const end = instantOfWall(addAge(wallClock(at, timeZone), rule), timeZone, "later");
      expect(end).toBe(zoned.add({ [rule.unit]: rule.age }).epochMilliseconds);
      const month = periodOfWall("monthly", wallClock(at, timeZone));
      const next = zoned.toPlainDate().with({ day: 1 }).add({ months: 1 }).toZonedDateTime(timeZone);
      expect(instantOfWall(startOfPeriod("monthly", month + 1), timeZone, "change")).toBe(
        next.epochMilliseconds,
      );
      expect(periodName("monthly", month)).toBe(zoned.toPlainDate().toString().slice(0, 7));
      const week = periodOfWall("weekly", wallClock(at, timeZone));
      const monday = zoned.toPlainDate().subtract({ days: zoned.dayOfWeek - 1 });
      expect(periodName("weekly", week)).toBe(`the week of ${monday.toString()}`);
    }),
    { numRuns: 500 },
  );
});

it("throws for a zone that does not exist", () => {
  expect(() => wallClock(0, "Europe/Atlantis")).toThrow(RangeError);
});
