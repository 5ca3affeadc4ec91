/** Notices of the restore of a damaged disk. notices.ts joins them to the catalog. */
import { formatBytes } from "../base/bytes.ts";
import type { NoticeParams } from "./notice-params.ts";

type Code =
  | "disk-restored-in-part"
  | "restore-from-damaged"
  | "restore-damaged-disk"
  | "restore-skips-damage"
  | "restore-skips-unknown"
  | "restore-readable-disk";

const rangesOf = (count: number): string => `${count} range${count === 1 ? "" : "s"}`;

export const damageNoticeTexts: { readonly [C in Code]: (params: NoticeParams[C]) => string } = {
  "disk-restored-in-part": ({ disk, missingBytes, ranges }) =>
    `Disk ${disk} is ready, without ${formatBytes(missingBytes)} in ${rangesOf(ranges)} that could not be read: they are zeros.`,
  "restore-from-damaged": () => "This recovery point is damaged, so the restore may fail.",
  "restore-damaged-disk": ({ damagedBytes, ranges }) =>
    `${formatBytes(damagedBytes)} of the disk in ${rangesOf(ranges)} cannot be read, so the restore fails. Back up the VM first, choose another point, or skip what is damaged.`,
  "restore-skips-damage": ({ damagedBytes, ranges }) =>
    `${formatBytes(damagedBytes)} of the disk in ${rangesOf(ranges)} cannot be read: the new disk has zeros there.`,
  "restore-skips-unknown": () =>
    "What cannot be read becomes zeros, and the job lists the ranges. They are not known yet.",
  "restore-readable-disk": () => "The recovery point is damaged, but no damage of this disk is known.",
};
