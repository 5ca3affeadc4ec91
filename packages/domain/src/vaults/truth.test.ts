import fc from "fast-check";
import { expect, test } from "vitest";
import {
  doubtsIndex,
  mayCollect,
  nextTruth,
  noTruthFacts,
  type TruthFinding,
  vaultTruths,
  writesStopped,
} from "./truth.ts";

const read = (facts: Partial<typeof noTruthFacts> = {}, isNewestMissing = false): TruthFinding => ({
  kind: "read",
  facts: { ...noTruthFacts, ...facts },
  isNewestMissing,
});

test("what the storage shows is named", () => {
  expect(nextTruth("agrees", read())).toBe("agrees");
  expect(nextTruth("agrees", read({ unknownPoints: 1 }))).toBe("database-older");
  expect(nextTruth("agrees", read({ missingPoints: 1 }))).toBe("agrees");
  expect(nextTruth("agrees", read({ missingPoints: 1 }, true))).toBe("rolled-back");
  expect(nextTruth("agrees", read({ unknownPoints: 1, missingPoints: 1 }, true))).toBe("database-older");
  expect(nextTruth("agrees", { kind: "missing" })).toBe("missing");
  expect(nextTruth("rolled-back", { kind: "foreign", vaultId: "x" })).toBe("foreign");
});

test("what a person decides stays; a vault that is back needs no decision", () => {
  expect(nextTruth("database-older", read())).toBe("database-older");
  expect(nextTruth("rolled-back", read())).toBe("rolled-back");
  expect(nextTruth("missing", read())).toBe("agrees");
  expect(nextTruth("foreign", read())).toBe("agrees");
});

test("nothing is deleted, and no backup uses the index, until the difference is known", () => {
  const state = fc.record({
    truth: fc.constantFrom(...vaultTruths),
    doubtedAt: fc.constantFrom(null, new Date(0)),
  });
  fc.assert(
    fc.property(state, (one) => {
      expect(mayCollect(one) && writesStopped(one) !== null).toBe(false);
      const isGone = one.truth === "foreign" || one.truth === "missing";
      expect(isGone ? writesStopped(one) : one.truth).toBe(one.truth);
    }),
  );
  for (const from of vaultTruths) {
    expect(doubtsIndex(from, from)).toBe(false);
    expect(doubtsIndex(from, "missing")).toBe(false);
  }
  expect(doubtsIndex("missing", "agrees")).toBe(true);
  expect(doubtsIndex("agrees", "database-older")).toBe(true);
});
