import {
  bandwidthSchema,
  mostCopyKeepDays,
  mostCopyLagHours,
  timeOfDaySchema,
  timeZoneSchema,
  type VaultCopy,
} from "@kluis/domain";
import type { VaultView } from "#lib/api-types.ts";

/** The values of the dialog. Numbers are text as typed; an empty target ends the copies. */
export interface CopyForm {
  readonly to: string;
  readonly daily: string;
  readonly zone: string;
  readonly bandwidth: string;
  readonly keep: string;
  readonly lag: string;
}

export type CopyProblem = Exclude<keyof CopyForm, "to">;

export function copyFormOf({ copy }: Pick<VaultView, "copy">, timeZone: string): CopyForm {
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? "" : String(value);
  return {
    to: copy?.to.id ?? "",
    daily: copy?.daily?.at ?? "",
    zone: copy?.daily?.timeZone ?? timeZone,
    bandwidth: text(copy?.bandwidth),
    keep: text(copy?.keepDays ?? 0),
    lag: text(copy?.lagHours),
  };
}

const isWhole = (text: string, least: number, most: number): boolean =>
  /^\d+$/u.test(text) && Number(text) >= least && Number(text) <= most;

/** The fields that are wrong. */
export function copyProblems(form: CopyForm): readonly CopyProblem[] {
  if (form.to === "") return [];
  const { daily, zone, bandwidth, keep, lag } = trimmed(form);
  const wrong: Readonly<Record<CopyProblem, boolean>> = {
    daily: daily !== "" && !timeOfDaySchema.safeParse(daily).success,
    zone: daily !== "" && !timeZoneSchema.safeParse(zone).success,
    bandwidth:
      bandwidth !== "" &&
      !(isWhole(bandwidth, 0, 1e9) && bandwidthSchema.safeParse(Number(bandwidth)).success),
    keep: !isWhole(keep, 0, mostCopyKeepDays),
    lag: lag !== "" && !isWhole(lag, 1, mostCopyLagHours),
  };
  return (["daily", "zone", "bandwidth", "keep", "lag"] as const).filter((field) => wrong[field]);
}

/** The rules of a form without problems; null ends the copies. */
export function copyOf(form: CopyForm): VaultCopy | null {
  const { to, daily, zone, bandwidth, keep, lag } = trimmed(form);
  if (to === "") return null;
  return {
    to,
    daily: daily === "" ? null : { at: daily, timeZone: zone },
    bandwidth: bandwidth === "" ? null : Number(bandwidth),
    keepDays: Number(keep),
    lagHours: lag === "" ? null : Number(lag),
  };
}

function trimmed(form: CopyForm): CopyForm {
  const { to, daily, zone, bandwidth, keep, lag } = form;
  return {
    to,
    daily: daily.trim(),
    zone: zone.trim(),
    bandwidth: bandwidth.trim(),
    keep: keep.trim(),
    lag: lag.trim(),
  };
}
