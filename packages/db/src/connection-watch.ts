/** Watches connections that hold session locks: PostgreSQL frees a lock when its connection ends. */
import type { ClientBase } from "pg";

/** The connection that holds a lock was lost, so another process may hold the lock now. */
export class LockLostError extends Error {
  constructor(cause?: unknown) {
    super("The connection that holds the lock was lost.", { cause });
    this.name = "LockLostError";
  }
}

/** How often the connection of a lock is checked: a broken network path reports no error. */
const KEEP_ALIVE_MS = 5_000;
/** After this time without an answer, a connection counts as lost. */
const ANSWER_LIMIT_MS = 10_000;

export interface Watch {
  readonly lost: AbortSignal;
  /** Ends the watch. Can be called twice. */
  stop(): Promise<void>;
}

/** Watches a connection: its end, its errors, and whether it still answers. */
export function watchConnection(client: ClientBase): Watch {
  const lost = new AbortController();
  const onError = (error?: unknown): void => lost.abort(new LockLostError(error));
  const onEnd = (): void => onError();
  client.on("error", onError);
  client.on("end", onEnd);
  let checking: Promise<void> = Promise.resolve();
  let isChecking = false;
  const timer = setInterval(() => {
    if (isChecking || lost.signal.aborted) return;
    isChecking = true;
    checking = answers(client, "SELECT 1").then((ok) => {
      isChecking = false;
      if (!ok) onError();
    });
  }, KEEP_ALIVE_MS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await checking;
    client.off("error", onError);
    client.off("end", onEnd);
  };
  return { lost: lost.signal, stop };
}

/** Whether a connection answers a statement in time. Never rejects. */
export async function answers(client: ClientBase, sql: string, parameters: string[] = []): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ANSWER_LIMIT_MS);
  const asked = client.query(sql, parameters).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
