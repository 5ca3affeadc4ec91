import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMPACTION_NODE_BYTES, chooseCompaction, isWorthCompacting } from "./compaction.ts";

const MIB = 1024 * 1024;
const pack = (bytes: number, liveBytes: number) => ({ bytes: bytes * MIB, liveBytes: liveBytes * MIB });
const roomy = { copiedBytes: 1_000 * MIB, packs: 100, nodes: 0 };

describe("a round of compaction", () => {
  it("takes the emptiest packs first, and none that is half full", () => {
    const packs = [pack(8, 3), pack(8, 4), pack(8, 1), pack(8, 7)];
    expect(chooseCompaction(packs, roomy)).toEqual([pack(8, 1), pack(8, 3)]);
    expect(chooseCompaction(packs, { ...roomy, packs: 1 })).toEqual([pack(8, 1)]);
    expect(chooseCompaction(packs, { ...roomy, copiedBytes: 3 * MIB })).toEqual([pack(8, 1)]);
  });

  it("waits for more packs when reading the maps costs more than they win", () => {
    const nodes = (7 * MIB) / COMPACTION_NODE_BYTES;
    expect(chooseCompaction([pack(8, 1)], { ...roomy, nodes })).toEqual([]);
    expect(chooseCompaction([pack(8, 1), pack(8, 1)], { ...roomy, nodes })).toHaveLength(2);
  });

  it("always wins more bytes than it moves, within its budget", () => {
    const one = fc.record({ bytes: fc.nat(100), liveBytes: fc.nat(200) });
    const budget = fc.record({ copiedBytes: fc.nat(500), packs: fc.nat(20), nodes: fc.constant(0) });
    fc.assert(
      fc.property(fc.array(one), budget, (candidates, given) => {
        const chosen = chooseCompaction(candidates, given);
        const copied = chosen.reduce((sum, { liveBytes }) => sum + liveBytes, 0);
        const won = chosen.reduce((sum, { bytes, liveBytes }) => sum + bytes - liveBytes, 0);
        expect(chosen.length).toBeLessThanOrEqual(given.packs);
        expect(copied).toBeLessThanOrEqual(given.copiedBytes);
        expect(
          chosen.every((candidate) => isWorthCompacting(candidate) && candidates.includes(candidate)),
        ).toBe(true);
        expect(chosen.length === 0 || won > copied).toBe(true);
      }),
    );
  });
});
