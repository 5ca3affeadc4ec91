/** Parameters that several commands share. */
import { bandwidthSchema, diskKeySchema, leastBandwidth, mostBandwidth } from "@kluis/domain/core";
import { z } from "zod";
import { argument, flag, option } from "./command.ts";
import { UsageError } from "./failure.ts";

export const text = z.string().trim().min(1, "It must not be empty.");

export const vmArgument = argument("name, resource-group/name or id", text);
export const pointArgument = argument("id, a unique beginning of it, or VM@latest", text);
export const jobArgument = argument("id, or a unique beginning of it", text);
export const diskOption = option("disk", 'which disk: "os" or a LUN such as 0', diskKeySchema);

export function waitFlag(until: string): ReturnType<typeof flag> {
  return flag(`wait until ${until} and show the progress`);
}

/** One of a closed set of words. */
export function choice<const Words extends readonly string[]>(
  words: Words,
): z.ZodEnum<z.core.util.ToEnum<Words[number]>> {
  return z.enum(words, { error: `Use ${anyOf(words)}.` });
}

/** `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A whole number from 1 to 999999. */
export const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, "Use a whole number from 1 to 999999.")
  .transform(Number);

const dayOrTime = "Use a day such as 2026-11-26, or an ISO 8601 time such as 2026-11-26T12:00:00Z.";
const day = z.iso.date(dayOrTime);
const instant = z.iso.datetime({ offset: true, error: dayOrTime });

/** The start of a period: a day means its midnight in UTC. */
export const periodStart = z.union([day, instant], dayOrTime).transform((value) => new Date(value));

/** The end of a period: a day is included entirely, so it means the next midnight in UTC. An instant is exclusive. */
export const periodEnd = z.union(
  [
    day.transform((value) => new Date(Date.parse(value) + 86_400_000)),
    instant.transform((value) => new Date(value)),
  ],
  dayOrTime,
);

/** @throws UsageError when the period is empty */
export function checkPeriod(from: Date | undefined, to: Date | undefined): void {
  if (from !== undefined && to !== undefined && to <= from)
    throw new UsageError("The period ends before it starts.", "Use a --to that is later than --from.");
}

/** MiB per second; null: no limit. */
export const bandwidth = z.union(
  [z.literal("none").transform(() => null), z.coerce.number<string>().pipe(bandwidthSchema)],
  `Use a whole number from ${leastBandwidth} to ${mostBandwidth}, or none.`,
);
