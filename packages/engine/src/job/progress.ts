/** Progress of a segment: at most two writes a second, however often the vault reports; the last report is never lost. */
import {
  countProgress,
  inTransaction,
  noStats,
  notify,
  type TransferStats,
  type WorkSegment,
} from "@kluis/db";
import type { EngineDeps } from "../deps.ts";

const FLUSH_MS = 500;

type Totals = Pick<TransferStats, "readBytes" | "changedBytes" | "movedBytes" | "storedBytes">;

export class ProgressReporter {
  readonly #deps: Pick<EngineDeps, "db" | "log">;
  readonly #segment: WorkSegment;
  #latest: Totals | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: Pick<EngineDeps, "db" | "log">, segment: WorkSegment) {
    this.#deps = deps;
    this.#segment = segment;
  }

  report(totals: Totals): void {
    this.#latest = totals;
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, FLUSH_MS);
  }

  /** Waits for what is being written. The segment's result, which comes next, carries the final figures. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#writing;
  }

  #flush(): void {
    const totals = this.#latest;
    if (totals === null) return;
    this.#latest = null;
    this.#writing = this.#writing
      .then(() => this.#write(totals))
      .catch((error: unknown) => {
        // Progress is for the eye: a write that fails is logged, and the transfer goes on.
        this.#deps.log.warn({ error, jobId: this.#segment.disk.jobId }, "progress was not written");
      });
  }

  async #write({ readBytes, changedBytes, movedBytes, storedBytes }: Totals): Promise<void> {
    const stats: TransferStats = { ...noStats, readBytes, changedBytes, movedBytes, storedBytes };
    await inTransaction(this.#deps.db, async (tx) => {
      await countProgress(tx, this.#segment, stats);
      await notify(tx, "job", { jobId: this.#segment.disk.jobId });
    });
  }
}
