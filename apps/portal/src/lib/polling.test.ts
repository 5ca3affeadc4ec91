import { expect, it } from "vitest";
import { every } from "#lib/polling.ts";

it("polls while data is shown, and stops after a failed first load", () => {
  const poll = every(5_000);
  expect(poll({ state: { data: undefined, status: "pending" } })).toBe(5_000);
  expect(poll({ state: { data: {}, status: "success" } })).toBe(5_000);
  expect(poll({ state: { data: {}, status: "error" } })).toBe(5_000);
  expect(poll({ state: { data: undefined, status: "error" } })).toBe(false);
  expect(every(false)({ state: { data: {}, status: "success" } })).toBe(false);
});
