import { expect, test } from "vitest";
import { milliseconds } from "./duration.ts";

test("a length of time has a unit and a limit", () => {
  expect(["90s", "15m", "6h", "2d"].map(milliseconds)).toEqual([90_000, 900_000, 21_600_000, 172_800_000]);
  for (const text of ["", "1", "1w", "-1d", "4000d"])
    expect(() => milliseconds(text)).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
});
