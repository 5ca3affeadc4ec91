/** What a restore that skips damage could not read: zeros on the new disk. */
import { z } from "zod";

/** Ranges that are kept of a part of a restore, and of all of it. All of them are counted. */
export const MISSING_KEPT = 200;

const rangeSchema = z.object({
  offset: z.int().nonnegative(),
  length: z.int().positive(),
  /** Object of the vault that is damaged or missing. */
  object: z.string().max(300),
});

export const missingRangesSchema = z.object({
  bytes: z.int().nonnegative(),
  /** How many ranges there are. */
  count: z.int().nonnegative(),
  /** The first of them, ascending. */
  ranges: z.array(rangeSchema).max(MISSING_KEPT),
});
export type MissingRanges = z.infer<typeof missingRangesSchema>;

export const nothingMissing: MissingRanges = { bytes: 0, count: 0, ranges: [] };

/** Ranges that do not overlap, as they are stored. */
export function missingOf(ranges: MissingRanges["ranges"]): MissingRanges {
  const bytes = ranges.reduce((sum, { length }) => sum + length, 0);
  const ascending = ranges.toSorted((a, b) => a.offset - b.offset);
  return { bytes, count: ranges.length, ranges: ascending.slice(0, MISSING_KEPT) };
}

/** The sum of two parts of a disk that do not overlap. */
export function addMissing(one: MissingRanges, other: MissingRanges): MissingRanges {
  const ranges = [...one.ranges, ...other.ranges].toSorted((a, b) => a.offset - b.offset);
  return {
    bytes: one.bytes + other.bytes,
    count: one.count + other.count,
    ranges: ranges.slice(0, MISSING_KEPT),
  };
}
