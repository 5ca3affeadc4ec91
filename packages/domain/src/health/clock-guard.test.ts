import { expect, test } from "vitest";
import { judgeClocks } from "./clock-guard.ts";

const minute = 60_000;

test("clocks agree within two minutes", () => {
  for (const engineAheadMs of [-2 * minute, 0, 2 * minute]) {
    expect(judgeClocks("web", { engineAheadMs, azureAheadMs: null })).toBeNull();
    expect(judgeClocks("web", { engineAheadMs, azureAheadMs: engineAheadMs })).toBeNull();
  }
});

test("an engine says which clock it differs from, by how much, and in which direction", () => {
  expect(judgeClocks("web", { engineAheadMs: 3 * minute, azureAheadMs: 3 * minute })).toMatchObject({
    code: "CLOCK_WRONG",
    reason: "database",
    params: { host: "web", seconds: 180, direction: "ahead" },
  });
  expect(judgeClocks("web", { engineAheadMs: minute, azureAheadMs: 5 * minute })).toMatchObject({
    reason: "azure",
    params: { seconds: 240, direction: "behind" },
  });
});
