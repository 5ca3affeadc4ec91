/** Compares the machine's clock with those of the database and Azure, and stops schedule and collection while they differ. */
import { clearAttention, inTransaction, raiseAttention } from "@kluis/db";
import { errorInfo, judgeClocks, type KluisError, limits, notice, type TimedClock } from "@kluis/domain";
import type { ClockWatch, EngineDeps } from "../deps.ts";
import type { DatabaseClock } from "./database-clock.ts";
import { problemOf, reportPart } from "./report-part.ts";

/** An answer of Azure older than this says nothing about now. */
const AZURE_SAMPLE_MS = 30 * 60_000;

interface Sample {
  readonly aheadMs: number;
  readonly elapsedMs: number;
}

/** The newest times that Azure has sent, and when they came. */
export class AzureTime {
  /** Two, because one answer may have been on its way for minutes. */
  #samples: readonly Sample[] = [];

  /** Takes the `Date` header of an answer, which has just come. */
  observe(at: Date, clock: DatabaseClock): void {
    const sample = { aheadMs: at.getTime() - clock.now().getTime(), elapsedMs: clock.elapsedMs() };
    this.#samples = [...this.#samples.slice(-1), sample];
  }

  /** By how much Azure is ahead of the database; null when it has not answered for a while. */
  aheadMs(clock: DatabaseClock): number | null {
    const now = clock.elapsedMs();
    const fresh = this.#samples.filter(({ elapsedMs }) => now - elapsedMs <= AZURE_SAMPLE_MS);
    const [nearest] = fresh.toSorted((one, other) => Math.abs(one.aheadMs) - Math.abs(other.aheadMs));
    return nearest?.aheadMs ?? null;
  }
}

export interface ClockGuardParts {
  readonly host: string;
  readonly machine: TimedClock;
  readonly clock: DatabaseClock;
  readonly azure: AzureTime;
}

export class ClockGuard implements ClockWatch {
  readonly #parts: ClockGuardParts;
  #problem: KluisError | null = null;
  /** What the check before found. */
  #suspected = true;

  constructor(parts: ClockGuardParts) {
    this.#parts = parts;
  }

  /** Why this engine must not schedule and collect; null when it may. */
  get problem(): KluisError | null {
    return this.#problem;
  }

  /** Measures again, and reports a difference as a part of health and as something that needs attention. */
  async check(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<void> {
    const { host, machine, clock, azure } = this.#parts;
    await clock.measure();
    const engineAheadMs = machine.now().getTime() - clock.now().getTime();
    const before = this.#problem;
    const found = judgeClocks(host, { engineAheadMs, azureAheadMs: azure.aheadMs(clock) });
    // Two checks in a row, but one at the start: a machine may just be setting its time.
    this.#problem = this.#suspected ? found : null;
    this.#suspected = found !== null;
    if (this.#problem === null && before === null) return;
    await this.#report(deps);
    if (before === null) deps.log.error({ error: this.#problem }, "clocks differ; nothing is scheduled here");
    else if (this.#problem === null) deps.log.info("clocks agree again");
  }

  /** Withdraws what was reported: an engine that stops has no clock. */
  async close(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<void> {
    if (this.#problem === null) return;
    this.#problem = null;
    await this.#report(deps);
  }

  async #report(deps: Pick<EngineDeps, "db" | "clock">): Promise<void> {
    const { host } = this.#parts;
    const error = this.#problem;
    const problem = error === null ? null : problemOf(error);
    await reportPart(deps, { part: `clock:${host}`, problem, healthy: notice("clocks-agree", {}) });
    const key = `clock:${host}` as const;
    await inTransaction(deps.db, async (tx) => {
      if (error === null) await clearAttention(tx, key);
      else {
        const minutes = limits.clockToleranceMs / 60_000;
        const said = notice("clocks-differ", { host, minutes });
        await raiseAttention(tx, { key, kind: "clock", notice: said, error: errorInfo(error) });
      }
    });
  }
}
