/** The limits of bandwidth of policies: each part that this engine moves gets the same share as those of other engines. */
import { type Db, type PolicyLoad, readPolicyLoad } from "@kluis/db";
import { bandwidthShare, type TimedClock } from "@kluis/domain";
import { createRate, type Rate } from "@kluis/vault";
import type { Log } from "../log.ts";

/** A new limit, and parts that begin or end elsewhere, change the share within this time and the next pack of a part. */
const READ_AGAIN_MS = 10_000;

interface Entry {
  readonly rate: Rate;
  load: PolicyLoad;
  readAtMs: number;
  /** Parts that wait for the same answer share it. */
  reading: Promise<void> | null;
  /** Parts of this engine. */
  mine: number;
}

export class PolicyRates {
  readonly #parts: { readonly db: Db; readonly clock: TimedClock; readonly log: Log };
  readonly #entries = new Map<string, Entry>();

  constructor(parts: { readonly db: Db; readonly clock: TimedClock; readonly log: Log }) {
    this.#parts = parts;
  }

  /** Moves a part of a backup under the limit of its policy. */
  async within<T>(policyId: string | null, move: (rate: Rate | null) => Promise<T>): Promise<T> {
    if (policyId === null) return move(null);
    const entry = this.#entries.get(policyId) ?? this.#add(policyId);
    entry.mine += 1;
    try {
      return await move({
        take: async (bytes, signal) => {
          await this.#read(policyId, entry);
          await entry.rate.take(bytes, signal);
        },
      });
    } finally {
      entry.mine -= 1;
      if (entry.mine === 0) this.#entries.delete(policyId);
    }
  }

  #add(policyId: string): Entry {
    const { clock } = this.#parts;
    const rate = createRate({
      limit: () => bandwidthShare(entry.load.bandwidth, { mine: entry.mine, all: entry.load.moving }),
      nowMs: () => clock.elapsedMs(),
      sleep: async (ms, signal) => {
        await clock.wait(ms, signal);
        await this.#read(policyId, entry);
      },
    });
    const load = { bandwidth: null, moving: 0 };
    const entry: Entry = { rate, load, readAtMs: Number.NEGATIVE_INFINITY, reading: null, mine: 0 };
    this.#entries.set(policyId, entry);
    return entry;
  }

  #read(policyId: string, entry: Entry): Promise<void> | null {
    if (this.#parts.clock.elapsedMs() - entry.readAtMs < READ_AGAIN_MS) return null;
    return (entry.reading ??= this.#readNow(policyId, entry).finally(() => {
      entry.reading = null;
    }));
  }

  /** @throws when nothing is known of the policy yet: moving without its limit could fill the line that it protects */
  async #readNow(policyId: string, entry: Entry): Promise<void> {
    const { db, clock, log } = this.#parts;
    const nowMs = clock.elapsedMs();
    try {
      entry.load = await readPolicyLoad(db.prisma, policyId);
      entry.readAtMs = nowMs;
    } catch (error) {
      if (entry.readAtMs === Number.NEGATIVE_INFINITY) throw error;
      log.warn({ error, policyId }, "limit of bandwidth was not read; the last one stays");
    }
  }
}
