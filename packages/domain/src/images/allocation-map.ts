/** Which clusters of a disk have data. One bit per cluster, so that a disk of 4 TiB takes at most 8 MiB of memory. */
import type { Extent } from "../points/extent.ts";

/** The unit of qcow2 images and of downloads without holes; a block of the vault. */
export const clusterBytes = 65_536;
/** Clusters that one level-2 table of a qcow2 image maps: 512 MiB. */
export const clustersPerGroup = 8_192;
const wordsPerGroup = clustersPerGroup / 32;

/** Part of a disk in bytes. */
export interface DataRun {
  readonly offset: number;
  readonly length: number;
}

export class AllocationMap {
  readonly diskBytes: number;
  /** Clusters of the disk; the last one may reach beyond its end. */
  readonly clusters: number;
  /** Clusters with data. */
  readonly dataClusters: number;
  /** Bits of each group; null where it has no data. */
  readonly #groups: readonly (Uint32Array | null)[];
  /** Data clusters before each group, and in all. */
  readonly #before: Float64Array;

  private constructor(diskBytes: number, groups: readonly (Uint32Array | null)[]) {
    this.diskBytes = diskBytes;
    this.clusters = Math.ceil(diskBytes / clusterBytes);
    this.#groups = groups;
    this.#before = new Float64Array(groups.length + 1);
    for (const [index, words] of groups.entries())
      this.#before[index + 1] = at(this.#before, index) + (words === null ? 0 : countBits(words));
    this.dataClusters = at(this.#before, groups.length);
  }

  /**
   * Extents of data, in any order.
   * @throws RangeError when one reaches beyond the disk
   */
  static async of(
    diskBytes: number,
    extents: AsyncIterable<DataRun> | Iterable<DataRun>,
  ): Promise<AllocationMap> {
    const builder = new AllocationBuilder(diskBytes);
    for await (const extent of extents) builder.add(extent);
    return new AllocationMap(diskBytes, builder.groups);
  }

  /** Groups of clusters, with and without data. */
  get groups(): number {
    return this.#groups.length;
  }

  /** Bytes of the disk that are in clusters with data. */
  get dataBytes(): number {
    const last = this.clusters - 1;
    const cut = this.clusters > 0 && this.has(last) ? this.clusters * clusterBytes - this.diskBytes : 0;
    return this.dataClusters * clusterBytes - cut;
  }

  has(cluster: number): boolean {
    const words = this.#groups[Math.floor(cluster / clustersPerGroup)];
    if (words === null || words === undefined) return false;
    const bit = cluster % clustersPerGroup;
    return ((at(words, bit >>> 5) >>> (bit & 31)) & 1) === 1;
  }

  hasData(group: number): boolean {
    return this.#groups[group] !== null && group < this.#groups.length;
  }

  /** Data clusters before the first of this group. */
  dataBefore(group: number): number {
    return at(this.#before, group);
  }

  /** The cluster that has `rank` data clusters before it; `rank` is below `dataClusters`. */
  clusterAt(rank: number): number {
    if (!Number.isSafeInteger(rank) || rank < 0 || rank >= this.dataClusters)
      throw new RangeError("The rank is outside the clusters with data.");
    let [low, high] = [0, this.#groups.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (at(this.#before, middle) <= rank) low = middle;
      else high = middle - 1;
    }
    const words = this.#groups[low] ?? new Uint32Array();
    let left = rank - at(this.#before, low);
    for (const [index, word] of words.entries()) {
      const bits = bitsOf(word);
      if (left < bits) return low * clustersPerGroup + index * 32 + nthBit(word, left);
      left -= bits;
    }
    throw new RangeError("The counts of an allocation map disagree with its bits.");
  }

  /** The first cluster with data from `cluster` on, or null. */
  nextData(cluster: number): number | null {
    for (let group = Math.floor(cluster / clustersPerGroup); group < this.#groups.length; group++) {
      const words = this.#groups[group];
      if (words === null || words === undefined) continue;
      const from = Math.max(0, cluster - group * clustersPerGroup);
      for (let index = from >>> 5; index < wordsPerGroup; index++) {
        const word = at(words, index);
        const masked = index === from >>> 5 ? word & (-1 << (from & 31)) : word;
        if (masked !== 0) return group * clustersPerGroup + index * 32 + nthBit(masked >>> 0, 0);
      }
    }
    return null;
  }

  /** Runs of data from an offset of the disk on, merged, at most `most` bytes each. */
  *runs(from: number, most = Number.POSITIVE_INFINITY): Generator<DataRun> {
    let start = this.nextData(Math.floor(from / clusterBytes));
    const limit = Math.max(1, Math.floor(most / clusterBytes));
    while (start !== null) {
      let end = start + 1;
      while (end - start < limit && this.has(end)) end++;
      const offset = Math.max(from, start * clusterBytes);
      yield { offset, length: Math.min(end * clusterBytes, this.diskBytes) - offset };
      start = this.nextData(end);
    }
  }
}

class AllocationBuilder {
  readonly groups: (Uint32Array | null)[];
  readonly #diskBytes: number;

  constructor(diskBytes: number) {
    if (!Number.isSafeInteger(diskBytes) || diskBytes < 0)
      throw new RangeError("The size of a disk is a whole number from zero.");
    this.#diskBytes = diskBytes;
    const count = Math.ceil(diskBytes / (clusterBytes * clustersPerGroup));
    this.groups = Array.from({ length: count }, () => null);
  }

  add({ offset, length }: DataRun): void {
    if (offset < 0 || length < 0 || offset + length > this.#diskBytes)
      throw new RangeError("An extent reaches beyond the end of the disk.");
    if (length === 0) return;
    const last = Math.floor((offset + length - 1) / clusterBytes);
    for (let cluster = Math.floor(offset / clusterBytes); cluster <= last; ) {
      const group = Math.floor(cluster / clustersPerGroup);
      const words = (this.groups[group] ??= new Uint32Array(wordsPerGroup));
      const bit = cluster % clustersPerGroup;
      if ((bit & 31) === 0 && cluster + 31 <= last) {
        words[bit >>> 5] = 0xffff_ffff;
        cluster += 32;
      } else {
        words[bit >>> 5] = at(words, bit >>> 5) | (1 << (bit & 31));
        cluster++;
      }
    }
  }
}

/** Extents as the vault reports them. */
export async function* dataOf(extents: AsyncIterable<Extent>): AsyncGenerator<DataRun> {
  for await (const extent of extents) if (extent.kind === "data") yield extent;
}

function at(values: Uint32Array | Float64Array, index: number): number {
  return values[index] ?? 0;
}

function countBits(words: Uint32Array): number {
  let sum = 0;
  for (const word of words) sum += bitsOf(word);
  return sum;
}

function bitsOf(word: number): number {
  let v = word - ((word >>> 1) & 0x5555_5555);
  v = (v & 0x3333_3333) + ((v >>> 2) & 0x3333_3333);
  return (((v + (v >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}

/** Index of the bit that has `n` set bits below it. */
function nthBit(word: number, n: number): number {
  let left = word;
  for (let skipped = 0; skipped < n; skipped++) left &= left - 1;
  return 31 - Math.clz32(left & -left);
}
