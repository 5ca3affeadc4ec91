/**
 * Single resources that Azure throttles. Only their own requests wait then.
 *
 * Azure's answer does not always tell the limit of a resource from that of a subscription. So a refusal that names the subscription
 * stops all requests of its kind, as Azure requires. If others are answered after that wait and the same resource is refused again,
 * the limit is that resource's: from then on it waits alone.
 */
import { longestBlockMs } from "@kluis/domain";

/** Beyond this many, the resource that was refused longest ago is forgotten. */
const mostResources = 1_000;

interface Refused {
  /** No request is sent in `[from, until)`. */
  readonly from: number;
  readonly until: number;
  /** Requests for other resources were answered since. */
  othersAnswered: boolean;
}

/** A resource with the bucket that its request uses. */
export interface ResourceUse {
  readonly bucketId: string;
  readonly resource: string;
}

export class RefusedResources {
  /** By bucket, then by resource; the resource that was refused last is last. */
  readonly #known = new Map<string, Map<string, Refused>>();

  /** How long a request must wait; 0: not at all. */
  waitOf({ bucketId, resource }: ResourceUse, now: number): number {
    const found = this.#known.get(bucketId)?.get(resource);
    // Before `from` the clock was set back, and the time that has passed is unknown.
    return found === undefined || now < found.from ? 0 : Math.max(0, found.until - now);
  }

  /** Whether a refusal that names the subscription is about this resource only. */
  isAlone({ bucketId, resource }: ResourceUse, now: number): boolean {
    const found = this.#known.get(bucketId)?.get(resource);
    return found !== undefined && found.othersAnswered && now - found.from < longestBlockMs;
  }

  /** `alone`: no other resource waits, so answers to others say nothing new. */
  refused(
    { bucketId, resource }: ResourceUse,
    { now, forMs, alone }: { readonly now: number; readonly forMs: number; readonly alone: boolean },
  ): void {
    const known = this.#known.get(bucketId) ?? new Map<string, Refused>();
    this.#known.set(bucketId, known);
    known.delete(resource);
    known.set(resource, { from: now, until: now + forMs, othersAnswered: alone });
    for (const oldest of known.keys()) {
      if (known.size <= mostResources) break;
      known.delete(oldest);
    }
  }

  answered({ bucketId, resource }: ResourceUse): void {
    const known = this.#known.get(bucketId);
    if (known === undefined) return;
    known.delete(resource);
    for (const other of known.values()) other.othersAnswered = true;
    if (known.size === 0) this.#known.delete(bucketId);
  }
}
