import { describe, expect, it } from "vitest";
import { Model } from "./model.ts";

const MINUTE = 60_000;

/** Packs that lost their object after a compaction, in all runs. */
let removed = 0;

describe("accounting and collection with several writers and collectors", () => {
  for (let seed = 1; seed <= 4; seed++) {
    it(`lose nothing and leave nothing, killed anywhere, with wrong clocks and a database that becomes older: ${seed}`, async () => {
      const model = new Model({ seed, steps: 3_000, turnMs: 3 * MINUTE });
      const result = await model.run();
      expect(model.garbage()).toEqual([]);
      expect(result.points).toBeGreaterThan(10);
      expect(result.kills).toBeGreaterThan(30);
      removed += result.removed;
    });
  }

  it("keep what a segment needs that takes longer than it may", async () => {
    const model = new Model({ seed: 9, steps: 2_000, turnMs: 30 * MINUTE });
    const { late } = await model.run();
    expect(late).toBeGreaterThan(0);
    expect(model.garbage()).toEqual([]);
  });

  it("replace packs meanwhile of which little is needed", () => {
    // Few: packs with items of other packs count by those too, so that full ones stay.
    expect(removed).toBeGreaterThan(2);
  });
});
