/** Saves the progress of a segment at most twice a second, however often the vault reports it. */
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

  /** Waits for a pending write. A report after the last write is dropped: the segment's result has the final counters. */
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
        // Progress is only displayed, so a failed write does not stop the transfer.
        this.#deps.log.warn({ error, jobId: this.#segment.disk.jobId }, "progress was not saved");
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
