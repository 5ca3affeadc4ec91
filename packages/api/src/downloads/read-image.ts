/** The bytes of an image, in order. */
import type { ImageLayout, ImagePiece } from "@kluis/domain";
import type { DiskReader } from "@kluis/vault";
import { downloadPieceBytes, downloadReads } from "../limits.ts";
import type { ByteRange } from "./http-range.ts";

interface Reading {
  readonly range: ByteRange;
  readonly signal: AbortSignal;
}

/** Yields a range of the image. While a piece is sent, the next ones are read, up to the size of one whole piece. */
export async function* readImage(
  disk: DiskReader,
  layout: ImageLayout,
  { range, signal }: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  // When the stream ends or fails, pieces that are being read must stop too, without an unhandled rejection.
  const stop = new AbortController();
  const ahead = new ReadAhead(disk, AbortSignal.any([signal, stop.signal]));
  const pieces = layout.pieces(range.start, range.end + 1, downloadPieceBytes)[Symbol.iterator]();
  try {
    let next = pieces.next();
    for (;;) {
      while (next.done !== true && ahead.hasRoomFor(next.value)) {
        ahead.start(next.value);
        next = pieces.next();
      }
      const bytes = await ahead.take();
      if (bytes === null) return;
      yield bytes;
    }
  } finally {
    stop.abort();
  }
}

/** Pieces that are being read, oldest first. */
class ReadAhead {
  readonly #disk: DiskReader;
  readonly #signal: AbortSignal;
  readonly #queue: { readonly length: number; readonly bytes: Promise<Uint8Array> }[] = [];
  #bytes = 0;

  constructor(disk: DiskReader, signal: AbortSignal) {
    this.#disk = disk;
    this.#signal = signal;
  }

  /** The oldest piece is next to be sent; those behind it share the room of one. */
  hasRoomFor(piece: ImagePiece): boolean {
    if (this.#queue.length < 2) return true;
    const behind = this.#bytes - (this.#queue[0]?.length ?? 0);
    return this.#queue.length < downloadReads && behind + lengthOf(piece) <= downloadPieceBytes;
  }

  start(piece: ImagePiece): void {
    const bytes =
      piece.kind === "bytes"
        ? Promise.resolve(piece.bytes)
        : this.#disk.read(piece.offset, piece.length, this.#signal);
    bytes.catch(() => undefined);
    this.#queue.push({ length: lengthOf(piece), bytes });
    this.#bytes += lengthOf(piece);
  }

  /** The oldest piece; null when there is none. */
  async take(): Promise<Uint8Array | null> {
    const oldest = this.#queue.shift();
    if (oldest === undefined) return null;
    this.#bytes -= oldest.length;
    return oldest.bytes;
  }
}

function lengthOf(piece: ImagePiece): number {
  return piece.kind === "bytes" ? piece.bytes.length : piece.length;
}
