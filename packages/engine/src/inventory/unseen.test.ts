import { limits } from "@kluis/domain";
import { expect, test } from "vitest";
import { firstOfTurn } from "./unseen.ts";

test("every unseen VM has its turn, and no turn is long", () => {
  const turns = [0, 1, 2, 3].map((turn) => firstOfTurn(250, new Date(turn * limits.discoverMs)));
  expect(turns).toEqual([0, 100, 200, 0]);
  expect(firstOfTurn(1, new Date(7 * limits.discoverMs))).toBe(0);
  expect(firstOfTurn(0, new Date(0))).toBe(0);
});
