/** The clocks of the model's machines. Code under test that reads the time of its machine gets a wrong one: hours off, and drifting. */
const HOUR = 3_600_000;
const MOST_HOURS = 72;

const RealDate = Date;

export class MachineClocks {
  readonly #clocks = new Map<string, { shown: number; since: number; rate: number }>();
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32, from 0 up to, and without, 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** What the machine of an actor shows. Now and then someone sets it, right or wrong. */
  at(actor: string, now: number): number {
    let clock = this.#clocks.get(actor);
    if (clock === undefined || this.#next() < 1 / 300) {
      const hours = this.#next() * (this.#next() < 0.5 ? MOST_HOURS : 1);
      const shown = now + (this.#next() < 0.5 ? 1 : -1) * hours * HOUR;
      clock = { shown, since: now, rate: 0.9 + this.#next() / 5 };
      this.#clocks.set(actor, clock);
    }
    return Math.round(clock.shown + (now - clock.since) * clock.rate);
  }

  /** Runs one turn of an actor: until it waits again, `new Date()` and `Date.now()` are its machine's. */
  async turn(actor: string, now: number, go: () => void): Promise<void> {
    const shown = this.at(actor, now);
    globalThis.Date = class extends RealDate {
      constructor(...given: [] | [number | string | Date]) {
        super(given.length === 0 ? shown : given[0]);
      }
      static override now(): number {
        return shown;
      }
    } as DateConstructor;
    try {
      go();
      await new Promise((done) => setImmediate(done));
    } finally {
      globalThis.Date = RealDate;
    }
  }
}
