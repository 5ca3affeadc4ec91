import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideTrust, defaultTrustRule, newDiskTrust } from "./trust.ts";

const rules = fc.record({ first: fc.integer({ min: 1, max: 20 }), every: fc.integer({ min: 1, max: 40 }) });
const decisions = (count: number, rule = defaultTrustRule) =>
  Array.from({ length: count }, (_, deltas) => decideTrust({ deltas, isTurnedOff: false }, rule));

describe("decideTrust", () => {
  it("confirms the first three deltas of a disk and every tenth after them", () => {
    const confirmed = decisions(34).flatMap((decision, index) => (decision === "confirm" ? [index + 1] : []));
    expect(confirmed).toEqual([1, 2, 3, 13, 23, 33]);
    expect(decideTrust(newDiskTrust, defaultTrustRule)).toBe("confirm");
  });

  it("never uses more lists in a row than the rule allows, from the first delta on", () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const made = decisions(200, rule);
        expect(made.slice(0, rule.first).every((decision) => decision === "confirm")).toBe(true);
        const longest = made
          .join(",")
          .split("confirm")
          .map((run) => run.split("use").length - 1);
        expect(Math.max(...longest)).toBeLessThanOrEqual(rule.every - 1);
      }),
    );
  });

  it("uses no list of a disk whose list was wrong", () => {
    fc.assert(
      fc.property(rules, fc.nat(500), (rule, deltas) => {
        expect(decideTrust({ deltas, isTurnedOff: true }, rule)).toBe("compare");
      }),
    );
  });
});
