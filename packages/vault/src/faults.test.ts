import { describe, expect, it } from "vitest";
import { requestFaults } from "../test/faults/fault-store.ts";
import { harms } from "../test/faults/harm.ts";
import { type RoundOptions, runRound } from "../test/faults/rounds.ts";

const MIB = 1024 * 1024;

/** Many seeds in each mode; `npm run chaos -- --only faults` runs others for as long as one likes. */
const rounds: Readonly<Record<RoundOptions["mode"], number>> = { requests: 60, objects: 60, both: 30 };

describe("a vault on a store with faults", () => {
  const happened = new Set<string>();

  for (const mode of ["requests", "objects", "both"] as const) {
    it(`returns the content bit for bit, or names what is wrong (${mode})`, async () => {
      let [survived, detected] = [0, 0];
      for (let seed = 1; seed <= rounds[mode]; seed++) {
        const report = await runRound({ seed, mode, steps: 7 });
        survived += report.survived;
        detected += report.detected;
        for (const fault of report.faults.keys()) happened.add(fault);
        expect(report.longest).toBeLessThanOrEqual(4 * MIB);
      }
      expect(survived).toBeGreaterThan(0);
      expect(detected).toBeGreaterThan(0);
    });
  }

  it("met every fault", () => {
    // A head follows only another lost answer: the long form meets its faults too.
    const rare = new Set<string>(["stale-head"]);
    const all = [...requestFaults, ...harms].filter((fault) => !rare.has(fault));
    expect(all.filter((fault) => !happened.has(fault))).toEqual([]);
  });
});
