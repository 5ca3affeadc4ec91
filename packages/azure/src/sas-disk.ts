/** Reads the bytes of a disk's snapshot through its access URL. */
import { type BlockSource, KluisError, vhdFooterBytes } from "@kluis/domain";
import { triesAgain } from "./codes/outcome.ts";
import { blobCall, DiskAccess, MAX_REQUEST_BYTES, type OpenGrant, type RenewGrant } from "./disk-access.ts";
import type { Grant } from "./types.ts";

/** A grant is renewed this long before it ends, so that no read meets its end. */
const renewAheadMs = 10 * 60_000;

export interface SasDiskOptions {
  readonly grant: Grant;
  /** Gets access again, at most one call at a time. Without it the reads end with the grant. */
  readonly renew?: RenewGrant;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

interface OpenedDisk {
  readonly access: DiskAccess;
  readonly size: number;
  readonly etag: string;
}

interface ReadRange {
  readonly offset: number;
  readonly target: Uint8Array;
  readonly signal: AbortSignal;
}

function cutBody(receivedBytes: number, length: number): KluisError {
  return new KluisError("AZURE_UNREACHABLE", {
    message: `Azure sent only ${receivedBytes} of ${length} bytes of the disk.`,
    action: triesAgain,
    params: { receivedBytes, length },
  });
}

/** Fills `target` with a body of its length. By events: iterating a stream costs a promise per 64 KiB. */
function collect(stream: NodeJS.ReadableStream | undefined, target: Uint8Array): Promise<void> {
  const { length } = target;
  if (!stream) return Promise.reject(cutBody(0, length));
  return new Promise((resolve, reject) => {
    let at = 0;
    let isOver = false;
    const fail = (error: Error) => {
      // The owner of the target uses it again: late bytes of a failed request must not reach it.
      isOver = true;
      reject(error);
    };
    stream.on("data", (part: Buffer) => {
      if (!isOver && at + part.length <= length) target.set(part, at);
      at += part.length;
    });
    stream.once("error", fail);
    stream.once("close", () => fail(cutBody(at, length)));
    stream.once("end", () => (at === length ? resolve() : fail(cutBody(at, length))));
  });
}

/** A disk's snapshot: reads ranges of at most 4 MiB and retries each. */
export class SasDiskSource implements BlockSource {
  readonly size: number;
  readonly #etag: string;
  readonly #options: SasDiskOptions;
  readonly #access: DiskAccess;

  constructor(options: SasDiskOptions, facts: OpenedDisk) {
    this.#options = options;
    this.#access = facts.access;
    this.size = facts.size;
    this.#etag = facts.etag;
  }

  /**
   * Reads `[offset, offset + length)`. Concurrent calls are fine; the caller bounds them.
   *
   * @param length at most 4 MiB
   * @throws KluisError AZURE_SAS_EXPIRED, AZURE_THROTTLED, AZURE_UNREACHABLE, AZURE_REJECTED (the snapshot changed), CANCELLED
   */
  async read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    this.#check(offset, length);
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(target, offset, signal);
    return target;
  }

  /** As `read`, into memory of the caller: saves a copy. */
  async readInto(target: Uint8Array, offset: number, signal: AbortSignal): Promise<void> {
    this.#check(offset, target.length);
    if (target.length === 0) return;
    const { now = Date.now, signal: diskSignal } = this.#options;
    // The disk's signal bounds a renewal: a canceled reader must not end it for the others.
    await this.#access.renewAhead(now(), renewAheadMs, diskSignal);
    await this.#access.use(diskSignal, (open) => this.#readWith(open, { offset, target, signal }));
  }

  #check(offset: number, length: number): void {
    const isWhole =
      Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (isWhole && length <= MAX_REQUEST_BYTES && offset + length <= this.size) return;
    throw new KluisError("INPUT_INVALID", {
      reason: "value",
      message: `A disk of ${this.size} bytes has no range of ${length} bytes at ${offset} (limit ${MAX_REQUEST_BYTES}).`,
      params: { offset, length, diskBytes: this.size, limitBytes: MAX_REQUEST_BYTES },
    });
  }

  #readWith({ grant, blob }: OpenGrant, { offset, target, signal }: ReadRange): Promise<void> {
    const { length } = target;
    const request = { operation: "read the disk's data", grant, bytes: length } as const;
    const conditions = { ifMatch: this.#etag };
    return blobCall(request, signal, async (abortSignal) => {
      const answer = await blob.download(offset, length, { abortSignal, conditions });
      if (answer.contentRange?.startsWith(`bytes ${offset}-${offset + length - 1}/`) === true) {
        return collect(answer.readableStreamBody, target);
      }
      throw new KluisError("AZURE_FAILED", {
        reason: "wrong-range",
        message: "Azure returned another range of the disk than requested.",
        action: triesAgain,
        params: { resourceId: grant.resourceId, offset, length },
      });
    });
  }
}

/** Opens a disk's snapshot for reading: one HEAD returns its size (without footer) and its ETag. */
export async function openSasDisk(options: SasDiskOptions): Promise<SasDiskSource> {
  const { grant, renew, signal } = options;
  const request = { operation: "open the disk", grant, bytes: 0 } as const;
  const access = new DiskAccess(grant, renew);
  const facts = await access.use(signal, ({ blob }) =>
    blobCall(request, signal, (abortSignal) => blob.getProperties({ abortSignal })),
  );
  const blobBytes = facts.contentLength ?? 0;
  if (facts.blobType !== "PageBlob" || blobBytes <= vhdFooterBytes || facts.etag === undefined) {
    throw new KluisError("DISK_NOT_SUPPORTED", {
      reason: "not-a-vhd",
      message: "Azure returned something other than a disk in VHD format.",
      params: { resourceId: grant.resourceId, bytes: blobBytes },
    });
  }
  return new SasDiskSource(options, { access, size: blobBytes - vhdFooterBytes, etag: facts.etag });
}
