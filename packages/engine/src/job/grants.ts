/**
 * The access grants of this process. The URL of a grant is a secret and is kept only here, in memory. A process without one
 * requests it from Azure, which returns or extends the existing grant. The database counts what is open (open-access.ts).
 */
import type { Grant } from "@kluis/azure";
import type { Clock } from "@kluis/domain";

/** A grant is renewed when it expires within this time, which is longer than any single read. */
const RENEW_BEFORE_MS = 10 * 60_000;

export type RequestGrant = (resourceId: string, signal: AbortSignal) => Promise<Grant>;

export class GrantBook {
  readonly #grants = new Map<string, Promise<Grant>>();
  readonly #requestGrant: RequestGrant;
  readonly #clock: Clock;

  constructor(requestGrant: RequestGrant, clock: Clock) {
    this.#requestGrant = requestGrant;
    this.#clock = clock;
  }

  /** Returns the grant for a resource, and requests a new one before it expires. Concurrent callers share one request. */
  async get(id: string, signal: AbortSignal): Promise<Grant> {
    const resourceId = id.toLowerCase();
    const known = this.#grants.get(resourceId);
    if (known !== undefined) {
      const grant = await known;
      if (grant.expiresAt - this.#clock.now().getTime() > RENEW_BEFORE_MS) return grant;
    }
    return this.#request(resourceId, signal);
  }

  /** Returns a new grant in place of one that Azure refused. */
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
    const requested = this.#requestGrant(resourceId, signal);
    this.#grants.set(resourceId, requested);
    requested.catch(() => {
      if (this.#grants.get(resourceId) === requested) this.#grants.delete(resourceId);
    });
    return requested;
  }
}
