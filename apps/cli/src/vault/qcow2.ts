/** The bytes of a disk as a qcow2 image with only its data, in order: the same for a file and a stream. */
import { AllocationMap, dataOf, type ImagePiece, mapConcurrent, qcow2Image } from "@kluis/domain/core";
import { type DiskReader, MAX_READ_BYTES, type Skipped } from "@kluis/vault";
import { UsageError } from "../failure.ts";
import { readOrSkip } from "./skip-damaged.ts";

/** Pieces that are read at the same time: a scattered disk has many of one cluster. */
const PIECES = 16;

export interface ImageOptions {
  readonly signal: AbortSignal;
  /** Gets the ranges of the disk that cannot be read: zeros in the image. Without it, damage ends the image. */
  readonly skipped?: Skipped | undefined;
  /** Called with the bytes of the image. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Reads nodes first: the size and the tables of the image come from the map alone.
 * @throws UsageError for a disk that is not a whole number of sectors, KluisError VAULT_*
 */
export async function* qcow2Bytes(
  reader: DiskReader,
  { signal, skipped, onProgress }: ImageOptions,
): AsyncGenerator<Uint8Array> {
  if (reader.size % 512 !== 0)
    throw new UsageError(
      "The disk is not a whole number of sectors, as a qcow2 image must be.",
      "Use --format raw.",
    );
  const extents = reader.extents(signal, skipped?.onDamaged);
  const layout = qcow2Image(await AllocationMap.of(reader.size, dataOf(extents)));
  const read = async (piece: ImagePiece): Promise<Uint8Array> =>
    piece.kind === "bytes" ? piece.bytes : readOrSkip(reader, piece, { skipped, signal });
  let done = 0;
  const pieces = layout.pieces(0, layout.size, MAX_READ_BYTES);
  for await (const bytes of mapConcurrent(pieces, { limit: PIECES, signal }, read)) {
    yield bytes;
    done += bytes.length;
    onProgress({ done, total: layout.size });
  }
}
