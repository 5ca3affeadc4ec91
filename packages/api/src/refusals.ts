/**
 * Refusals as events: the first one of a user or an address at once, and at the end of the window one more with their number. So
 * guessing is visible and cannot flood the ledger.
 */
import type { Db } from "@kluis/db";
import type { Actor, Clock } from "@kluis/domain";
import type { Logger } from "pino";
import { guessRate, type Rates, tooFast } from "./rates.ts";
import { record } from "./record.ts";

/** forbidden: a right is missing. token, session: not valid. sign-in: the directory's answer was refused. */
export type RefusalKind = "forbidden" | "token" | "sign-in";

export interface Refusal {
  readonly kind: RefusalKind;
  /** The user, when one is known. */
  readonly actor: Extract<Actor, { kind: "person" }> | null;
  readonly ip: string | null;
  /** The refused procedure or reason, never a value that the caller chose. */
  readonly what: string;
}

const windowMs = 10 * 60_000;
/** Users and addresses with separate events in a window; the others share one. */
const ownMost = 50;
const whatsMost = 5;

interface Window {
  readonly refusal: Refusal;
  readonly since: Date;
  readonly whats: Set<string>;
  count: number;
}

export interface RefusalsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rates: Rates;
}

export class Refusals {
  readonly #deps: RefusalsDeps;
  readonly #windows = new Map<string, Window>();
  /** One after another, so that the ledger has the events in the order of what happened. It never rejects. */
  #written: Promise<void> = Promise.resolve();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(deps: RefusalsDeps) {
    this.#deps = deps;
  }

  /**
   * Notes a refusal. It never fails a request.
   * @throws KluisError RATE_LIMITED when this user or address was refused too often
   */
  note(refusal: Refusal): void {
    const who = whoOf(refusal);
    this.#count(`${refusal.kind} ${who}`, refusal);
    const waitMs = this.#deps.rates.take(`refused ${who}`, guessRate);
    if (waitMs > 0) throw tooFast(waitMs);
  }

  #count(own: string, refusal: Refusal): void {
    const known = this.#windows.get(own);
    const isOwn = known !== undefined || this.#windows.size < ownMost;
    const key = isOwn ? own : `${refusal.kind} others`;
    const window = this.#windows.get(key);
    if (window !== undefined) {
      window.count++;
      if (window.whats.size < whatsMost) window.whats.add(refusal.what);
      return;
    }
    const noted = isOwn ? refusal : { ...refusal, actor: null, ip: null };
    const begun = { refusal: noted, since: this.#deps.clock.now(), whats: new Set([refusal.what]), count: 1 };
    this.#windows.set(key, begun);
    this.#write(begun);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#end(key);
    }, windowMs);
    this.#timers.add(timer.unref());
  }

  #end(key: string): void {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window !== undefined && window.count > 1) this.#write(window);
  }

  #write({ refusal, since, whats, count }: Window): void {
    const { db, clock, logger } = this.#deps;
    const { kind, actor, ip } = refusal;
    const target =
      actor === null
        ? ({ type: "installation", id: "installation", name: ip ?? "Kluis" } as const)
        : ({ type: "person", id: actor.personId, name: actor.name } as const);
    const data = { refused: kind, count, what: [...whats], ip, since: since.toISOString() };
    const event = { kind: "access.refused", actor: actor ?? portalActor, target, data } as const;
    this.#written = this.#written
      .then(() =>
        record({ api: { db, clock } }, () => Promise.resolve({ result: undefined, events: [event] })),
      )
      .catch((error: unknown) => logger.error({ err: error }, "a refusal could not be recorded"));
  }

  /** Ends all windows now, and waits until their events are written. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const key of this.#windows.keys()) this.#end(key);
    await this.#written;
  }
}

/** No user is known for a refused credential: the portal says what it refused. */
const portalActor: Actor = { kind: "engine", name: "Kluis portal" };

/** A whole /64 of IPv6 belongs to one subscriber. */
function whoOf({ actor, ip }: Refusal): string {
  if (actor !== null) return actor.personId;
  if (ip === null) return "unknown";
  return ip.includes(":") ? ip.split(":").slice(0, 4).join(":") : ip;
}
