/** Limits of memory and concurrency that the transfers of a process share. */
import type { Budget, TransferLimits } from "./types.ts";

export interface LimitSettings {
  /** Plain bytes being read, compared or sealed at the same time; default 32 MiB. */
  readonly inFlightBytes?: number;
  /** Concurrent reads from sources; default 8. */
  readonly reads?: number;
  /** Concurrent uploads of packs; default 2. */
  readonly uploads?: number;
  /** Target size of a pack; default 16 MiB. */
  readonly packBytes?: number;
  /** zstd level; default 1: level 3 saves a tenth in size for a third more CPU (docs/vault-format.md). */
  readonly compressionLevel?: number;
}

const MIB = 1024 * 1024;

/** Makes the limits that all segments of a process share. */
export function createTransferLimits(settings: LimitSettings = {}): TransferLimits {
  return {
    inFlight: createBudget(settings.inFlightBytes ?? 32 * MIB),
    reads: createBudget(settings.reads ?? 8),
    uploads: createBudget(settings.uploads ?? 2),
    packBytes: settings.packBytes ?? 16 * MIB,
    compressionLevel: settings.compressionLevel ?? 1,
  };
}

interface Waiter {
  readonly amount: number;
  readonly grant: () => void;
}

/** A counting semaphore that serves callers in order. */
export function createBudget(total: number): Budget {
  let used = 0;
  const waiters: Waiter[] = [];
  const fits = (amount: number) => used === 0 || used + amount <= total;
  const wake = () => {
    for (let next = waiters[0]; next !== undefined && fits(next.amount); next = waiters[0]) {
      waiters.shift();
      used += next.amount;
      next.grant();
    }
  };
  return {
    acquire(amount, signal) {
      signal.throwIfAborted();
      if (waiters.length === 0 && fits(amount)) {
        used += amount;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(signal.reason);
          wake();
        };
        const waiter: Waiter = {
          amount,
          grant: () => {
            signal.removeEventListener("abort", leave);
            resolve();
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        waiters.push(waiter);
      });
    },
    release(amount) {
      used -= amount;
      wake();
    },
  };
}

/** Runs `work` while holding `amount` of the budget. */
export async function within<T>(
  budget: Budget,
  { amount, signal }: { readonly amount: number; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  await budget.acquire(amount, signal);
  try {
    return await work();
  } finally {
    budget.release(amount);
  }
}
