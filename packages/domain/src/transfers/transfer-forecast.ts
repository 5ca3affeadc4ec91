/**
 * When each waiting transfer starts and ends, from measured history. Pure. It knows the transfers that exist, not those that
 * the next hours add.
 */
import { endOfWork, type OpenSpan } from "./transfer-window.ts";

/** A measured part of a transfer. */
export interface RateSample {
  readonly vault: string;
  readonly subscription: string;
  readonly diskKind: string;
  readonly bytes: number;
  readonly ms: number;
}

export type RateKey = Pick<RateSample, "vault" | "subscription" | "diskKind">;

/** Bytes per second of one slot without any history: a small disk over one connection. */
export const DEFAULT_RATE = 50 * 1024 * 1024;
/** The newest measured parts that count. */
export const RATE_SAMPLES = 500;
/** Fewer samples say too little: the next wider group decides. */
const SAMPLES_LEAST = 5;
/** Smaller parts measure the latency of requests, not the rate. */
const SAMPLE_BYTES_LEAST = 1024 * 1024;

/** The rate of one slot: by vault, subscription and kind of disk, or the next wider group that has history. */
export class TransferRates {
  readonly #groups = new Map<string, number>();

  constructor(samples: readonly RateSample[]) {
    const rates = new Map<string, number[]>();
    for (const sample of samples) {
      if (sample.ms <= 0 || sample.bytes < SAMPLE_BYTES_LEAST) continue;
      for (const group of groupsOf(sample)) {
        const list = rates.get(group) ?? [];
        list.push((sample.bytes * 1_000) / sample.ms);
        rates.set(group, list);
      }
    }
    for (const [group, list] of rates)
      if (list.length >= SAMPLES_LEAST) this.#groups.set(group, median(list));
  }

  /** Bytes per second of one slot. */
  of(key: RateKey): number {
    for (const group of groupsOf(key)) {
      const rate = this.#groups.get(group);
      if (rate !== undefined) return rate;
    }
    return DEFAULT_RATE;
  }
}

/** From the narrowest group to all history. */
function groupsOf({ vault, subscription, diskKind }: RateKey): string[] {
  return [`${vault}\n${subscription}\n${diskKind}`, `${vault}\n${subscription}`, vault, ""];
}

/** The middle value: one very slow or very fast sample does not move it. The mean of two for an even count; 0 of none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Transfers of a VM whose size counts. */
export const HISTORY_TRANSFERS = 7;

/**
 * Bytes that the next transfer of a VM reads: the median of its last transfers. Without history (a first backup) it is the size of
 * its disks, which is never too little.
 */
export function expectedBytes(lastTransfers: readonly number[], diskBytes: number): number {
  const last = lastTransfers.slice(0, HISTORY_TRANSFERS);
  return last.length === 0 ? diskBytes : Math.min(diskBytes, median(last));
}

/** A transfer in the order of the rules. Times are epoch milliseconds. */
export interface ForecastWork {
  readonly jobId: string;
  /** Open parts, and the expected time of all of them in one slot. */
  readonly parts: number;
  readonly workMs: number;
  /** Slots that it may hold at a time while others wait. */
  readonly mostSlots: number;
  /** When data may move; null: always. */
  readonly spans: readonly OpenSpan[] | null;
  readonly deadlineAt: number | null;
}

export interface Forecast {
  readonly jobId: string;
  /** From 1. */
  readonly position: number;
  /** Null: its window does not open long enough. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly isAtRisk: boolean;
}

/** A forecast must leave this time before the deadline: for the manifest, and a tenth of the time until the end. */
const MARGIN_MS = 5 * 60_000;
const MARGIN_SHARE = 0.1;

/**
 * Computes when each transfer starts and ends, when `slots` slots take them in this order. Transfers whose window is closed follow
 * those that may move now, by their opening.
 */
export function forecastTransfers(
  inOrder: readonly ForecastWork[],
  { now, slots }: { readonly now: number; readonly slots: number },
): Forecast[] {
  const free = new SlotTimes(Math.max(1, slots), now);
  return byOpening(inOrder, now).map((work, index) => {
    const { jobId, deadlineAt } = work;
    const times = slots > 0 ? place(work, free, now) : null;
    const endAt = times?.endAt ?? null;
    const base = { jobId, position: index + 1, startAt: times?.startAt ?? null, endAt };
    return { ...base, isAtRisk: isAtRisk({ now, endAt, deadlineAt }) };
  });
}

/** Whether an expected end leaves too little time before the deadline. Without an expected end every deadline is at risk. */
export function isAtRisk(given: {
  readonly now: number;
  readonly endAt: number | null;
  readonly deadlineAt: number | null;
}): boolean {
  return !leaves(given, 1);
}

/** Whether an expected end leaves twice the time that a deadline needs: a risk that was raised is over. */
export function isSafe(given: Parameters<typeof isAtRisk>[0]): boolean {
  return leaves(given, 2);
}

function leaves({ now, endAt, deadlineAt }: Parameters<typeof isAtRisk>[0], margins: number): boolean {
  if (deadlineAt === null) return true;
  if (endAt === null) return false;
  return endAt + margins * (MARGIN_MS + (endAt - now) * MARGIN_SHARE) <= deadlineAt;
}

function byOpening(inOrder: readonly ForecastWork[], now: number): ForecastWork[] {
  const opens = ({ spans }: ForecastWork): number =>
    spans === null
      ? now
      : Math.max(now, spans.find(({ end }) => end > now)?.start ?? Number.MAX_SAFE_INTEGER);
  return inOrder
    .map((work) => ({ work, opensAt: opens(work) }))
    .sort((a, b) => a.opensAt - b.opensAt)
    .map(({ work }) => work);
}

/** Takes slots for a transfer and returns when it uses them; null when its window ends first. */
function place(
  { parts, workMs, mostSlots, spans }: ForecastWork,
  free: SlotTimes,
  now: number,
): { readonly startAt: number; readonly endAt: number } | null {
  const side = Math.max(1, Math.min(parts, mostSlots, free.size));
  let startAt = Number.POSITIVE_INFINITY;
  let endAt = now;
  for (let slot = 0; slot < side; slot++) {
    const from = endOfWork(spans, free.earliest, 0);
    const to = from === null ? null : endOfWork(spans, from, workMs / side);
    if (from === null || to === null) return null;
    startAt = Math.min(startAt, from);
    endAt = Math.max(endAt, to);
    free.replaceEarliest(to);
  }
  return { startAt, endAt };
}

/** When each slot is free: a binary heap, whose first entry is the earliest. */
class SlotTimes {
  readonly #heap: number[];

  constructor(slots: number, now: number) {
    this.#heap = Array.from({ length: slots }, () => now);
  }

  get size(): number {
    return this.#heap.length;
  }

  get earliest(): number {
    return this.#heap[0] ?? 0;
  }

  replaceEarliest(at: number): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child =
        (heap[right] ?? Number.POSITIVE_INFINITY) < (heap[left] ?? Number.POSITIVE_INFINITY) ? right : left;
      const value = heap[child];
      if (value === undefined || value >= at) break;
      heap[index] = value;
      index = child;
    }
    heap[index] = at;
  }
}
