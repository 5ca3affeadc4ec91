/** A reader of a disk that records the damage that it meets. */
import { inTransaction, recordDamage } from "@kluis/db";
import { findingOf } from "@kluis/domain";
import type { DiskReader } from "@kluis/vault";
import type { Api } from "../context.ts";

/** Which point of which vault is read. */
export interface ReadPoint {
  readonly vaultId: string;
  readonly pointId: string;
}

/** Errors reach the caller unchanged. */
export function notedReader(api: Api, of: ReadPoint, reader: DiskReader): DiskReader {
  return {
    size: reader.size,
    read: (offset, length, signal) => noted(api, of, reader.read(offset, length, signal)),
    readInto: (target, offset, signal) => noted(api, of, reader.readInto(target, offset, signal)),
    writeRanges: (file, ranges, signal) => noted(api, of, reader.writeRanges(file, ranges, signal)),
    readRanges: (target, ranges, signal) => noted(api, of, reader.readRanges(target, ranges, signal)),
    async *extents(signal, onDamaged) {
      try {
        yield* reader.extents(signal, onDamaged);
      } catch (error) {
        await note(api, of, error);
        throw error;
      }
    },
  };
}

/** The result of reading the point; records the damage that its error names. */
export async function noted<T>(api: Api, of: ReadPoint, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    await note(api, of, error);
    throw error;
  }
}

async function note({ db, logger }: Api, { vaultId, pointId }: ReadPoint, error: unknown): Promise<void> {
  const finding = findingOf(error);
  if (finding === null) return;
  try {
    const found = { vaultId, foundBy: "download", findings: [finding], pointId } as const;
    await inTransaction(db, (tx) => recordDamage(tx, found));
  } catch (failure) {
    // The next reader of the place finds it again.
    logger.error({ error: failure, finding }, "damage of the vault was not recorded");
  }
}
