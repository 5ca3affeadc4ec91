import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { leastSoftDeleteDays, mostSoftDeleteDays } from "../points/soft-delete.ts";
import { verificationRuleSchema } from "../points/verify-rule.ts";
import { linuxScriptsSchema } from "../scripts/linux-scripts.ts";
import { bandwidthSchema } from "../transfers/bandwidth.ts";
import { trustRuleSchema } from "../transfers/trust.ts";

/** A local time of day, 24-hour, `HH:MM`. */
export const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Use a time such as 01:30.");

/** An IANA time zone name that plans can be computed in and pages can show, such as `Europe/Amsterdam`. */
export const timeZoneSchema = z
  .string()
  .max(100)
  .refine(isTimeZone, "Use an IANA time zone such as Europe/Amsterdam.");

/** Asks what computes the schedules first: `Intl` accepts names that it does not know, such as `IST`. */
export function isTimeZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** ISO weekdays: 1 is Monday. */
export const weekdaySchema = z.int().min(1).max(7);
const weekdaysSchema = z.array(weekdaySchema).min(1, "Choose at least one day.").max(7);

export const hourlyIntervals = [1, 2, 4, 6, 8, 12] as const;

function scheduleOf(timeZone: z.ZodType<string>) {
  return z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("hourly"),
      everyHours: z.union([
        z.literal(1),
        z.literal(2),
        z.literal(4),
        z.literal(6),
        z.literal(8),
        z.literal(12),
      ]),
      /** Local time of the first run of each day's window. */
      windowStart: timeOfDaySchema,
      /** Length of the window in hours; 24 means the whole day. */
      windowHours: z.int().min(4).max(24),
      timeZone,
    }),
    z.strictObject({
      kind: z.literal("daily"),
      times: z.array(timeOfDaySchema).min(1, "Give at least one time.").max(24),
      timeZone,
    }),
    z.strictObject({
      kind: z.literal("weekly"),
      days: weekdaysSchema,
      times: z.array(timeOfDaySchema).min(1, "Give at least one time.").max(24),
      timeZone,
    }),
  ]);
}
export type Schedule = z.infer<ReturnType<typeof scheduleOf>>;

/** The longest age of a tier in each unit: 99 years, and for days what a count may be. */
const mostAge = { days: 9999, weeks: 5163, months: 1188, years: 99 } as const;
export type AgeUnit = keyof typeof mostAge;
export const ageUnits = ["days", "weeks", "months", "years"] as const satisfies readonly AgeUnit[];

/** How long each point of a tier is kept, by the calendar of the policy's zone. */
export const retentionAgeSchema = z.discriminatedUnion("unit", [
  z.strictObject({ age: z.int().min(1).max(mostAge.days), unit: z.literal("days") }),
  z.strictObject({ age: z.int().min(1).max(mostAge.weeks), unit: z.literal("weeks") }),
  z.strictObject({ age: z.int().min(1).max(mostAge.months), unit: z.literal("months") }),
  z.strictObject({ age: z.int().min(1).max(mostAge.years), unit: z.literal("years") }),
]);
export type RetentionAge = z.infer<typeof retentionAgeSchema>;

/** A tier keeps a number of points, or each of its points until an age. */
const tierSchema = (most: number) => z.union([z.int().min(1).max(most), retentionAgeSchema]).optional();
export type TierRule = number | RetentionAge;

/** What each tier keeps (grandfather-father-son). At least one tier must be set. */
export const retentionSchema = z
  .strictObject({
    keepLast: tierSchema(9999),
    daily: tierSchema(9999),
    weekly: tierSchema(5163),
    monthly: tierSchema(1188),
    yearly: tierSchema(99),
  })
  .refine((tiers) => Object.values(tiers).some((count) => count !== undefined), "Keep at least one point.");
export type Retention = z.infer<typeof retentionSchema>;

/**
 * When backups of a policy may move data: from a local time until another one, in the zone of the schedule. `to` at or before
 * `from` is on the next day; the same time twice is a whole day.
 */
export const transferWindowSchema = z.strictObject({
  /** The days on which the window opens; missing: every day. */
  days: weekdaysSchema.optional(),
  from: timeOfDaySchema,
  to: timeOfDaySchema,
});
export type TransferWindow = z.infer<typeof transferWindowSchema>;

function policyDocumentOf(timeZone: z.ZodType<string>) {
  return z.strictObject({
    schedule: scheduleOf(timeZone),
    retention: retentionSchema,
    /** Days for which a removed point can be brought back; `defaultSoftDeleteDays` when it is missing. Removal is never at once. */
    softDeleteDays: z.int().min(leastSoftDeleteDays).max(mostSoftDeleteDays).optional(),
    /** Days to keep a snapshot in Azure for instant restore; 0 removes it after the transfer. */
    instantRestoreDays: z.int().min(0).max(30),
    consistency: z.strictObject({
      /** The level to try on a running VM. Linux without scripts and stopped VMs are file-consistent. */
      wanted: z.enum(["application", "crash"]),
      /** If the wanted level is not possible: take the next lower one and record why, or fail the job. */
      otherwise: z.enum(["continue", "fail"]),
      /** VSS backup type on Windows. A full backup lets applications truncate their logs. */
      vss: z.enum(["full", "copy"]),
      /** Pre and post scripts of Linux VMs; missing: none, and a running Linux VM is file-consistent. */
      linuxScripts: linuxScriptsSchema.optional(),
    }),
    /** Scheduled verification of the points; missing: none. */
    verification: verificationRuleSchema.optional(),
    /** Which deltas confirm Azure's lists of changed ranges; `defaultTrustRule` when it is missing. */
    trust: trustRuleSchema.optional(),
    /** How backups move data. Missing, or without a window: as soon as the snapshot is complete. */
    transfer: z
      .strictObject({
        window: transferWindowSchema.nullable(),
        /** MiB per second that all backups of the policy together may store; missing: no limit. */
        bandwidth: bandwidthSchema.optional(),
      })
      .optional(),
  });
}

/** A policy as users write it. */
export const policyDocumentSchema = policyDocumentOf(timeZoneSchema);
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;

/** A policy as it is stored: a zone that was accepted once stays readable, so that the policy can be shown and repaired. */
export const storedPolicyDocumentSchema = policyDocumentOf(z.string());

export const policyNameSchema = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, "Use 2 to 63 lower-case letters, digits and hyphens.");
