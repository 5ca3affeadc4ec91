/** The rule of a policy for scheduled verification, and when it is due. Pure. */
import { z } from "zod";
import type { VerifyMode } from "./point.ts";

const everyDays = z.int().min(1).max(365);

/** Scheduled verification of the points of a policy. A sampled one reads a part of them each night, within its budget. */
export const verificationRuleSchema = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("quick"), everyDays }),
  z.strictObject({ mode: z.literal("full"), everyDays }),
  z.strictObject({
    mode: z.literal("sampled"),
    /** `percent` of each point, or `gib` of the disks of each VM, in one night. */
    nightly: z.discriminatedUnion("unit", [
      z.strictObject({ unit: z.literal("percent"), amount: z.int().min(1).max(100) }),
      z.strictObject({ unit: z.literal("gib"), amount: z.int().min(1).max(1_000_000) }),
    ]),
  }),
]);
export type VerificationRule = z.infer<typeof verificationRuleSchema>;

/** The rule that the editor proposes: every byte is read once in ten nights. */
export const defaultVerification = {
  mode: "sampled",
  nightly: { unit: "percent", amount: 10 },
} as const satisfies VerificationRule;

/** Local hours between which scheduled verifications begin. */
export const NIGHT_FROM = 20;
export const NIGHT_TO = 6;

/** The night that an instant is in, as the local date of its evening, such as 2026-11-26; null during the day. */
export function nightOf(at: Date, timeZone: string): string | null {
  const hour = Number(local(at, timeZone, { hour: "2-digit", hourCycle: "h23" }));
  if (hour >= NIGHT_TO && hour < NIGHT_FROM) return null;
  const evening = hour >= NIGHT_FROM ? at : new Date(at.getTime() - NIGHT_TO * 3_600_000);
  return local(evening, timeZone, { year: "numeric", month: "2-digit", day: "2-digit" });
}

function local(at: Date, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone, ...options }).format(at);
}

/** When the content of a point was last verified. */
export interface VerifiedTimes {
  readonly lastVerifiedAt: Date | null;
  readonly lastVerifyMode: VerifyMode | null;
  readonly readAt: Date | null;
  readonly readWholeAt: Date | null;
}

const DAY = 86_400_000;
/** A verification of the evening before is due again in this night, at whatever hour it ended. */
const SLACK = DAY / 2;

/** Whether a point is due in a night. A sampled one reads a part in each. */
export function isVerificationDue(rule: VerificationRule, times: VerifiedTimes, now: Date): boolean {
  const isOlder = (at: Date | null, days: number): boolean =>
    at === null || at.getTime() <= now.getTime() - days * DAY + SLACK;
  switch (rule.mode) {
    case "quick":
      return isOlder(times.lastVerifiedAt, rule.everyDays);
    case "full": {
      const whole = times.lastVerifyMode === "full" ? times.lastVerifiedAt : times.readWholeAt;
      return isOlder(whole, rule.everyDays) && isOlder(times.readWholeAt, rule.everyDays);
    }
    case "sampled":
      return isOlder(times.readAt, 1);
    default:
      return rule satisfies never;
  }
}
