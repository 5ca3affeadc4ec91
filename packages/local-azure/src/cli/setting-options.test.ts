import { expect, test } from "vitest";
import { settingsPatch } from "./setting-options.ts";

test("settings are numbers, words and yes or no, and only those that are named", () => {
  expect(settingsPatch([])).toEqual({});
  expect(settingsPatch(["budgets=off", "restorePointRefill=2.5", "restorePointDiff=false"])).toEqual({
    budgets: "off",
    restorePointRefill: 2.5,
    restorePointDiff: false,
  });
});

test("an unknown name and a wrong value are refused", () => {
  for (const arg of ["unknown=1", "budgets", "budgets=half", "operationMs=-1", "pageSize=many"])
    expect(() => settingsPatch([arg])).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
});
