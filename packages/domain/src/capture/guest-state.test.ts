import { expect, test } from "vitest";
import { factsAfter, guestChangeNotices, readGuestState } from "./guest-state.ts";

const checkedAt = "2026-11-26T01:00:00.000Z";
const fresh = { vcRedist2013: null, vssStartType: "Manual", iaasVmProviderInstalled: false, checkedAt };
const changed = {
  vcRedist2013: "12.0.40660.0",
  vssStartType: "Automatic",
  iaasVmProviderInstalled: true,
  checkedAt,
};
const codesOf = (stored: unknown): string[] => guestChangeNotices(stored).map(({ code }) => code);

test("what a first backup changed has words", () => {
  expect(codesOf({ ...changed, before: fresh })).toEqual([
    "guest-runtime-installed",
    "guest-vss-start-type-changed",
    "guest-provider-installed",
  ]);
});

test("what was there before is not called a change", () => {
  expect(codesOf({ ...changed, before: changed })).toEqual([
    "guest-runtime-same",
    "guest-vss-start-type-same",
    "guest-provider-same",
  ]);
});

test("without the facts before, only the present facts are named", () => {
  expect(codesOf(changed)).toEqual([
    "guest-runtime-present",
    "guest-vss-start-type",
    "guest-provider-present",
  ]);
  expect(codesOf({ ...fresh, before: null })).toContain("guest-runtime-missing");
});

test("the VSS type that Kluis set is named, and other stored values give nothing", () => {
  expect(codesOf({ before: fresh, vss: { type: "copy", found: "TRUE", checkedAt } })).toEqual([
    "guest-vss-copy",
  ]);
  expect(codesOf({ vss: { type: "full", found: null, checkedAt } })).toEqual(["guest-vss-full"]);
  expect(codesOf(null)).toEqual([]);
  expect(codesOf({ service: "VSS" })).toEqual([]);
  expect(readGuestState("text")).toEqual({});
  expect(factsAfter(readGuestState({ before: fresh }))).toBeNull();
});
