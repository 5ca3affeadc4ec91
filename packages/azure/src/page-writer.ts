/** Writes the bytes of an upload disk. */
import { encodeVhdFooter, KluisError } from "@kluis/domain";
import { blobCall, DiskAccess, MAX_REQUEST_BYTES, type RenewGrant } from "./disk-access.ts";
import type { Grant } from "./types.ts";

const PAGE_BYTES = 512;

export interface PageWriterOptions {
  readonly grant: Grant;
  /** Bytes of data, without the footer. */
  readonly diskBytes: number;
  /** Gets access again when it ended during the transfer. */
  readonly renew?: RenewGrant;
}

/** Writes in any order, also concurrently; writing the same bytes again is harmless. */
export class PageWriter {
  readonly #access: DiskAccess;
  readonly #diskBytes: number;

  constructor({ grant, diskBytes, renew }: PageWriterOptions) {
    this.#access = new DiskAccess(grant, renew);
    this.#diskBytes = diskBytes;
  }

  /**
   * Writes whole pages: offset and length are multiples of 512, the length is at most 4 MiB. Skips data of zeros only,
   * because a fresh upload disk reads as zeros.
   *
   * @throws KluisError AZURE_SAS_EXPIRED, AZURE_THROTTLED, AZURE_UNREACHABLE, CANCELLED
   */
  async write(offset: number, data: Uint8Array, signal: AbortSignal): Promise<void> {
    const { length } = data;
    const isAligned =
      Number.isSafeInteger(offset) && offset >= 0 && offset % PAGE_BYTES === 0 && length % PAGE_BYTES === 0;
    if (!isAligned || length > MAX_REQUEST_BYTES || offset + length > this.#diskBytes) {
      throw new KluisError("INPUT_INVALID", {
        reason: "value",
        message: `${length} bytes at ${offset} are not whole pages of a disk of ${this.#diskBytes} bytes.`,
        params: { offset, length, diskBytes: this.#diskBytes },
      });
    }
    if (length > 0 && !isZero(data)) await this.#put(offset, data, signal);
  }

  /** Writes the VHD footer, which Azure checks when the upload ends. */
  async writeFooter(uniqueId: string, signal: AbortSignal): Promise<void> {
    const footer = encodeVhdFooter({
      diskBytes: this.#diskBytes,
      // A fixed time: a repeated restore writes the same footer.
      createdAt: new Date(Date.UTC(2000, 0, 1)),
      uniqueId: Buffer.from(uniqueId.replaceAll("-", ""), "hex"),
    });
    await this.#put(this.#diskBytes, footer, signal);
  }

  #put(offset: number, data: Uint8Array, signal: AbortSignal): Promise<void> {
    const body = Buffer.from(data.buffer, data.byteOffset, data.length);
    return this.#access.use(signal, async ({ grant, blob }) => {
      await blobCall({ operation: "write the disk", grant, bytes: body.length }, signal, (abortSignal) =>
        blob.uploadPages(body, offset, body.length, { abortSignal }),
      );
    });
  }
}

function isZero(data: Uint8Array): boolean {
  return data[0] === 0 && Buffer.compare(data.subarray(1), data.subarray(0, -1)) === 0;
}

export function openPageWriter(options: PageWriterOptions): PageWriter {
  return new PageWriter(options);
}
