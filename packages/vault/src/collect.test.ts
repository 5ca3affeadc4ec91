import { describe, expect, it } from "vitest";
import { newVault, noiseDisk, signal, takePoint } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import type { ObjectInfo } from "./store/port.ts";

/** Deletes a point right after listing it. */
class VanishingStore extends MemoryStore {
  vanishing: string | null = null;

  override async *list(prefix: string, abort: AbortSignal): AsyncIterable<ObjectInfo> {
    for await (const object of super.list(prefix, abort)) {
      if (object.name === this.vanishing) this.objects.delete(object.name);
      yield object;
    }
  }
}

describe("a collection", () => {
  it("continues when a point disappears during the walk, and frees its packs", async () => {
    const { vault, store } = await newVault(new VanishingStore());
    for (const [pointId, seed] of [
      ["vanishing", 1],
      ["staying", 2],
    ] as const) {
      await takePoint(vault, pointId, { disk: noiseDisk(2 * 1024 * 1024, 1024 * 1024, seed) });
    }
    expect((await vault.planCollection({ keep: [], signal })).condemned).toEqual([]);
    store.vanishing = "points/vanishing";
    const plan = await vault.planCollection({ keep: [], signal });
    expect(plan.points).toBe(1);
    expect(plan.condemned.length).toBeGreaterThan(0);
    const { deleted } = await vault.sweep({ condemned: plan.condemned, keep: [], signal });
    expect(deleted.toSorted()).toEqual([...plan.condemned].toSorted());
    expect((await vault.verifyPoint("staying", { mode: "full", signal })).ok).toBe(true);
  });
});
