/** A process that is killed at every commit and every write to a vault. `npm run chaos -- --only edges` is the long form. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Scenes } from "./scenes.ts";

const LIMIT_MS = 600_000;
let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.start(1);
}, LIMIT_MS);
afterAll(() => scenes.world.stop());

it(
  "a collection and a compaction lose nothing, and end",
  async () => {
    const edges = await scenes.collect();
    // A pack leaves, is copied, is named by a moved table, and loses its object.
    const states = ["before put packs", "before put moved", "before delete packs", "before delete nodes"];
    expect(edges).toEqual(expect.arrayContaining(states));
    expect(edges.filter((edge) => edge.includes("VaultPack")).length).toBeGreaterThan(6);
  },
  LIMIT_MS,
);

it(
  "a restore makes one disk with the content of the point",
  async () => {
    const edges = await scenes.restore("killed");
    expect(edges.filter((edge) => edge.includes("JobSegment")).length).toBeGreaterThan(3);
    expect(await scenes.world.diskDigest("killed")).toBe(scenes.digestOf(scenes.point));
  },
  LIMIT_MS,
);

it(
  "a second copy is one point with the same content, and nothing is left in Azure",
  async () => {
    const { copy, edges } = await scenes.copy();
    const states = ["before put packs", "before put nodes", "before put points"];
    expect(edges).toEqual(expect.arrayContaining(states));
    const where = { copyOf: scenes.point.id };
    expect(await scenes.world.db.prisma.recoveryPoint.findMany({ where })).toMatchObject([{ id: copy.id }]);
    expect(await scenes.left()).toEqual([]);
  },
  LIMIT_MS,
);
