import { limits } from "@kluis/domain";
import { expect, test } from "vitest";
import { thisTurn } from "./unseen.ts";

test("every unseen VM has its turn, and no turn is long", () => {
  const unseen = Array.from({ length: 250 }, (_, n) => n);
  const turns = [0, 1, 2].map((turn) => thisTurn(unseen, new Date(turn * limits.discoverMs)));
  expect(turns.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(turns.flat()).toEqual(unseen);
  expect(thisTurn(["one"], new Date(7 * limits.discoverMs))).toEqual(["one"]);
  expect(thisTurn([], new Date(0))).toEqual([]);
});
