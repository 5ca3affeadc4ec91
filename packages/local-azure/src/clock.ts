/** The time of the local Azure. All expiries and timestamps use it. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock with an offset to another one, so that a test can let hours pass. */
export class OffsetClock implements Clock {
  readonly #base: Clock;
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

  /** Moves the clock forward. It cannot go back. */
  advance(ms: number): void {
    if (!Number.isSafeInteger(ms) || ms < 0)
      throw new RangeError("A clock advances by a whole number of milliseconds of 0 or more");
    this.#offsetMs += ms;
  }
}

/** Formats a time in ISO 8601, as ARM does. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
