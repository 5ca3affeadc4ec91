import { AnonymousCredential, PageBlobClient } from "@azure/storage-blob";
import { isKluisError, type KluisError } from "@kluis/domain";
import { call } from "./call.ts";
import { recoded } from "./errors.ts";
import type { Sas } from "./sas.ts";

/** The most that one GET or Put Page may carry here. https://learn.microsoft.com/rest/api/storageservices/put-page */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** One request, body included. At 4 MiB that is 70 KiB/s: slower than this is as good as dead. */
const attemptMs = 60_000;

/** The SDK's client of a disk access URL. Its own retries are off: they know neither Retry-After nor a cut body. */
export function pageBlob(sas: Sas): PageBlobClient {
  return new PageBlobClient(sas.reveal(), new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
}

/**
 * Runs one request on a disk access URL, bounded in time. A body that is cut off is a failed connection, not a cancellation;
 * 403 means that access ended.
 */
export async function blobCall<T>(
  name: { readonly operation: string; readonly target: string },
  signal: AbortSignal,
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(attemptMs);
  try {
    return await call(name, async (record) => {
      try {
        return await work(AbortSignal.any([signal, limit]));
      } finally {
        record.timedOut = !signal.aborted;
      }
    });
  } catch (error) {
    throw isAccessEnded(error) ? recoded(error, "AZURE_SAS_EXPIRED") : error;
  }
}

function isAccessEnded(error: unknown): error is KluisError {
  return isKluisError(error, "AZURE_FORBIDDEN") || isKluisError(error, "AZURE_AUTH_FAILED");
}
