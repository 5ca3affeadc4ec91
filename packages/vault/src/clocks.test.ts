import { KluisError } from "@kluis/domain";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ClockModel } from "../test/clocks/model.ts";
import { TimedObjects } from "../test/clocks/timed-store.ts";
import { fullBackup, newVault, noiseDisk, signal } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { collectByAge } from "./collect-by-age.ts";
import { newestOf, nextPointId, type OrderedPoint } from "./order.ts";

const MIB = 1024 * 1024;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

describe("a vault without a database, whose machines have wrong clocks", () => {
  it("loses nothing and leaves nothing", async () => {
    const counts = await new ClockModel({ seed: 2, steps: 1_200 }).run();
    expect(counts.points).toBeGreaterThan(5);
    expect(counts.mostSkewHours).toBeGreaterThan(24);
  });

  it("would lose points if the clock of a machine decided: the model sees it", async () => {
    const run = async (): Promise<void> => {
      for (let seed = 2; seed <= 8; seed++)
        await new ClockModel({ seed, steps: 1_200, trust: "machine" }).run();
    };
    await expect(run()).rejects.toThrow(/lost the pack|has other bytes/);
  });
});

describe("a collection without a database", () => {
  const DAY = 24 * HOUR;
  const open = () => Promise.resolve();

  /** A vault with packs that no point needs, written an hour ago by the clock of the storage. */
  async function withGarbage() {
    const objects = new TimedObjects();
    const store = objects.view(open);
    const { vault } = await newVault(store);
    await fullBackup(vault, noiseDisk(MIB, MIB));
    objects.now += HOUR;
    return { objects, store, vault };
  }

  it("takes ages from the storage, when this machine is days ahead or behind", async () => {
    const { objects, store, vault } = await withGarbage();
    const collect = () => collectByAge({ vault, store, olderThanMs: DAY, dryRun: false, signal });
    vi.useFakeTimers({ now: objects.now + 9 * DAY, toFake: ["Date"] });
    try {
      const { freed, recent } = await collect();
      expect(freed.packs).toBe(0);
      expect(recent.packs).toBeGreaterThan(0);
      vi.setSystemTime(objects.now - 9 * DAY);
      objects.now += DAY;
      expect((await collect()).freed).toEqual(recent);
    } finally {
      vi.useRealTimers();
    }
    expect(objects.inner.names("checks/")).toEqual([]);
  });

  it("with an identity that may not write, takes the newest object as the present", async () => {
    const { objects, store, vault } = await withGarbage();
    const refused = new KluisError("AZURE_FORBIDDEN", { reason: "denied", message: "no" });
    const reader = { ...store, put: () => Promise.reject(refused) };
    const collect = () => collectByAge({ vault, store: reader, olderThanMs: DAY, dryRun: true, signal });
    objects.now += 9 * DAY;
    expect((await collect()).freed.packs).toBe(0);
    await store.put("points/newest", [Buffer.from("junk")], signal);
    const { freed, recent, unresolved } = await collect();
    expect(unresolved).toHaveLength(1);
    expect([freed.packs, recent.packs]).toEqual([0, 0]);
    await store.delete("points/newest", signal);
    await fullBackup(vault, noiseDisk(MIB, MIB, 2));
    expect((await collect()).freed.packs).toBeGreaterThan(0);
  });

  it("passes on that the storage does not answer, and takes no age that it does not tell", async () => {
    const { vault } = await newVault(new MemoryStore());
    const plain = new MemoryStore();
    const { vault: other } = await newVault(plain);
    await fullBackup(other, noiseDisk(MIB, MIB));
    const shared = { olderThanMs: 0, dryRun: false, signal };
    expect((await collectByAge({ ...shared, vault: other, store: plain })).freed.packs).toBe(0);
    const dead = AbortSignal.abort(new Error("stopped"));
    await expect(collectByAge({ ...shared, vault, store: plain, signal: dead })).rejects.toThrow("stopped");
  });
});

describe("the newest point of a machine", () => {
  const point = (pointId: string, at: number, previous: string | null): OrderedPoint => ({
    pointId,
    manifest: {
      previous: previous === null ? null : { pointId: previous, manifestDigest: "0".repeat(64) },
      times: { takenAt: new Date(at).toISOString() } as OrderedPoint["manifest"]["times"],
    },
  });

  it("is the last one that was written, whatever the clocks showed and which others were deleted", () => {
    const skews = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(skews, fc.array(fc.nat(11)), fc.boolean(), (hours, gone, isShuffled) => {
        const points: OrderedPoint[] = [];
        for (const [n, skew] of hours.entries()) {
          const at = START + (n + skew) * HOUR;
          const last = newestOf(points);
          points.push(point(nextPointId(points, new Date(at)), at, last?.pointId ?? null));
        }
        const left = points.filter((_, n) => n === points.length - 1 || !gone.includes(n));
        expect(newestOf(isShuffled ? left.toReversed() : left)).toBe(points.at(-1));
      }),
    );
  });

  it("follows the manifests where ids say nothing, and ends with manifests that name each other", () => {
    const [first, second] = [point("b", START + 9 * HOUR, null), point("a", START, "b")];
    expect(newestOf([first, second])).toBe(second);
    expect(newestOf([point("x", START, "y"), point("y", START, "x")])).not.toBeNull();
    expect(newestOf([])).toBeNull();
  });
});
