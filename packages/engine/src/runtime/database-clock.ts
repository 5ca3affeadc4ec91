/** The time of the database in this process. The time of the machine decides nothing: it may be wrong, or may be set. */
import { setTimeout as delay } from "node:timers/promises";
import { type Db, databaseNow } from "@kluis/db";
import type { TimedClock } from "@kluis/domain";

/** The pause before a difference is measured again. */
const CONFIRM_MS = 100;

/** The database's time at a moment of the machine's timer. */
interface Measured {
  readonly databaseMs: number;
  readonly elapsedMs: number;
  /** Half the duration of the query. */
  readonly uncertainMs: number;
}

/**
 * A clock that shows the database's time between two measurements, by a timer of the machine that only grows. Decisions in a
 * transaction use the database itself (`recordJob`, `databaseNow`).
 */
export class DatabaseClock implements TimedClock {
  readonly #db: Pick<Db, "prisma">;
  readonly #machine: TimedClock;
  #base: Measured;

  private constructor(db: Pick<Db, "prisma">, machine: TimedClock, base: Measured) {
    this.#db = db;
    this.#machine = machine;
    this.#base = base;
  }

  /** @throws when the database does not answer */
  static async open(db: Pick<Db, "prisma">, machine: TimedClock): Promise<DatabaseClock> {
    return new DatabaseClock(db, machine, await measure(db, machine));
  }

  now(): Date {
    return new Date(this.#base.databaseMs + this.#machine.elapsedMs() - this.#base.elapsedMs);
  }

  elapsedMs(): number {
    return this.#machine.elapsedMs();
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return this.#machine.wait(ms, signal);
  }

  /** Measures again, because timers drift and pause while a machine sleeps. */
  async measure(): Promise<void> {
    if (!this.#isOff(await measure(this.#db, this.#machine))) return;
    // One odd measurement does not move the clock: an answer may have waited for a lock.
    await delay(CONFIRM_MS);
    const again = await measure(this.#db, this.#machine);
    if (this.#isOff(again)) this.#base = again;
  }

  /** Whether a measurement differs from what the clock shows by more than the duration of the query explains. */
  #isOff(measured: Measured): boolean {
    const shownMs = this.#base.databaseMs + measured.elapsedMs - this.#base.elapsedMs;
    return Math.abs(measured.databaseMs - shownMs) > measured.uncertainMs;
  }
}

async function measure(db: Pick<Db, "prisma">, machine: TimedClock): Promise<Measured> {
  const began = machine.elapsedMs();
  const at = await databaseNow(db.prisma);
  const ended = machine.elapsedMs();
  return { databaseMs: at.getTime(), elapsedMs: (began + ended) / 2, uncertainMs: 1 + (ended - began) / 2 };
}
