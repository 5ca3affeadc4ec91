/** A random sample of the segments of a recovery point. */
import { randomInt } from "node:crypto";
import { SEGMENT_BYTES } from "@kluis/vault";

interface SampledDisk {
  readonly key: string;
  readonly diskBytes: number;
}

/** Whether a segment of a disk is in the sample. */
export type Wants = (disk: string, segment: number) => boolean;

/**
 * `percent` of the segments over all disks, at least one. Random: nothing outside the vault says what an earlier sample read.
 * @param below a random whole number below its argument
 */
export function sampleSegments(
  disks: readonly SampledDisk[],
  percent: number,
  below: (most: number) => number = randomInt,
): Wants {
  const all = disks.flatMap(({ key, diskBytes }) =>
    Array.from({ length: Math.ceil(diskBytes / SEGMENT_BYTES) }, (_, segment) => keyOf(key, segment)),
  );
  const count = Math.ceil((all.length * percent) / 100);
  const chosen = new Set<string>();
  for (let left = all.length; chosen.size < count; left--) {
    const at = below(left);
    const [one, last] = [all[at], all[left - 1]];
    if (one === undefined || last === undefined) break;
    chosen.add(one);
    all[at] = last;
  }
  return (disk, segment) => chosen.has(keyOf(disk, segment));
}

const keyOf = (disk: string, segment: number): string => `${disk} ${segment}`;
