/** Verification of recovery points: finds damage and names it. */
import type { DamageFinding } from "@kluis/domain";
import { findingOf, isDamage, mapConcurrent, placeKey } from "@kluis/domain/core";
import { BLOCK_BYTES, FAN_OUT, SEGMENT_BYTES, WINDOW_BYTES } from "./constants.ts";
import { damaged, missing, objectOf } from "./errors.ts";
import type { ManifestDisk } from "./manifest.ts";
import { rootDigestOf, rootLevel } from "./map/disk-map.ts";
import { type LeafChunk, leafChunks } from "./map/leaf.ts";
import { packName, pointName } from "./names.ts";
import { type NodePlace, placeOf, splitNodeRef } from "./node-ref.ts";
import type { PackKind } from "./pack/kind.ts";
import type { VaultParts } from "./parts.ts";
import type { Points } from "./points.ts";
import type { ChunkReader } from "./read/chunk-reader.ts";
import type { WindowLeaf } from "./read/node-reader.ts";
import type {
  ChunkPlace,
  VerifyOptions,
  VerifyProblem,
  VerifyResult,
  VerifySegmentsOptions,
} from "./types.ts";
import { TableCheck } from "./verify-tables.ts";

export interface VerifyParts extends VaultParts {
  readonly points: Points;
  readonly chunks: ChunkReader;
}

/** Enough to see the extent of the damage; a destroyed pack causes tens of thousands. */
const MAX_PROBLEMS = 1000;
/** Damaged places of one verification; the next one finds the others. */
const MAX_FINDINGS = 10_000;
const SEGMENT_WINDOWS = SEGMENT_BYTES / WINDOW_BYTES;
/** Leaves whose chunks are opened together in a full verification. */
const LEAVES_AT_ONCE = 8;
const GROUPS_AT_ONCE = 6;

/** Checks one recovery point. Damage becomes a problem in the result; failures of the store (network, rights) are thrown. */
export async function verifyPoint(
  parts: VerifyParts,
  pointId: string,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const check = new PointCheck(parts, options);
  await check.run(pointId);
  return check.result();
}

/** Checks segments of one disk below a root that the caller knows to be right. Reads neither the manifest nor other segments. */
export async function verifySegments(
  parts: VerifyParts,
  { disk, first, count, mode, signal }: VerifySegmentsOptions,
): Promise<VerifyResult> {
  const wants = (_disk: string, segment: number): boolean => segment >= first && segment < first + count;
  const check = new PointCheck(parts, { mode, signal, wants });
  await check.below(disk.key, splitNodeRef(disk.root));
  return check.result();
}

class PointCheck {
  private readonly parts: VerifyParts;
  private readonly options: VerifyOptions;
  private readonly tables: TableCheck;
  private readonly problems: VerifyProblem[] = [];
  private readonly findings = {
    content: new Map<string, DamageFinding>(),
    table: new Map<string, DamageFinding>(),
  } as const satisfies Record<VerifyProblem["kind"], Map<string, DamageFinding>>;
  private readonly problemCounts = { content: 0, table: 0 };
  private readonly packBytes = new Map<string, number | null>();
  private readonly counts = { blocks: 0, bytes: 0, nodes: 0 };

  constructor(parts: VerifyParts, options: VerifyOptions) {
    this.parts = parts;
    this.options = options;
    this.tables = new TableCheck(parts);
  }

  async run(pointId: string): Promise<void> {
    let disks: readonly ManifestDisk[];
    try {
      disks = (await this.parts.points.get(pointId, this.options.signal)).manifest.disks;
    } catch (error) {
      this.record(error, null);
      return;
    }
    const totalBytes = disks.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
    let before = 0;
    for (const disk of disks) {
      await this.disk(disk, pointId, (position) =>
        this.options.onProgress?.({ bytesChecked: before + position, bytesTotal: totalBytes }),
      );
      before += disk.diskBytes;
    }
    this.options.onProgress?.({ bytesChecked: totalBytes, bytesTotal: totalBytes });
  }

