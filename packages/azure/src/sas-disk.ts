import type { PageBlobClient } from "@azure/storage-blob";
import { isKluisError, KluisError, vhdFooterBytes } from "@kluis/domain";
import { withBackoff } from "./backoff.ts";
import { blobCall, MAX_REQUEST_BYTES, pageBlob } from "./blob.ts";
import type { BlockSource, Grant } from "./types.ts";

/** A grant is renewed this long before it ends, or after a read was told that it has ended. */
const renewAheadMs = 10 * 60_000;

export interface SasDiskOptions {
  readonly grant: Grant;
  /** Asks Azure for access again; called by at most one read at a time. Without it an ended grant ends the reads. */
  readonly renew?: (signal: AbortSignal) => Promise<Grant>;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

/** A live grant with its client, replaced whole when it is renewed. */
interface Access {
  readonly grant: Grant;
  readonly blob: PageBlobClient;
}

function shortBody(got: number, length: number): KluisError {
  return new KluisError("AZURE_UNREACHABLE", {
    message: `Azure sent ${got} of ${length} bytes of the disk and stopped.`,
    action: "Kluis tries again by itself.",
  });
}

/** Gathers a body of known length. By events: iterating a stream costs a promise per 64 KiB. */
function collect(stream: NodeJS.ReadableStream | undefined, length: number): Promise<Uint8Array> {
  if (!stream) return Promise.reject(shortBody(0, length));
  return new Promise((resolve, reject) => {
    const out = Buffer.allocUnsafe(length);
    let at = 0;
    stream.on("data", (part: Buffer) => {
      if (at + part.length <= length) out.set(part, at);
      at += part.length;
    });
    stream.once("error", reject);
    stream.once("close", () => reject(shortBody(at, length)));
    stream.once("end", () => (at === length ? resolve(out) : reject(shortBody(at, length))));
  });
}

/** Reads a disk's snapshot through its access URL: aligned ranges of at most 4 MiB, each retried by itself. */
export class SasDiskSource implements BlockSource {
  readonly size: number;
  readonly #etag: string;
  readonly #options: SasDiskOptions;
  #access: Access;
  #renewing: Promise<void> | null = null;

  constructor(options: SasDiskOptions, facts: { readonly size: number; readonly etag: string }) {
    this.#options = options;
    this.#access = { grant: options.grant, blob: pageBlob(options.grant.sas) };
    this.size = facts.size;
    this.#etag = facts.etag;
  }

  /**
   * Reads `[offset, offset + length)`. May be called concurrently; the caller bounds how often.
   *
   * @param length at most 4 MiB
   * @throws KluisError AZURE_SAS_EXPIRED, AZURE_THROTTLED, AZURE_UNREACHABLE, AZURE_REJECTED (the snapshot changed), CANCELLED
   */
  async read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    this.#check(offset, length);
    if (length === 0) return new Uint8Array(0);
    await this.#renewAhead();
    const access = this.#access;
    try {
      return await this.#readWith(access, { offset, length, signal });
    } catch (error) {
      if (!isKluisError(error, "AZURE_SAS_EXPIRED") || !this.#options.renew) throw error;
      // Another read may have renewed it in the meantime: then its grant is used.
      if (this.#access === access) await this.#renewOnce();
      return this.#readWith(this.#access, { offset, length, signal });
    }
  }

  #check(offset: number, length: number): void {
    const sane = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (sane && length <= MAX_REQUEST_BYTES && offset + length <= this.size) return;
    throw new KluisError("INPUT_INVALID", {
      message: `A disk of ${this.size} bytes can't be read at ${offset} for ${length} bytes (at most ${MAX_REQUEST_BYTES}).`,
    });
  }

  async #readWith(
    access: Access,
    range: { readonly offset: number; readonly length: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    const { offset, length, signal } = range;
    const name = { operation: "read the disk", target: access.grant.resourceId };
    return withBackoff(
      () =>
        blobCall(name, signal, async (abortSignal) => {
          const conditions = { ifMatch: this.#etag };
          const answer = await access.blob.download(offset, length, { abortSignal, conditions });
          if (answer.contentRange?.startsWith(`bytes ${offset}-${offset + length - 1}/`) !== true) {
            throw new KluisError("AZURE_FAILED", {
              message: "Azure answered with another range of the disk.",
            });
          }
          return collect(answer.readableStreamBody, length);
        }),
      { signal },
    );
  }

  async #renewAhead(): Promise<void> {
    const now = this.#options.now?.() ?? Date.now();
    if (this.#options.renew && this.#access.grant.expiresAt - now < renewAheadMs) await this.#renewOnce();
  }

  /** One renewal for all reads that wait: it ends with the disk's signal, not with one reader's. */
  #renewOnce(): Promise<void> {
    const { renew, signal } = this.#options;
    if (!renew) return Promise.resolve();
    this.#renewing ??= renew(signal)
      .then((grant) => {
        this.#access = { grant, blob: pageBlob(grant.sas) };
      })
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }
}

/** Opens a disk's snapshot for reading: one HEAD tells its size (footer excluded) and its ETag. */
export async function openSasDisk(options: SasDiskOptions): Promise<SasDiskSource> {
  const { grant, signal } = options;
  const name = { operation: "open the disk", target: grant.resourceId };
  const facts = await withBackoff(
    () => blobCall(name, signal, (abortSignal) => pageBlob(grant.sas).getProperties({ abortSignal })),
    { signal },
  );
  const blobBytes = facts.contentLength ?? 0;
  if (facts.blobType !== "PageBlob" || blobBytes <= vhdFooterBytes || facts.etag === undefined) {
    throw new KluisError("DISK_NOT_SUPPORTED", {
      message: "Azure gave something else than a disk in VHD format.",
      params: { resourceId: grant.resourceId, bytes: blobBytes },
    });
  }
  return new SasDiskSource(options, { size: blobBytes - vhdFooterBytes, etag: facts.etag });
}
