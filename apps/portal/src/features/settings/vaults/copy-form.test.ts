import { expect, it } from "vitest";
import { copyFormOf, copyOf, copyProblems } from "#features/settings/vaults/copy-form.ts";

const to = { id: "0197a0b0-0000-7000-8000-000000000001", name: "second" };
const lag = { points: 0, since: null, bytes: 0 };

it("a form returns the rules that it was made from", () => {
  for (const daily of [null, { at: "02:00", timeZone: "Europe/Amsterdam" }]) {
    const rules = { daily, bandwidth: 50, keepDays: 30, lagHours: null };
    const form = copyFormOf({ copy: { to, ...rules, lag } }, "UTC");
    expect(copyProblems(form)).toEqual([]);
    expect(copyOf(form)).toEqual({ to: to.id, ...rules });
  }
});

it("without a second vault there are no copies, whatever else is entered", () => {
  const form = { ...copyFormOf({ copy: null }, "UTC"), keep: "x" };
  expect(copyProblems(form)).toEqual([]);
  expect(copyOf(form)).toBeNull();
});

it("wrong values are problems at their fields", () => {
  const form = { to: to.id, daily: "25:00", zone: "Nowhere", bandwidth: "4", keep: "", lag: "0" };
  expect(copyProblems(form)).toEqual(["daily", "zone", "bandwidth", "keep", "lag"]);
});
