/** Where the local Azure reads the time. Everything that expires, waits or is dated asks this and nothing else. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that follows another one at a distance, so that hours can pass in a test without waiting. */
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

  /** Moves the clock forward (never back: Azure's time does not run backwards). */
  advance(ms: number): void {
    if (!Number.isSafeInteger(ms) || ms < 0)
      throw new RangeError("A clock advances by a whole number of milliseconds, 0 or more");
    this.#offsetMs += ms;
  }
}

/** A point in time as ARM writes it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
