import { type Db, listen } from "@kluis/db";
import type { Logger } from "pino";

/** What a watcher should look at: these jobs, or (after a lost connection, or a while of silence) whatever it watches. */
export interface Look {
  readonly jobIds: ReadonlySet<string>;
  readonly everything: boolean;
}

export interface LiveHub {
  /**
   * Looks for one watcher, first at everything, then as the database tells; ends when the signal aborts or the hub closes.
   * What happens while the watcher is busy is gathered, so that a slow one misses nothing and nothing piles up.
   */
  looks(signal: AbortSignal): AsyncGenerator<Look, void, undefined>;
  close(): Promise<void>;
}

/** A notice may get lost (a connection that dies unseen); nobody waits longer than this for the truth. */
const lookAgainMs = 15_000;
/** Between two looks of one watcher. */
const pauseMs = 400;

/**
 * One LISTEN connection per process, shared by all watchers; opened with the first of them. Every portal process has its own,
 * so a watcher sees every job whichever process serves it.
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
      logger.error({ err: error }, "live events stopped; watchers look every few seconds instead");
      listening = undefined;
    });
  };

  async function* looks(signal: AbortSignal): AsyncGenerator<Look, void, undefined> {
    const ended = AbortSignal.any([signal, closing.signal]);
    const watcher = new Watcher(ended);
    watchers.add(watcher);
    start();
    try {
      for (;;) {
        const look = await watcher.next();
        if (look === null) return;
        yield look;
        await pause(pauseMs, ended);
      }
    } finally {
      watchers.delete(watcher);
    }
  }

  return {
    looks,
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

  /** What has gathered since the last call; null when watching has ended. */
  async next(): Promise<Look | null> {
    if (!this.#everything && this.#jobIds.size === 0 && !this.#ended.aborted) {
      const told = await this.#told();
      if (!told) this.#everything = true;
    }
    if (this.#ended.aborted) return null;
    const look = { jobIds: this.#jobIds, everything: this.#everything };
    this.#jobIds = new Set();
    this.#everything = false;
    return look;
  }

  /** True when something was told, false when it stayed silent. */
  #told(): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (told: boolean): void => {
        clearTimeout(timer);
        this.#ended.removeEventListener("abort", wake);
        this.#wake = () => undefined;
        resolve(told);
      };
      const wake = (): void => end(true);
      const timer = setTimeout(() => end(false), lookAgainMs);
      this.#wake = wake;
      this.#ended.addEventListener("abort", wake, { once: true });
    });
  }
}

/** Waits, or returns at once when the signal aborts. */
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
