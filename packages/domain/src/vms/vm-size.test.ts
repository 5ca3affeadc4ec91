import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSizeName, promisesOneInstant } from "./vm-size.ts";

test.each([
  ["Standard_D4s_v5", "intel", 5, true],
  ["Standard_D4ds_v6", "intel", 6, false],
  ["Standard_D4ads_v6", "amd", 6, true],
  ["Standard_E96-24ads_v7", "amd", 7, false],
  ["Standard_D4ps_v6", "arm", 6, true],
  ["Standard_DS2_v2", "intel", 2, true],
  ["Standard_NC24ads_A100_v4", "amd", 4, true],
  ["Basic_A1", "intel", 1, true],
] as const)("%s: %s, version %i", (...[size, maker, version, promised]) => {
  expect(parseSizeName(size)).toEqual({ maker, version });
  expect(promisesOneInstant(size)).toBe(promised);
});

test("any text is a size name or null", () => {
  expect(promisesOneInstant("nonsense")).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => parseSizeName(text) === null || text.length > 3));
});
