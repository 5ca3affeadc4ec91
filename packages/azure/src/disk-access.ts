/** Access to a disk's bytes while a transfer runs: requests on its URL, bounded in time, and the grant's renewal. */
import { AnonymousCredential, newPipeline, PageBlobClient, type Pipeline } from "@azure/storage-blob";
import { isKluisError } from "@kluis/domain";
import { withBackoff } from "./backoff.ts";
import { call } from "./call.ts";
import type { AzureCall } from "./calls.ts";
import { type CallName, recoded } from "./errors.ts";
import type { Sas } from "./sas.ts";
import type { Grant } from "./types.ts";

/** Limit of one GET or Put Page. https://learn.microsoft.com/rest/api/storageservices/put-page */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** Access that a policy or a person revokes each time is not renewed in a loop. */
const maxFruitlessRenewals = 3;

export type RenewGrant = (signal: AbortSignal) => Promise<Grant>;

const pipelines = new Map<string, Pipeline>();

/**
 * The SDK's pipeline for one `x-ms-version`: the SDK has no setting for it, and access URLs are not signed over it. Its own
 * retries are off: they know neither Retry-After nor a cut body.
 */
function pipelineOf(storageVersion: string): Pipeline {
  const known = pipelines.get(storageVersion);
  if (known) return known;
  const pipeline = newPipeline(new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
  pipeline.factories.push({
    create: (next) => ({
      sendRequest(request) {
        request.headers.set("x-ms-version", storageVersion);
        return next.sendRequest(request);
      },
    }),
  });
  pipelines.set(storageVersion, pipeline);
  return pipeline;
}

/** The SDK's client of an access URL. */
export function pageBlob(sas: Sas): PageBlobClient {
  return new PageBlobClient(sas.reveal(), pipelineOf(sas.storageVersion));
}

/** A request on an access URL. */
export interface BlobRequest {
  readonly operation: AzureCall;
  readonly grant: Pick<Grant, "resourceId" | "sas">;
  /** Bytes that the request moves; they make its limit. */
  readonly bytes: number;
}

/**
 * Runs one request on an access URL and retries transient failures. A cut body is a failed connection, not a cancellation.
 * @throws KluisError AZURE_SAS_EXPIRED when access ended; DISK_ACCESS_REFUSED when no URL would help
 */
export function blobCall<T>(
  { operation, grant: { resourceId: target, sas }, bytes }: BlobRequest,
  signal: AbortSignal,
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const once = (): Promise<T> => {
    const limit = AbortSignal.timeout(sas.requestLimit(bytes));
    return attempt({ operation, target }, { signal, limit }, work);
  };
  return withBackoff(once, { signal });
}

/** An answer, or that it came too late. */
export type TimelyAnswer<T> =
  | { readonly late: false; readonly value: T }
  | { readonly late: true; readonly error: unknown };

/** The service's own words for a late answer. */
const lateCodes: ReadonlySet<unknown> = new Set(["OperationTimedOut", "RequestTimeout", "GatewayTimeout"]);

/**
 * Lists within the limit of a request without bytes: the service itself gives up after 30 seconds, and a smaller question is quicker.
 * Returns at once when the answer is late: the caller requests less.
 */
export function timelyCall<T>(
  name: CallName & { readonly sas: Sas },
  signal: AbortSignal,
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<TimelyAnswer<T>> {
  const ask = async (): Promise<TimelyAnswer<T>> => {
    const limit = AbortSignal.timeout(name.sas.requestLimit(0));
    try {
      return { late: false, value: await attempt(name, { signal, limit }, work) };
    } catch (error) {
      const isLate = limit.aborted || (isKluisError(error) && lateCodes.has(error.params["azureCode"]));
      if (!isLate || signal.aborted) throw error;
      return { late: true, error };
    }
  };
  return withBackoff(ask, { signal });
}

async function attempt<T>(
  name: CallName,
  { signal, limit }: { readonly signal: AbortSignal; readonly limit: AbortSignal },
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  return call({ ...name, surface: "disk" }, async (record) => {
    try {
      return await work(AbortSignal.any([signal, limit]));
    } finally {
      record.timedOut = !signal.aborted;
    }
  });
}

/** A live grant with its client. */
export interface OpenGrant {
  readonly grant: Grant;
  readonly blob: PageBlobClient;
}

/** A disk's grant, renewed once for all requests that wait for it. */
export class DiskAccess {
  readonly #renew: RenewGrant | undefined;
  #open: OpenGrant;
  #renewing: Promise<void> | null = null;
  /** Renewals since the last answer. */
  #fruitless = 0;

  constructor(grant: Grant, renew: RenewGrant | undefined) {
    this.#renew = renew;
    this.#open = { grant, blob: pageBlob(grant.sas) };
  }

  /**
   * Runs `work` with the grant; renews it and runs `work` again when access ended. `signal` bounds the renewal.
   * @throws KluisError DISK_ACCESS_REFUSED when new access ends as well, without one answer in between
   */
  async use<T>(signal: AbortSignal, work: (open: OpenGrant) => Promise<T>): Promise<T> {
    for (;;) {
      const open = this.#open;
      try {
        const result = await work(open);
        this.#fruitless = 0;
        return result;
      } catch (error) {
        if (!isKluisError(error, "AZURE_SAS_EXPIRED") || !this.#renew) throw error;
        // Another request may have renewed it already.
        if (this.#open !== open) continue;
        if (this.#fruitless >= maxFruitlessRenewals) throw recoded(error, "access-not-renewed");
        if (this.#renewing === null) this.#fruitless += 1;
        await this.#renewOnce(this.#renew, signal);
      }
    }
  }

  /** Renews the grant when it ends within `aheadMs` after `now` (epoch milliseconds). */
  async renewAhead(now: number, aheadMs: number, signal: AbortSignal): Promise<void> {
    const { expiresAt } = this.#open.grant;
    if (this.#renew && expiresAt - now < aheadMs) await this.#renewOnce(this.#renew, signal);
  }

  #renewOnce(renew: RenewGrant, signal: AbortSignal): Promise<void> {
    this.#renewing ??= renew(signal)
      .then((grant) => {
        this.#open = { grant, blob: pageBlob(grant.sas) };
      })
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }
}
