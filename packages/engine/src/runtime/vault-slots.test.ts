import { expect, test } from "vitest";
import { slotNames } from "./vault-slots.ts";

const signal = new AbortController().signal;
const named = (n: number): string => `keys/${String(n).padStart(32, "0")}.json`;

function storeOf(names: readonly string[]) {
  return {
    async *list() {
      for (const name of names) yield { name, bytes: 1 };
    },
  };
}

test("a new slot is seen behind any number of names that no slot has, and in any order", async () => {
  const junk = Array.from({ length: 3_000 }, (_, n) => `keys/0-${n}.txt`);
  const before = await slotNames(storeOf([...junk, named(1)]), signal);
  expect(await slotNames(storeOf([named(1)]), signal)).toBe(before);
  const after = await slotNames(storeOf([...junk, named(1), named(2)]), signal);
  expect(after).not.toBe(before);
  expect(await slotNames(storeOf([named(2), ...junk, named(1)]), signal)).toBe(after);
});

test("a new slot is seen behind a thousand slots, and the list has an end", async () => {
  const others = Array.from({ length: 1_500 }, (_, n) => named(n + 10));
  const before = await slotNames(storeOf(others), signal);
  expect(await slotNames(storeOf([...others, named(1)]), signal)).not.toBe(before);
  expect(await slotNames(storeOf([named(1), named(2)]), signal, 1)).toBe(
    await slotNames(storeOf([named(1)]), signal),
  );
});
