/** Live notifications between processes, over PostgreSQL's LISTEN and NOTIFY. */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import type { Db } from "../client.ts";
import type { Tx } from "../tx.ts";

/** The payloads by channel. They contain only ids, because every database session can listen. */
const channels = {
  /** A job, one of its steps, disks or segments changed. */
  job: z.object({ jobId: z.uuid() }),
  /** VMs were found, changed or deleted, or their protection changed. */
  inventory: z.object({ vmId: z.uuid().optional() }),
  /** A recovery point was created, verified or deleted. */
  points: z.object({ pointId: z.uuid().optional(), vmId: z.uuid().optional() }),
} as const;

export type Channel = keyof typeof channels;
export type ChannelPayload<C extends Channel> = z.infer<(typeof channels)[C]>;

/** Notifies listeners when the caller's transaction commits. Equal notifications of one transaction arrive once. */
export async function notify<C extends Channel>(
  tx: Tx,
  channel: C,
  payload: ChannelPayload<C>,
): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${`kluis_${channel}`}::text, ${JSON.stringify(payload)}::text)`;
}

/** As `notify` for each payload, by one statement. */
export async function notifyEach<C extends Channel>(
  tx: Tx,
  channel: C,
  payloads: readonly ChannelPayload<C>[],
): Promise<void> {
  if (payloads.length === 0) return;
  const texts = payloads.map((payload) => JSON.stringify(payload));
  await tx.$executeRaw`
    SELECT pg_notify(${`kluis_${channel}`}::text, given.payload) FROM unnest(${texts}::text[]) AS given(payload)`;
}

/** A notification, or `reconnected`: notifications may have been lost, so read the watched rows again. */
export type Notification<C extends Channel> =
  | { readonly kind: "notice"; readonly payload: ChannelPayload<C> }
  | { readonly kind: "reconnected" };

const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** A listener with more pending notifications than this gets `reconnected` instead of the rest. */
const mostWaiting = 1_000;

/**
 * Listens on a channel until the signal aborts, which ends the iteration. Yields `reconnected` when listening starts, and after
 * every lost connection. Each call holds a connection outside the pool, so share one per process and channel.
 */
export async function* listen<C extends Channel>(
  db: Db,
  channel: C,
  signal: AbortSignal,
): AsyncGenerator<Notification<C>> {
  const schema: z.ZodType = channels[channel];
  let pause = firstPauseMs;
  while (!signal.aborted) {
    const connection = new Connection(db, `kluis_${channel}`, signal);
    try {
      await connection.open();
      pause = firstPauseMs;
      yield { kind: "reconnected" };
      for await (const text of connection.messages()) {
        if (text === null) yield { kind: "reconnected" };
        else yield { kind: "notice", payload: schema.parse(JSON.parse(text)) as ChannelPayload<C> };
      }
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
    } finally {
      await connection.close();
    }
    if (!signal.aborted) await delay(pause, undefined, { signal }).catch(ignoreAbort);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

function isConnectionLoss(error: unknown): boolean {
  return !(error instanceof z.ZodError) && !(error instanceof SyntaxError);
}

/** The signal aborted the pause, so listening ends without an error. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== "AbortError") throw error;
}

/** One listening connection. Notifications wait in a short queue, in which `null` replaces those that did not fit. */
class Connection {
  readonly #client: pg.Client;
  readonly #name: string;
  readonly #signal: AbortSignal;
  #waiting: (string | null)[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(db: Db, name: string, signal: AbortSignal) {
    this.#client = new pg.Client(db.pool.options);
    this.#name = name;
    this.#signal = signal;
    this.#client.on("notification", (message) => this.#push(message.payload ?? ""));
    this.#client.on("error", this.#end);
    this.#client.on("end", this.#end);
    signal.addEventListener("abort", this.#end, { once: true });
  }

  async open(): Promise<void> {
    await this.#client.connect();
    await this.#client.query(`LISTEN "${this.#name}"`);
  }

  async *messages(): AsyncGenerator<string | null> {
    while (!this.#ended) {
      const batch = this.#waiting;
      this.#waiting = [];
      yield* batch;
      if (this.#waiting.length === 0 && !this.#isEnded()) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async close(): Promise<void> {
    this.#end();
    this.#signal.removeEventListener("abort", this.#end);
    await this.#client.end().catch(() => undefined);
  }

  #isEnded(): boolean {
    return this.#ended;
  }

  #push(text: string): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(text);
    else this.#waiting[mostWaiting - 1] = null;
    this.#wake();
  }

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake();
  };
}
