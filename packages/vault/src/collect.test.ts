import { describe, expect, it } from "vitest";
import { backUp, ModelDisk, manifestOf, newVault, noise, signal } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import type { ObjectInfo } from "./store/port.ts";

/** Somebody deletes a point in the moment after it was listed. */
class LeavingStore extends MemoryStore {
  leaving: string | null = null;

  override async *list(prefix: string, abort: AbortSignal): AsyncIterable<ObjectInfo> {
    for await (const object of super.list(prefix, abort)) {
      if (object.name === this.leaving) this.objects.delete(object.name);
      yield object;
    }
  }
}

describe("a collection", () => {
  it("goes on when a point is deleted while it walks, and counts what only that point needed as free", async () => {
    const { vault, store } = await newVault(new LeavingStore());
    for (const [pointId, seed] of [
      ["leaving", 1],
      ["staying", 2],
    ] as const) {
      const source = new ModelDisk(2 * 1024 * 1024);
      source.write(0, noise(1024 * 1024, seed));
      const delta = "digest-comparison" as const;
      const disk = await backUp(vault, { source, extents: source.allocated(), delta, base: null });
      await vault.putManifest(manifestOf(vault, pointId, { diskBytes: source.size, ...disk }), signal);
    }
    expect((await vault.planCollection({ keep: [], signal })).condemned).toEqual([]);
    store.leaving = "points/leaving";
    const plan = await vault.planCollection({ keep: [], signal });
    expect(plan.points).toBe(1);
    expect(plan.condemned.length).toBeGreaterThan(0);
    const { deleted } = await vault.sweep({ condemned: plan.condemned, keep: [], signal });
    expect(deleted.toSorted()).toEqual([...plan.condemned].toSorted());
    expect((await vault.verifyPoint("staying", { mode: "full", signal })).ok).toBe(true);
  });
});
