/**
 * A disk as a qcow2 image with only its data, computed from the map alone, so that size and every range are known before a byte of
 * the disk is read. Source: QEMU, docs/interop/qcow2.rst (version 3, clusters of 64 KiB, refcounts of 16 bits). All numbers are
 * big-endian. In order: header, level-1 table, refcount table, refcount blocks, level-2 tables, data.
 */
import { type AllocationMap, clusterBytes, clustersPerGroup } from "./allocation-map.ts";
import type { ImageLayout, ImagePiece } from "./image.ts";

/** Changes when the same disk gets other bytes, so that no download resumes with a part of each. */
export const qcow2Revision = 1;

const clusterBits = 16;
const headerBytes = 104;
const refcountOrder = 4;
const refcountsPerBlock = clusterBytes / 2;
const entriesPerCluster = clusterBytes / 8;
/** Bit 63 of an entry: its cluster has a refcount of exactly one. */
const copied = 1n << 63n;

/** First cluster in the file of each part, and the number of all clusters. */
interface Places {
  readonly level1: number;
  readonly refcountTable: number;
  readonly refcountBlocks: number;
  readonly level2: number;
  readonly data: number;
  readonly end: number;
}

/** @throws RangeError unless the disk has whole sectors of 512 bytes */
export function qcow2Image(map: AllocationMap): ImageLayout {
  if (map.diskBytes % 512 !== 0)
    throw new RangeError("The size of a qcow2 image must be a whole number of 512-byte sectors.");
  const tables = new Tables(map);
  const { places } = tables;
  const size = places.end * clusterBytes;
  return {
    size,
    *pieces(start, end, most) {
      let offset = start;
      const dataAt = places.data * clusterBytes;
      for (; offset < Math.min(end, dataAt); offset = nextCluster(offset)) {
        const first = offset - (offset % clusterBytes);
        const bytes = tables.cluster(first / clusterBytes);
        yield { kind: "bytes", bytes: bytes.subarray(offset - first, end - first) };
      }
      if (offset < end) yield* dataPieces(map, { start: offset - dataAt, end: end - dataAt, most });
    },
  };
}

function nextCluster(offset: number): number {
  return offset - (offset % clusterBytes) + clusterBytes;
}

/** The data clusters, the last one filled with zeros. */
function* dataPieces(
  map: AllocationMap,
  { start, end, most }: { readonly start: number; readonly end: number; readonly most: number },
): Generator<ImagePiece> {
  const from = map.clusterAt(Math.floor(start / clusterBytes)) * clusterBytes + (start % clusterBytes);
  let left = Math.min(end, map.dataBytes) - start;
  if (left > 0)
    for (const run of map.runs(from, most)) {
      const length = Math.min(run.length, left);
      yield { kind: "disk", offset: run.offset, length };
      left -= length;
      if (left === 0) break;
    }
  const zeros = end - Math.max(start, map.dataBytes);
  if (zeros > 0) yield { kind: "bytes", bytes: new Uint8Array(zeros) };
}

/** Every cluster before the data. */
class Tables {
  readonly places: Places;
  readonly #map: AllocationMap;
  /** The groups with data, ascending: one level-2 table each. */
  readonly #groups: readonly number[];

  constructor(map: AllocationMap) {
    this.#map = map;
    this.#groups = Array.from({ length: map.groups }, (_, group) => group).filter((group) =>
      map.hasData(group),
    );
    this.places = placesFor(map.groups, this.#groups.length, map.dataClusters);
  }

  cluster(index: number): Uint8Array {
    const { level1, refcountTable, refcountBlocks, level2 } = this.places;
    const view = new DataView(new ArrayBuffer(clusterBytes));
    if (index < level1) this.#header(view);
    else if (index < refcountTable) this.#level1(view, (index - level1) * entriesPerCluster);
    else if (index < refcountBlocks) this.#refcountTable(view, (index - refcountTable) * entriesPerCluster);
    else if (index < level2) this.#refcountBlock(view, (index - refcountBlocks) * refcountsPerBlock);
    else this.#level2(view, index - level2);
    return new Uint8Array(view.buffer);
  }

  #header(view: DataView): void {
    const { level1, refcountTable, refcountBlocks } = this.places;
    view.setUint32(0, 0x5146_49fb); // "QFI", 0xfb
    view.setUint32(4, 3);
    view.setUint32(20, clusterBits);
    view.setBigUint64(24, BigInt(this.#map.diskBytes));
    view.setUint32(36, this.#map.groups);
    view.setBigUint64(40, offsetOf(level1));
    view.setBigUint64(48, offsetOf(refcountTable));
    view.setUint32(56, refcountBlocks - refcountTable);
    view.setUint32(96, refcountOrder);
    view.setUint32(100, headerBytes);
    // No snapshot, backing file or feature; the header extension of type 0 that follows ends the list.
  }

  #level1(view: DataView, first: number): void {
    const { level2 } = this.places;
    const from = lowerBound(this.#groups, first);
    for (let table = from; table < this.#groups.length; table++) {
      const entry = (this.#groups[table] ?? 0) - first;
      if (entry >= entriesPerCluster) break;
      view.setBigUint64(entry * 8, offsetOf(level2 + table) | copied);
    }
  }

  #refcountTable(view: DataView, first: number): void {
    const { refcountBlocks, level2 } = this.places;
    const last = Math.min(first + entriesPerCluster, level2 - refcountBlocks);
    for (let block = first; block < last; block++)
      view.setBigUint64((block - first) * 8, offsetOf(refcountBlocks + block));
  }

  #refcountBlock(view: DataView, first: number): void {
    const last = Math.min(first + refcountsPerBlock, this.places.end);
    for (let cluster = first; cluster < last; cluster++) view.setUint16((cluster - first) * 2, 1);
  }

  #level2(view: DataView, table: number): void {
    const group = this.#groups[table] ?? 0;
    const first = group * clustersPerGroup;
    let place = this.places.data + this.#map.dataBefore(group);
    let cluster = this.#map.nextData(first);
    while (cluster !== null && cluster < first + clustersPerGroup) {
      view.setBigUint64((cluster - first) * 8, offsetOf(place) | copied);
      place++;
      cluster = this.#map.nextData(cluster + 1);
    }
  }
}

function placesFor(groups: number, tables: number, dataClusters: number): Places {
  const level1 = 1;
  const refcountTable = level1 + Math.max(1, Math.ceil(groups / entriesPerCluster));
  // The refcounts count themselves. Each round can only add clusters, and a block has room for many.
  let [tableClusters, blocks] = [1, 1];
  for (;;) {
    const end = refcountTable + tableClusters + blocks + tables + dataClusters;
    const neededBlocks = Math.ceil(end / refcountsPerBlock);
    const neededTable = Math.ceil(neededBlocks / entriesPerCluster);
    if (neededBlocks <= blocks && neededTable <= tableClusters) break;
    [tableClusters, blocks] = [Math.max(neededTable, tableClusters), Math.max(neededBlocks, blocks)];
  }
  const refcountBlocks = refcountTable + tableClusters;
  const level2 = refcountBlocks + blocks;
  const data = level2 + tables;
  return { level1, refcountTable, refcountBlocks, level2, data, end: data + dataClusters };
}

function offsetOf(cluster: number): bigint {
  return BigInt(cluster) * BigInt(clusterBytes);
}

/** Index of the first value that is at least `wanted`. */
function lowerBound(values: readonly number[], wanted: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
