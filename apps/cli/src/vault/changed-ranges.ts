/** A list of the ranges of an image that changed, in a file. */
import type { Extent } from "@kluis/domain";
import { z } from "zod";
import { UsageError } from "../failure.ts";

const place = z.int().nonnegative();
const listSchema = z.array(
  z.union([
    z.object({ offset: place, length: place }),
    z.object({ start: place, length: place }).transform(({ start, length }) => ({ offset: start, length })),
  ]),
);

/** With more ranges, a comparison of digests costs less. */
const MOST_RANGES = 1_000_000;

/**
 * Parses ranges in bytes: a line `OFFSET LENGTH` each, or a JSON array of objects with `offset` (or `start`) and `length`, as
 * qemu-img map and rbd diff print them. Returns them ascending and merged, cut at the size of the image.
 * @throws UsageError
 */
export function parseChangedRanges(text: string, size: number): readonly Extent[] {
  const ranges = text.trimStart().startsWith("[") ? fromJson(text) : fromLines(text);
  if (ranges.length > MOST_RANGES)
    throw new UsageError(`The list has more than ${MOST_RANGES} ranges.`, "Back up without --changed.");
  const merged: { offset: number; length: number; kind: "data" }[] = [];
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    if (offset + length > size) throw new UsageError("A changed range ends after the end of the image.");
    const last = merged.at(-1);
    if (length === 0) continue;
    if (last !== undefined && offset <= last.offset + last.length)
      last.length = Math.max(last.length, offset + length - last.offset);
    else merged.push({ offset, length, kind: "data" });
  }
  return merged;
}

type Range = Pick<Extent, "offset" | "length">;

function fromJson(text: string): readonly Range[] {
  try {
    return listSchema.parse(JSON.parse(text));
  } catch {
    throw new UsageError("The list of changed ranges is not valid.", format);
  }
}

function fromLines(text: string): readonly Range[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const match = /^(\d{1,16})[\s,]+(\d{1,16})$/.exec(line);
      if (match === null) throw new UsageError("The list of changed ranges is not valid.", format);
      return { offset: Number(match[1]), length: Number(match[2]) };
    });
}

const format = "Use a line OFFSET LENGTH in bytes for each range, or a JSON array.";