  result(): VerifyResult {
    const { content, table } = this.problemCounts;
    const problemCount = content + table;
    return {
      ok: problemCount === 0,
      blocksChecked: this.counts.blocks,
      bytesChecked: this.counts.bytes,
      nodesChecked: this.counts.nodes,
      tablesChecked: this.tables.checked,
      problemCount,
      tableProblems: table,
      problems: this.problems,
      findings: {
        content: [...this.findings.content.values()],
        tables: [...this.findings.table.values()],
      },
      goodTables: this.tables.good,
    };
  }

  private async disk(
    disk: ManifestDisk,
    pointId: string,
    progress: (position: number) => void,
  ): Promise<void> {
    const root = placeOf(disk.root);
    const level = rootLevel(disk.diskBytes);
    const expected = rootDigestOf(this.parts.keys, root, disk.diskBytes);
    if (expected !== disk.rootDigest || (root !== null && root.level !== level)) {
      const problem = `the root digest of disk ${disk.key} does not match its chunk map`;
      this.record(damaged(pointName(pointId), problem), { disk: disk.key, offset: 0 });
    }
    if (root !== null) await this.below(disk.key, root, progress);
  }

  async below(disk: string, root: NodePlace, progress?: (position: number) => void): Promise<void> {
    const groups = groupsOf(this.leaves(root, 0, disk));
    const check = async (leaves: readonly WindowLeaf[]): Promise<number> => {
      await this.windows(leaves, disk);
      return (leaves.at(-1)?.window ?? 0) * WINDOW_BYTES;
    };
    // Several: the chunks of one group are often one run, which one thread opens.
    const limits = { limit: GROUPS_AT_ONCE, signal: this.options.signal };
    for await (const position of mapConcurrent(groups, limits, check)) progress?.(position);
  }

  /** Like the reader's walk, but a damaged node only skips its own subtree. */
  private async *leaves(place: NodePlace, first: number, disk: string): AsyncGenerator<WindowLeaf> {
    const { signal } = this.options;
    signal.throwIfAborted();
    if (!this.isWanted(disk, first, FAN_OUT ** place.level)) return;
    const at = { disk, offset: first * WINDOW_BYTES };
    if (place.level === 0) {
      const leaf = await this.attempt(at, () => this.parts.nodes.leaf(place, signal));
      await this.tablesOf([place], "nodes", at);
      if (leaf !== null) yield { window: first, place, leaf };
      return;
    }
    const inner = await this.attempt(at, () => this.parts.nodes.inner(place, signal));
    await this.tablesOf([place], "nodes", at);
    const list = inner?.list ?? null;
    if (list !== null) {
      await this.attempt(at, () => this.parts.nodes.packList(list, signal));
      await this.tablesOf([list], "nodes", at);
    }
    const span = FAN_OUT ** (place.level - 1);
    for (const [i, child] of (inner?.children ?? []).entries()) {
      if (child !== null) yield* this.leaves(child, first + i * span, disk);
    }
  }

  /** Whether any of these windows is in a segment to check. */
  private isWanted(disk: string, first: number, windows: number): boolean {
    const { wants } = this.options;
    if (wants === undefined) return true;
    const end = Math.ceil((first + windows) / SEGMENT_WINDOWS);
    for (let segment = Math.floor(first / SEGMENT_WINDOWS); segment < end; segment++)
      if (wants(disk, segment)) return true;
    return false;
  }

  private async attempt<T>(at: Spot, work: () => Promise<T>): Promise<T | null> {
    try {
      const node = await work();
      this.counts.nodes += 1;
      return node;
    } catch (error) {
      this.record(error, at);
      return null;
    }
  }

  private async windows(leaves: readonly WindowLeaf[], disk: string): Promise<void> {
    if (this.options.mode === "quick") {
      for (const { window, leaf } of leaves) {
        for (const chunk of leafChunks(leaf))
          await this.exists(chunk, { disk, offset: window * WINDOW_BYTES });
      }
      return;
    }
    // Chunk by chunk, to name each problem.
    if (!(await this.openTogether(leaves))) for (const leaf of leaves) await this.openSingly(leaf, disk);
    // Afterwards: it is known then which items were found elsewhere.
    await this.tablesOfLeaves(leaves, disk);
  }

  private async tablesOfLeaves(leaves: readonly WindowLeaf[], disk: string): Promise<void> {
    for (const { window, leaf } of leaves)
      await this.tablesOf(leafChunks(leaf), "chunks", { disk, offset: window * WINDOW_BYTES });
  }

