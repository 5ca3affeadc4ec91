/**
 * Read grants of this process. A grant's URL is a secret: it lives here, in memory, and nowhere else. A process that has none
 * asks Azure again, which returns or extends the grant that is there.
 */

import type { Grant } from "@kluis/azure";
import type { Clock } from "@kluis/domain";

/** A grant is renewed when less than this is left of it: longer than any one read can take. */
const RENEW_BEFORE_MS = 10 * 60_000;

export type AskGrant = (resourceId: string, signal: AbortSignal) => Promise<Grant>;

export class GrantBook {
  readonly #grants = new Map<string, Promise<Grant>>();
  readonly #ask: AskGrant;
  readonly #clock: Clock;

  constructor(ask: AskGrant, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** The grant for a resource: the known one while it lasts, else a new one. Callers at the same time share one request. */
  async get(id: string, signal: AbortSignal): Promise<Grant> {
    const resourceId = id.toLowerCase();
    const known = this.#grants.get(resourceId);
    if (known !== undefined) {
      const grant = await known;
      if (grant.expiresAt - this.#clock.now().getTime() > RENEW_BEFORE_MS) return grant;
    }
    return this.#request(resourceId, signal);
  }

  /** A grant that Azure refused is asked for anew. */
  async renew(refused: Grant, signal: AbortSignal): Promise<Grant> {
    const resourceId = refused.resourceId.toLowerCase();
    const known = this.#grants.get(resourceId);
    const current = known === undefined ? null : await known;
    if (current !== null && current !== refused) return current;
    return this.#request(resourceId, signal);
  }

  forget(resourceId: string): void {
    this.#grants.delete(resourceId.toLowerCase());
  }

  #request(resourceId: string, signal: AbortSignal): Promise<Grant> {
    const asked = this.#ask(resourceId, signal);
    this.#grants.set(resourceId, asked);
    asked.catch(() => {
      if (this.#grants.get(resourceId) === asked) this.#grants.delete(resourceId);
    });
    return asked;
  }
}
