/**
 * Tells the watchers of one process which jobs changed, from one LISTEN connection to the database.
 */
import { type Db, listen } from "@kluis/db";
import type { Logger } from "pino";

/**
 * The jobs that a watcher reads next. It reads all that it watches at the start, after a lost connection and after silence.
 */
export interface Change {
  readonly jobIds: ReadonlySet<string>;
  readonly everything: boolean;
}

export interface LiveHub {
  /**
   * Changes for one watcher: first everything, then as the database notifies. Ends when the signal
   * aborts or the hub closes. Changes that arrive while the watcher is busy are merged, so that a
   * slow watcher misses nothing and nothing piles up.
   */
  changes(signal: AbortSignal): AsyncGenerator<Change, void, undefined>;
  close(): Promise<void>;
}

/**
 * Silence after which a watcher reads everything again: a connection can die without an error, and
 * its notices are lost.
 */
const maxSilenceMs = 15_000;
/** Between two changes for one watcher, so that a busy job does not flood it. */
const pauseMs = 400;

/**
 * One LISTEN connection per process, opened with the first watcher and shared by all. Each portal
 * process has its own, so a watcher sees every job, whichever process serves it.
 */
export function createLiveHub(db: Db, logger: Logger): LiveHub {
  const watchers = new Set<Watcher>();
  const closing = new AbortController();
  let listening: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    for await (const notice of listen(db, "job", closing.signal)) {
      for (const watcher of watchers) {
        if (notice.kind === "reconnected") watcher.tellEverything();
        else watcher.tell(notice.payload.jobId);
      }
    }
  };
  const start = (): void => {
    listening ??= run().catch((error: unknown) => {
      logger.error({ err: error }, "live events stopped; watchers fall back to polling");
      listening = undefined;
    });
  };

  async function* changes(signal: AbortSignal): AsyncGenerator<Change, void, undefined> {
    const ended = AbortSignal.any([signal, closing.signal]);
    const watcher = new Watcher(ended);
    watchers.add(watcher);
    start();
    try {
      for (;;) {
        const change = await watcher.next();
        if (change === null) return;
        yield change;
        await pause(pauseMs, ended);
      }
    } finally {
      watchers.delete(watcher);
    }
  }

  return {
    changes,
    close: async () => {
      closing.abort();
      await listening;
    },
  };
}

class Watcher {
  readonly #ended: AbortSignal;
  #jobIds = new Set<string>();
  #everything = true;
  #wake: () => void = () => undefined;

  constructor(ended: AbortSignal) {
    this.#ended = ended;
  }

  tell(jobId: string): void {
    this.#jobIds.add(jobId);
    this.#wake();
  }

  tellEverything(): void {
    this.#everything = true;
    this.#wake();
  }

  /** What changed since the last call; null when watching has ended. */
  async next(): Promise<Change | null> {
    if (!this.#everything && this.#jobIds.size === 0 && !this.#ended.aborted) {
      const told = await this.#told();
      if (!told) this.#everything = true;
    }
    if (this.#ended.aborted) return null;
    const change = { jobIds: this.#jobIds, everything: this.#everything };
    this.#jobIds = new Set();
    this.#everything = false;
    return change;
  }

  /** True after a notice, false after too much silence. */
  #told(): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (told: boolean): void => {
        clearTimeout(timer);
        this.#ended.removeEventListener("abort", wake);
        this.#wake = () => undefined;
        resolve(told);
      };
      const wake = (): void => end(true);
      const timer = setTimeout(() => end(false), maxSilenceMs);
      this.#wake = wake;
      this.#ended.addEventListener("abort", wake, { once: true });
    });
  }
}

/** Waits, or returns immediately when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
