import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { mostSoftDeleteDays } from "../points/soft-delete.ts";
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
  ]);
}
export type Schedule = z.infer<ReturnType<typeof scheduleOf>>;

/** How many points each tier keeps (grandfather-father-son). At least one tier must be set. */
export const retentionSchema = z
  .strictObject({
    keepLast: z.int().min(1).max(9999).optional(),
    daily: z.int().min(1).max(9999).optional(),
    weekly: z.int().min(1).max(5163).optional(),
    monthly: z.int().min(1).max(1188).optional(),
    yearly: z.int().min(1).max(99).optional(),
  })
  .refine((tiers) => Object.values(tiers).some((count) => count !== undefined), "Keep at least one point.");
export type Retention = z.infer<typeof retentionSchema>;

/** ISO weekdays: 1 is Monday. */
export const weekdaySchema = z.int().min(1).max(7);

/**
 * When backups of a policy may move data: from a local time until another one, in the zone of the schedule. `to` at or before
 * `from` is on the next day; the same time twice is a whole day.
 */
export const transferWindowSchema = z.strictObject({
  /** The days on which the window opens; missing: every day. */
  days: z.array(weekdaySchema).min(1, "Choose at least one day.").max(7).optional(),
  from: timeOfDaySchema,
  to: timeOfDaySchema,
});
export type TransferWindow = z.infer<typeof transferWindowSchema>;

function policyDocumentOf(timeZone: z.ZodType<string>) {
  return z.strictObject({
    schedule: scheduleOf(timeZone),
    retention: retentionSchema,
    /** Days for which a removed point can be brought back; `defaultSoftDeleteDays` when it is missing. 0: removed at once. */
    softDeleteDays: z.int().min(0).max(mostSoftDeleteDays).optional(),
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
