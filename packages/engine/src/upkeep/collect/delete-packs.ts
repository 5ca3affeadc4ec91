/** Deletes the objects of packs whose deletion was decided, also by a run that was killed. */
import { isDatabaseLost, knownError } from "@kluis/db";
import { type ErrorInfo, errorInfo, forEachConcurrent, limits } from "@kluis/domain";

interface Pack {
  readonly number: number;
  readonly bytes: number;
}

/** A deletion that the storage refused. The pack waits for `retryMs`. */
export interface RefusedPack {
  readonly number: number;
  readonly refusal: ErrorInfo;
  readonly retryMs: number;
}

export interface Deleting<P extends Pack> {
  /** Packs whose deletion was decided, without those that wait after a refusal. */
  readonly next: (limit: number) => Promise<readonly P[]>;
  readonly remove: (pack: P) => Promise<void>;
  readonly end: (packs: readonly number[]) => Promise<void>;
  readonly refused: (pack: RefusedPack) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface DeletedPacks {
  readonly deleted: number;
  readonly freedBytes: number;
  /** Deletions that the storage refused. */
  readonly refused: number;
}

/** Packs of one page, and of one transaction. */
const PAGE = 500;
const AT_ONCE = 8;

/** A pack that the storage does not delete stops no other pack: `next` leaves it out until its time. */
export async function deletePacks<P extends Pack>(deleting: Deleting<P>): Promise<DeletedPacks> {
  const { next, remove, end, signal } = deleting;
  const sum = { deleted: 0, freedBytes: 0, refused: 0 };
  for (;;) {
    const packs = await next(PAGE);
    const gone: number[] = [];
    await forEachConcurrent(packs, { limit: AT_ONCE, signal }, async (pack) => {
      try {
        await remove(pack);
        gone.push(pack.number);
        sum.freedBytes += pack.bytes;
      } catch (error) {
        signal.throwIfAborted();
        if (isDatabaseLost(error)) throw error;
        sum.refused++;
        const retryMs = limits.packRefusalPauseMs;
        await deleting.refused({ number: pack.number, refusal: errorInfo(knownError(error)), retryMs });
      }
    });
    await end(gone);
    sum.deleted += gone.length;
    if (packs.length < PAGE) return sum;
  }
}
