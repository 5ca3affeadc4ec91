/** The time of the local Azure. All expiries, waits and timestamps use it. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** A wait looks at the clock at least this often: the clock below may jump. */
const LONGEST_PAUSE_MS = 1000;

/** A clock with an offset to another one, so that a test can let hours pass. */
export class OffsetClock implements Clock {
  readonly #base: Clock;
  readonly #waits = new Set<() => void>();
  #offsetMs: number;

  constructor(base: Clock, offsetMs = 0) {
    this.#base = base;
    this.#offsetMs = offsetMs;
  }

  now(): number {
    return this.#base.now() + this.#offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Moves the clock forward and ends the waits that are over by then. It cannot go back. */
  advance(ms: number): void {
    if (!Number.isSafeInteger(ms) || ms < 0)
      throw new RangeError("A clock advances by a whole number of milliseconds of 0 or more");
    this.#offsetMs += ms;
    for (const look of this.#waits) look();
  }

  /** Resolves when the clock shows `ms` or later. Rejects with the signal's reason. */
  until(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const look = (): void => {
        clearTimeout(timer);
        const left = ms - this.now();
        if (left > 0 && !signal.aborted) {
          timer = setTimeout(look, Math.min(left, LONGEST_PAUSE_MS)).unref();
          return;
        }
        this.#waits.delete(look);
        signal.removeEventListener("abort", look);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      this.#waits.add(look);
      signal.addEventListener("abort", look);
      look();
    });
  }
}

/**
 * Formats a time as the Compute provider does: ticks of 100 ns and a numeric offset. The ticks below a
 * millisecond are made up, the same for the same time.
 */
export function isoTime(ms: number): string {
  const ticks = String((Math.abs(Math.trunc(ms)) * 7919 + 3) % 10_000).padStart(4, "0");
  return `${new Date(ms).toISOString().slice(0, -1)}${ticks}+00:00`;
}

/** Formats a time as Resource Manager and the authorization provider do: seven digits and `Z`. */
export function utcTime(ms: number): string {
  return isoTime(ms).replace("+00:00", "Z");
}

/** Formats a time as the `Date` header of HTTP. */
export function httpTime(ms: number): string {
  return new Date(ms).toUTCString();
}
