import type { PageBlobClient } from "@azure/storage-blob";
import { encodeVhdFooter, isKluisError, KluisError } from "@kluis/domain";
import { withBackoff } from "./backoff.ts";
import { blobCall, MAX_REQUEST_BYTES, pageBlob } from "./blob.ts";
import type { Grant } from "./types.ts";

const PAGE = 512;

export interface PageWriterOptions {
  readonly grant: Grant;
  /** Bytes of data, without the footer. */
  readonly diskBytes: number;
  /** Asks Azure for access again, when it ended in the middle. */
  readonly renew?: (signal: AbortSignal) => Promise<Grant>;
}

/** Writes an upload disk. Order is free, calls may overlap, and writing the same bytes again is harmless. */
export class PageWriter {
  readonly #options: PageWriterOptions;
  #grant: Grant;
  #blob: PageBlobClient;
  #renewing: Promise<void> | null = null;

  constructor(options: PageWriterOptions) {
    this.#options = options;
    this.#grant = options.grant;
    this.#blob = pageBlob(options.grant.sas);
  }

  /**
   * Writes whole pages: offset and length are multiples of 512, at most 4 MiB. Data that is all zeros is not sent, because
   * a fresh upload disk reads as zeros.
   *
   * @throws KluisError AZURE_SAS_EXPIRED, AZURE_THROTTLED, AZURE_UNREACHABLE, CANCELLED
   */
  async write(offset: number, data: Uint8Array, signal: AbortSignal): Promise<void> {
    const end = offset + data.length;
    const aligned =
      Number.isSafeInteger(offset) && offset >= 0 && offset % PAGE === 0 && data.length % PAGE === 0;
    if (!aligned || data.length > MAX_REQUEST_BYTES || end > this.#options.diskBytes) {
      throw new KluisError("INPUT_INVALID", {
        message: `${data.length} bytes at ${offset} are not whole pages of a disk of ${this.#options.diskBytes} bytes.`,
      });
    }
    if (data.length > 0 && !isZero(data)) await this.#put(offset, data, signal);
  }

  /** Writes the VHD footer, which Azure checks when the upload ends. */
  async writeFooter(uniqueId: string, signal: AbortSignal): Promise<void> {
    const { diskBytes } = this.#options;
    const footer = encodeVhdFooter({
      diskBytes,
      // A fixed time: a repeated restore writes the same footer.
      createdAt: new Date(Date.UTC(2000, 0, 1)),
      uniqueId: Buffer.from(uniqueId.replaceAll("-", ""), "hex"),
    });
    await this.#put(diskBytes, footer, signal);
  }

  async #put(offset: number, data: Uint8Array, signal: AbortSignal): Promise<void> {
    const blob = this.#blob;
    try {
      await this.#putWith(blob, { offset, data, signal });
    } catch (error) {
      if (!isKluisError(error, "AZURE_SAS_EXPIRED") || !this.#options.renew) throw error;
      if (this.#blob === blob) await this.#renew(signal);
      await this.#putWith(this.#blob, { offset, data, signal });
    }
  }

  async #putWith(
    blob: PageBlobClient,
    page: { readonly offset: number; readonly data: Uint8Array; readonly signal: AbortSignal },
  ): Promise<void> {
    const { offset, data, signal } = page;
    const name = { operation: "write the disk", target: this.#grant.resourceId };
    await withBackoff(
      () =>
        blobCall(name, signal, (abortSignal) =>
          blob.uploadPages(Buffer.from(data.buffer, data.byteOffset, data.length), offset, data.length, {
            abortSignal,
          }),
        ),
      { signal },
    );
  }

  #renew(signal: AbortSignal): Promise<void> {
    const { renew } = this.#options;
    if (!renew) return Promise.resolve();
    this.#renewing ??= renew(signal)
      .then((grant) => {
        this.#grant = grant;
        this.#blob = pageBlob(grant.sas);
      })
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }
}

function isZero(data: Uint8Array): boolean {
  return data[0] === 0 && Buffer.compare(data.subarray(1), data.subarray(0, -1)) === 0;
}

export function openPageWriter(options: PageWriterOptions): PageWriter {
  return new PageWriter(options);
}
