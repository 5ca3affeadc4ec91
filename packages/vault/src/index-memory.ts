/** The deduplication index in memory. */
import type { ChunkIndex, ChunkPlace, IndexEntry, PackInfo } from "./types.ts";

/** A deduplication index in memory, for tools and tests; the engine has one in PostgreSQL. */
export class MemoryChunkIndex implements ChunkIndex {
  private readonly places = new Map<string, ChunkPlace>();
  private readonly condemned = new Set<string>();

  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, ChunkPlace>> {
    const found = new Map<string, ChunkPlace>();
    for (const id of ids) {
      const place = this.places.get(id);
      if (place !== undefined && !this.condemned.has(place.pack)) found.set(id, place);
    }
    return Promise.resolve(found);
  }

  add({ pack }: PackInfo, entries: readonly IndexEntry[]): Promise<void> {
    for (const { id, offset, length } of entries) {
      const known = this.places.get(id);
      if (known === undefined || this.condemned.has(known.pack))
        this.places.set(id, { pack, offset, length });
    }
    return Promise.resolve();
  }

  removePacks(packs: readonly string[]): Promise<void> {
    const gone = new Set(packs);
    for (const [id, { pack }] of this.places) if (gone.has(pack)) this.places.delete(id);
    for (const pack of packs) this.condemned.delete(pack);
    return Promise.resolve();
  }

  /** Hides the chunks in these packs from now on; `reprieve` undoes it. */
  condemn(packs: readonly string[]): void {
    for (const pack of packs) this.condemned.add(pack);
  }

  reprieve(packs: readonly string[]): void {
    for (const pack of packs) this.condemned.delete(pack);
  }
}
