/** The clock of a machine: hours off, too fast or too slow, and set now and then. */
import type { Random } from "../faults/random.ts";

const HOUR = 3_600_000;
const MOST_HOURS = 72;

export class MachineClock {
  #shown: number;
  #since: number;
  #rate: number;

  constructor(random: Random, now: number) {
    this.#since = now;
    this.#shown = now + skew(random);
    this.#rate = rate(random);
  }

  /** What the machine shows when it is `now`. */
  at(now: number): number {
    return Math.round(this.#shown + (now - this.#since) * this.#rate);
  }

  /** Someone sets it, right or wrong. */
  jump(random: Random, now: number): void {
    this.#shown = random.chance(0.2) ? now : now + skew(random);
    this.#since = now;
    this.#rate = rate(random);
  }
}

/** Minutes as often as days. */
function skew(random: Random): number {
  const hours = random.chance(0.5) ? random.next() * MOST_HOURS : random.next();
  return Math.round((random.chance(0.5) ? 1 : -1) * hours * HOUR);
}

function rate(random: Random): number {
  return 0.9 + random.next() * 0.2;
}
