/** The second copy of a vault. */
import {
  formatBytes,
  mostCopyKeepDays,
  mostCopyLagHours,
  timeOfDaySchema,
  timeZoneSchema,
  type VaultCopy,
} from "@kluis/domain";
import { z } from "zod";
import type { VaultRow } from "../api-types.ts";
import { argument, defineCommand, flag, option, print } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf, timeOf } from "../format.ts";
import { bandwidth, text } from "../values.ts";

const days = z.coerce.number<string>().pipe(z.int().min(0).max(mostCopyKeepDays));
const hours = z.union([
  z.literal("none").transform(() => null),
  z.coerce.number<string>().pipe(z.int().min(1).max(mostCopyLagHours)),
]);

export const vaultsCopy = defineCommand({
  name: "vaults copy",
  summary: "Set or show the second copy of a vault",
  details:
    "Copies of the recovery points are made in another vault with other keys, after each backup or daily. Only the difference is moved. " +
    "Without options: how far the copies are behind. Values that are not given stay.",
  input: {
    vault: argument("name or id", text),
    to: option("vault", "name or id of the second vault", text.optional()),
    daily: option("time", "copy once a day at this time, such as 02:00", timeOfDaySchema.optional()),
    timeZone: option("zone", "time zone of --daily, such as Europe/Amsterdam", timeZoneSchema.optional()),
    always: flag("copy after each backup"),
    bandwidth: option("MiB/s", "most MiB per second, or none", bandwidth.optional()),
    keepDays: option("days", "days to keep a copy after its point was deleted", days.optional()),
    lagHours: option("hours", "hours behind that need attention, or none", hours.optional()),
    off: flag("end the copies; those that exist stay"),
  },
  examples: [
    "vaults copy main --to second --keep-days 30 --lag-hours 24",
    "vaults copy main --daily 02:00 --time-zone Europe/Amsterdam",
    "vaults copy main",
  ],
  run: async (session, { vault, off, ...asked }) => {
    const before = await session.server.call((api) => api.vaults.get.query({ vault }));
    const isAsked =
      asked.always || Object.values(asked).some((value) => value !== undefined && value !== false);
    if (off && isAsked) throw new UsageError("--off has no other options.", "Use --off alone.");
    const row =
      off || isAsked
        ? await session.server.call((api) =>
            api.vaults.setCopy.mutate({ vault: before.id, copy: off ? null : rulesOf(before, asked) }),
          )
        : before;
    print(session, row, () => copyText(row));
    return exitCodes.ok;
  },
});

interface Asked {
  readonly to?: string | undefined;
  readonly daily?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly always: boolean;
  readonly bandwidth?: number | null | undefined;
  readonly keepDays?: number | undefined;
  readonly lagHours?: number | null | undefined;
}

/** @throws UsageError when the options contradict each other, or name no second vault */
function rulesOf({ copy }: Pick<VaultRow, "copy">, asked: Asked): VaultCopy {
  const to = asked.to ?? copy?.to.id;
  if (to === undefined) throw new UsageError("There is no second vault yet.", "Use --to.");
  return {
    to,
    daily: dailyOf(copy?.daily ?? null, asked),
    bandwidth: asked.bandwidth === undefined ? (copy?.bandwidth ?? null) : asked.bandwidth,
    keepDays: asked.keepDays ?? copy?.keepDays ?? 0,
    lagHours: asked.lagHours === undefined ? (copy?.lagHours ?? null) : asked.lagHours,
  };
}

function dailyOf(before: VaultCopy["daily"], { always, daily, timeZone }: Asked): VaultCopy["daily"] {
  if (always) {
    if (daily !== undefined || timeZone !== undefined)
      throw new UsageError("--always has no time.", "Use either --always, or --daily.");
    return null;
  }
  const at = daily ?? before?.at;
  if (at === undefined) {
    if (timeZone === undefined) return null;
    throw new UsageError("A time zone needs a time.", "Use --daily.");
  }
  return { at, timeZone: timeZone ?? before?.timeZone ?? "UTC" };
}

function copyText({ name, copy }: Pick<VaultRow, "name" | "copy">): string {
  if (copy === null) return `${name} has no second copy.`;
  const { to, daily, lag } = copy;
  const when = daily === null ? "after each backup" : `daily at ${daily.at} (${daily.timeZone})`;
  const rate = copy.bandwidth === null ? "" : `, at most ${copy.bandwidth} MiB per second`;
  const kept =
    copy.keepDays === 0
      ? "A copy goes with its recovery point."
      : `A copy stays ${countOf(copy.keepDays, "day")} after its recovery point.`;
  const behind =
    lag.since === null
      ? "Nothing waits."
      : `${countOf(lag.points, "recovery point")} waiting (${formatBytes(Number(lag.bytes))}), the oldest since ${timeOf(lag.since)}.`;
  return `${name} is copied to ${to.name} ${when}${rate}. ${kept} ${behind}`;
}
