/** Which packs of a vault are worth replacing by others that hold only what is still needed. */

/** A pack is a candidate below this share of live bytes, in percent: copying it then wins more than it moves. */
export const COMPACTION_SHARE = 50;

export interface CompactionCandidate {
  readonly bytes: number;
  /** Bytes of it that are still needed, as far as the accounts tell. */
  readonly liveBytes: number;
}

export interface CompactionBudget {
  /** Most bytes that one round may copy. */
  readonly copiedBytes: number;
  readonly packs: number;
  /** Nodes of chunk maps that a round reads, to find out exactly what is needed. */
  readonly nodes: number;
}

/** What a round reads for each node of level 2 or above: the node and its pack list. */
export const COMPACTION_NODE_BYTES = 8 * 1024;

/**
 * The candidates of one round, the emptiest first. None when reading the maps and copying costs more bytes than the round wins: the
 * candidates wait for others then.
 */
export function chooseCompaction<T extends CompactionCandidate>(
  candidates: readonly T[],
  budget: CompactionBudget,
): readonly T[] {
  const shareOf = ({ bytes, liveBytes }: CompactionCandidate): number => liveBytes / bytes;
  const sparse = candidates
    .filter(({ bytes, liveBytes }) => bytes > 0 && liveBytes * 100 < bytes * COMPACTION_SHARE)
    .toSorted((a, b) => shareOf(a) - shareOf(b));
  const chosen: T[] = [];
  let [copied, won] = [0, 0];
  for (const one of sparse) {
    if (chosen.length === budget.packs || copied + one.liveBytes > budget.copiedBytes) break;
    chosen.push(one);
    copied += one.liveBytes;
    won += one.bytes - one.liveBytes;
  }
  return won > copied + budget.nodes * COMPACTION_NODE_BYTES ? chosen : [];
}

/** Whether a pack is worth the copy, now that it is known exactly what is needed of it. */
export function isWorthCompacting({ bytes, liveBytes }: CompactionCandidate): boolean {
  return liveBytes * 100 < bytes * COMPACTION_SHARE;
}