  /** Records packs of these items whose table is damaged, each once. A quick verification does not read tables. */
  private async tablesOf(items: readonly ChunkPlace[], kind: PackKind, at: Spot): Promise<void> {
    if (this.options.mode === "quick") return;
    for (const error of await this.tables.damageOf(items, kind, this.options.signal))
      this.record(error, at, "table");
  }

  /** Opens all chunks of neighboring leaves together; false when one is damaged. */
  private async openTogether(leaves: readonly WindowLeaf[]): Promise<boolean> {
    try {
      const blocks = await checkBlocks(this.parts.chunks, leaves, this.options.signal);
      this.count(blocks);
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  private async openSingly({ window, place, leaf }: WindowLeaf, disk: string): Promise<void> {
    for (const chunk of leafChunks(leaf)) {
      const blocks = leaf.blocks.map((block) =>
        block !== null && sameChunk(block.chunk, chunk) ? block : null,
      );
      try {
        this.count(
          await checkBlocks(this.parts.chunks, [{ window, place, leaf: { blocks } }], this.options.signal),
        );
      } catch (error) {
        this.record(error, {
          disk,
          offset: window * WINDOW_BYTES + blocks.findIndex((b) => b !== null) * BLOCK_BYTES,
        });
      }
    }
  }

  private count(blocks: number): void {
    this.counts.blocks += blocks;
    this.counts.bytes += blocks * BLOCK_BYTES;
  }

  /** Records a problem unless the chunk's pack, or the one that it moved to, exists and is long enough. */
  private async exists(chunk: LeafChunk, at: Spot): Promise<void> {
    try {
      await this.parts.nodes.packs.moved.follow(chunk, this.options.signal, async (place) => {
        const name = packName({ pack: place.pack, kind: "chunks" });
        const bytes = await this.sizeOf(name);
        if (bytes === null) throw missing(name, this.parts.store.description);
        if (place.offset + place.length > bytes) throw damaged(name, "it ends early");
      });
    } catch (error) {
      this.record(error, at);
    }
  }

  private async sizeOf(name: string): Promise<number | null> {
    const known = this.packBytes.get(name);
    if (known !== undefined) return known;
    const bytes = (await this.parts.store.head(name, this.options.signal))?.bytes ?? null;
    this.packBytes.set(name, bytes);
    return bytes;
  }

  /** Records damage as a problem; throws every other error. */
  private record(error: unknown, at: Spot | null, kind: VerifyProblem["kind"] = "content"): void {
    if (!isDamage(error)) throw error;
    const { code, message } = error;
    const finding = findingOf(error);
    const { disk, offset } = at ?? { disk: null, offset: null };
    this.problemCounts[kind] += 1;
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push({ kind, object: objectOf(error), code, message, disk, offset, finding });
    const findings = this.findings[kind];
    if (finding !== null && findings.size < MAX_FINDINGS)
      findings.set(`${finding.object} ${finding.offset}`, finding);
  }
}

async function* groupsOf(leaves: AsyncIterable<WindowLeaf>): AsyncGenerator<readonly WindowLeaf[]> {
  let gathered: WindowLeaf[] = [];
  for await (const leaf of leaves) {
    gathered.push(leaf);
    if (gathered.length < LEAVES_AT_ONCE) continue;
    yield gathered;
    gathered = [];
  }
  if (gathered.length > 0) yield gathered;
}

interface Spot {
  readonly disk: string;
  readonly offset: number;
}

function sameChunk(a: LeafChunk, b: LeafChunk): boolean {
  return placeKey(a) === placeKey(b);
}

/** Opens every chunk of the leaves and compares every block's digest with the map. Returns the number of blocks. */
async function checkBlocks(
  chunks: ChunkReader,
  leaves: readonly WindowLeaf[],
  signal: AbortSignal,
): Promise<number> {
  const blocks = leaves
    .flatMap(({ leaf }) => leaf.blocks)
    .flatMap((content) => (content === null ? [] : [{ content, at: 0 }]));
  await chunks.openBlocks(blocks, { signal, target: null, keepPartial: false });
  return blocks.length;
}
