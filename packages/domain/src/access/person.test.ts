import { expect, test } from "vitest";
import { isSamePerson } from "./person.ts";

test("two accounts are one human when they are the same or linked", () => {
  const one = { id: "a", humanId: null };
  expect(isSamePerson(one, { ...one, humanId: "h" })).toBe(true);
  expect(isSamePerson(one, { id: "b", humanId: null })).toBe(false);
  expect(isSamePerson({ id: "a", humanId: "h" }, { id: "b", humanId: "h" })).toBe(true);
  expect(isSamePerson({ id: "a", humanId: "h" }, { id: "b", humanId: "i" })).toBe(false);
});
