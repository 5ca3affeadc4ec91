/** Which segments of a recovery point a verification reads, and what is covered after it. Pure. */
import type { VerifyMode } from "./point.ts";

/** The part of a point that one sampled verification reads by default, in percent. */
export const SAMPLE_PERCENT = 10;

/** The round of sampled verifications of a point: the next segment, and how many the round has read. Segments count over all disks. */
export interface SampleRound {
  readonly next: number;
  readonly covered: number;
}

/** The disk sizes of a point in bytes, in the order in which its segments count, and the size of a segment. */
export interface PointShape {
  readonly disks: readonly number[];
  readonly segmentBytes: number;
}

/** How much one sampled verification may read. `bytes` counts whole segments of the disks, with their zeros. */
export type SampleBudget =
  | { readonly unit: "percent"; readonly amount: number }
  | { readonly unit: "bytes"; readonly amount: number };

/** The used bytes of a vault's budget of a night, by team, and the teams whose points wait. */
export interface NightShares {
  readonly budget: number;
  readonly used: ReadonlyMap<string, number>;
  readonly waiting: readonly string[];
}

/**
 * The bytes that a team may use now, so that its many points do not use the night of others: the same share for each team, and what a team
 * that waits no longer left of its share goes to those that wait.
 */
export function nightShare(team: string, { budget, used, waiting }: NightShares): number {
  const total = [...used.values()].reduce((sum, bytes) => sum + bytes, 0);
  const usedBy = (one: string): number => used.get(one) ?? 0;
  const open = new Set([...waiting, team]);
  let left = budget - [...used].reduce((sum, [one, bytes]) => sum + (open.has(one) ? 0 : bytes), 0);
  // Teams that have more than their share give nothing back: the others share what is left.
  for (const one of [...open].toSorted((a, b) => usedBy(b) - usedBy(a))) {
    if (usedBy(one) <= left / open.size) break;
    left -= usedBy(one);
    open.delete(one);
  }
  if (!open.has(team)) return 0;
  return Math.max(0, Math.min(left / open.size - usedBy(team), budget - total));
}

export interface Sample {
  readonly first: number;
  readonly count: number;
  /** Of the disks. */
  readonly bytes: number;
}

export function segmentsOf({ disks, segmentBytes }: PointShape): number {
  return disks.reduce((sum, bytes) => sum + Math.ceil(bytes / segmentBytes), 0);
}

/** The size of each segment, in order; the last one of a disk may be shorter. */
function sizesOf({ disks, segmentBytes }: PointShape): number[] {
  return disks.flatMap((bytes) =>
    Array.from({ length: Math.ceil(bytes / segmentBytes) }, (_, at) =>
      Math.min(segmentBytes, bytes - at * segmentBytes),
    ),
  );
}

/**
 * The next sample of a point: whole segments from where the round is, at most all of them once. A percentage reads at least one segment;
 * bytes are never exceeded, so a small budget may read none.
 */
export function planSample(shape: PointShape, round: SampleRound, budget: SampleBudget): Sample {
  const sizes = sizesOf(shape);
  const segments = sizes.length;
  const first = round.next < segments ? round.next : 0;
  const most =
    budget.unit === "percent" ? Math.ceil((segments * Math.min(100, budget.amount)) / 100) : segments;
  let [count, bytes] = [0, 0];
  while (count < most) {
    const size = sizes[(first + count) % segments] ?? 0;
    if (budget.unit === "bytes" && bytes + size > budget.amount) break;
    bytes += size;
    count += 1;
  }
  return { first, count, bytes };
}

/** The round after a sample of so many segments. A whole round begins the next one. */
export function nextRound(
  sample: Pick<Sample, "first" | "count">,
  segments: number,
  round: SampleRound,
): SampleRound {
  const before = round.next === sample.first && round.covered < segments ? round.covered : 0;
  return {
    next: segments === 0 ? 0 : (sample.first + sample.count) % segments,
    covered: Math.min(segments, before + sample.count),
  };
}

/** The share of a point that a round has read, in whole percent; 100 only when nothing is missing. */
export function coveragePercent(covered: number, segments: number): number {
  return segments === 0 ? 100 : Math.floor((covered * 100) / segments);
}

/** A part of a disk that one task checks; `segment` and `count` are segments of the disk. */
export interface VerifyPart {
  readonly disk: number;
  readonly segment: number;
  readonly count: number;
}

/** Segments of one part. A quick check of a segment reads only its nodes. */
const PART_SEGMENTS = { quick: 64, sampled: 1, full: 1 } as const satisfies Record<VerifyMode, number>;

/** Cuts `count` segments from `first` on into parts; after the last segment of the point comes its first one. */
export function* verifyParts(
  mode: VerifyMode,
  { disks, segmentBytes }: PointShape,
  { first, count }: Pick<Sample, "first" | "count">,
): Generator<VerifyPart> {
  const segments = segmentsOf({ disks, segmentBytes });
  const last = first + count;
  let start = 0;
  for (const [disk, bytes] of disks.entries()) {
    const size = Math.ceil(bytes / segmentBytes);
    // The sample, and its part that begins again at the first segment.
    for (const [from, to] of [
      [first, last],
      [first - segments, last - segments],
    ] as const) {
      const end = Math.min(size, to - start);
      for (let at = Math.max(0, from - start); at < end; at += PART_SEGMENTS[mode])
        yield { disk, segment: at, count: Math.min(PART_SEGMENTS[mode], end - at) };
    }
    start += size;
  }
}
