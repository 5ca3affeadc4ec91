import { expect, it } from "vitest";
import { nextBoundary } from "./recurring.ts";

it("returns the same next time for every engine, always in the future", () => {
  const half = 30_000;
  expect(nextBoundary(new Date("2026-01-01T00:00:00.000Z"), half).toISOString()).toBe(
    "2026-01-01T00:00:30.000Z",
  );
  expect(nextBoundary(new Date("2026-01-01T00:00:29.999Z"), half).toISOString()).toBe(
    "2026-01-01T00:00:30.000Z",
  );
  expect(nextBoundary(new Date("2026-01-01T00:00:30.000Z"), half).toISOString()).toBe(
    "2026-01-01T00:01:00.000Z",
  );
});
