/** The clock of the engine's tests: moves the engine's timers, the database, the queue and the local Azure in step. */
import { advanceDatabaseClock } from "@kluis/db/testing";
import type { TimedClock } from "@kluis/domain";
import type { TestStack } from "@kluis/local-stack/testing";
import { z } from "zod";

/** A length of time. */
export interface Span {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

const SECOND_MS = 1000;
/** Limit of the wait for the tasks that a move made due. */
const QUIET_LIMIT_MS = 300_000;
/** A task that is added to run at once may wait this long for its transaction. */
const PAUSE_MS = 400;
/** `pass` leaves longer pauses to the test: they are what it is about. */
const PASSED_MS = 10_000;
/** A shorter pause is over before the clock has moved. */
const SHORTEST_PASSED_MS = 30;
/** Tasks that a move runs once, however many of their periods it passes. All others run at their own time. */
const recurring = [
  "schedule.tick",
  "discover",
  "retention.run",
  "snapshots.expire",
  "history.expire",
  "vault.collect",
  "vault.damage-reach",
  "vault.copies",
  "vault.compare",
  "azure.sweep",
  "ledger.anchor",
  "transfer.dispatch",
  "transfer.forecast",
];

const queueState = z.tuple([z.object({ busy: z.number(), next: z.number().nullable() })]);
type QueueState = z.output<typeof queueState>[0];

export function spanMs({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND_MS;
}

/** Runs with the machine until a test moves it forward. */
export class TestClock implements TimedClock {
  readonly #stack: Pick<TestStack, "database" | "localAzure">;
  readonly #waits = new Set<() => void>();
  #aheadMs = 0;
  #passing: Promise<void> | null = null;
  /** When the last jump was made, by the machine of the database. */
  #movedAt: Date | null = null;

  constructor(stack: Pick<TestStack, "database" | "localAzure">) {
    this.#stack = stack;
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  elapsedMs(): number {
    return performance.now() + this.#aheadMs;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    const end = this.now().getTime() + ms;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const look = (): void => {
        clearTimeout(timer);
        const left = end - this.now().getTime();
        if (left > 0 && !signal.aborted) {
          timer = setTimeout(look, left);
          return;
        }
        this.#waits.delete(look);
        signal.removeEventListener("abort", look);
        resolve();
      };
      this.#waits.add(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  /**
   * Moves the time forward. Waits until the queue is quiet, moves to the next task of a job or to the end, and so on. Resolves
   * when the queue is quiet at the end.
   */
  async advance(span: Span): Promise<void> {
    const end = this.now().getTime() + spanMs(span);
    for (;;) {
      const next = await this.#quiet();
      const left = end - this.now().getTime();
      if (left <= 0) return;
      await this.#move(Math.ceil(Math.min(left, Math.max(0, next ?? left))));
    }
  }

  /**
   * Moves the time forward at once: what became due meanwhile runs once, late, as after a stop of all engines. Much cheaper than
   * `advance` when tasks are retried often. Does not wait for pauses that begin after the move: on a slow machine, many short
   * ones would follow each other without end.
   */
  async jump(span: Span): Promise<void> {
    await this.#quiet(this.#movedAt);
    await this.#move(spanMs(span));
    const { rows } = await this.#stack.database.db.pool.query("SELECT now() AS at");
    this.#movedAt = z.tuple([z.object({ at: z.date() })]).parse(rows)[0].at;
    await this.#quiet(this.#movedAt);
  }

  /**
   * Spends a short pause of the queue at once: when no task runs or is due, moves to the next task of a job. Waits use it, so that
   * they do not last as long as the pauses between tries. Callers at the same time share one move.
   */
  async pass(): Promise<void> {
    this.#passing ??= this.#pass().finally(() => {
      this.#passing = null;
    });
    await this.#passing;
  }

  async #pass(): Promise<void> {
    const { busy, next } = await this.#look(null);
    if (busy > 0 || next === null || next < SHORTEST_PASSED_MS || next > PASSED_MS) return;
    await this.#move(Math.ceil(next));
  }

  /** Moves the time forward to an instant. */
  async advanceTo(at: Date): Promise<void> {
    await this.advance({ seconds: Math.max(0, at.getTime() - this.now().getTime()) / SECOND_MS });
  }

  async #move(ms: number): Promise<void> {
    await advanceDatabaseClock(this.#stack.database.db.pool, ms);
    this.#aheadMs += ms;
    await this.#stack.localAzure.control.advanceClock(ms);
    for (const look of this.#waits) look();
  }

  /** Counts the tasks that run or are due, and measures the milliseconds until the next task of a job. */
  async #look(movedAt: Date | null): Promise<QueueState> {
    const { rows } = await this.#stack.database.db.pool.query(
      `SELECT count(*) FILTER (WHERE (locked_at IS NOT NULL OR run_at <= now())
           AND NOT ($2::timestamptz IS NOT NULL AND created_at > $2
             AND run_at - created_at > interval '${PAUSE_MS} ms'))::int AS busy,
         extract(epoch FROM min(run_at) FILTER (WHERE task_identifier <> ALL($1)) - now())::float8 * 1000 AS next
       FROM graphile_worker.jobs`,
      [recurring, movedAt],
    );
    return queueState.parse(rows)[0];
  }

  /**
   * Waits until no task runs or is due. Returns the milliseconds until the next task of a job; null when there is none.
   * @param movedAt ignores tasks that were added later than this, to run after a pause
   */
  async #quiet(movedAt: Date | null = null): Promise<number | null> {
    const deadline = performance.now() + QUIET_LIMIT_MS;
    for (let quiet = 0; performance.now() < deadline; ) {
      const { busy, next } = await this.#look(movedAt);
      // Twice: a timer of the engine may be about to add a task.
      quiet = busy === 0 ? quiet + 1 : 0;
      if (quiet === 2) return next;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { rows } = await this.#stack.database.db.pool.query(
      "SELECT key, attempts, locked_at IS NOT NULL AS running FROM graphile_worker.jobs WHERE locked_at IS NOT NULL OR run_at <= now()",
    );
    throw new Error(`The queue did not become quiet: ${JSON.stringify(rows)}`);
  }
}
