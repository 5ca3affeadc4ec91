import {
  defaultSoftDeleteDays,
  type PolicyDocument,
  type Retention,
  type Schedule,
  sortedDays,
} from "@kluis/domain";
import { scriptsSentence } from "#features/policies/scripts-sentence.ts";
import { bandwidthSentence, transferSentence } from "#features/policies/transfer-sentence.ts";
import { verificationSentence } from "#features/policies/verification-sentence.ts";
import type { Texts } from "#i18n/texts.ts";
import type { Format } from "#lib/format.ts";

/** What the sentences need: the texts of the policies, and the formatter of lists. */
export interface PolicyWords {
  readonly t: Texts<"policies">;
  readonly transfer: Texts<"policyTransfer">;
  readonly verification: Texts<"policyVerification">;
  readonly scripts: Texts<"policyScripts">;
  readonly format: Pick<Format, "list" | "weekday">;
}

const tierKeys = [
  "keepLast",
  "daily",
  "weekly",
  "monthly",
  "yearly",
] as const satisfies readonly (keyof Retention)[];

/** A policy in sentences: schedule, consistency, retention, snapshots. */
export function policySentence(document: PolicyDocument, words: PolicyWords): string {
  const { t } = words;
  const { vss, otherwise, wanted } = document.consistency;
  const application = () => t(`sentence.application.${otherwise}`, { vss: t(`sentence.vss.${vss}`) });
  return t("sentence.whole", {
    schedule: scheduleSentence(document.schedule, words),
    consistency:
      wanted === "crash"
        ? t("sentence.crash")
        : [application(), ...scriptsSentence(document, words.scripts)].join(" "),
    retention: retentionSentence(document.retention, words),
    snapshots: [
      softDeleteSentence(document, words),
      t("sentence.snapshots", { days: document.instantRestoreDays }),
      trustSentence(document, words),
      transferSentence(document.transfer?.window ?? null, words.transfer, words.format),
      bandwidthSentence(document.transfer?.bandwidth, words.transfer),
      verificationSentence(document, words.verification),
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
  });
}

function softDeleteSentence({ softDeleteDays }: PolicyDocument, { t }: PolicyWords): string {
  return t("sentence.softDelete", { days: softDeleteDays ?? defaultSoftDeleteDays });
}

/** Nothing for the default rule, and where no list is used. */
function trustSentence({ trust, instantRestoreDays }: PolicyDocument, { t }: PolicyWords): string {
  return trust === undefined || instantRestoreDays === 0 ? "" : t("sentence.trust", trust);
}

/** Only the schedule and the retention, for lists. */
export function shortPolicySentence(document: PolicyDocument, words: PolicyWords): string {
  return words.t("sentence.short", {
    schedule: scheduleSentence(document.schedule, words),
    retention: retentionSentence(document.retention, words),
  });
}

function retentionSentence(retention: Retention, { t, format }: PolicyWords): string {
  const tiers = tierKeys.flatMap((tier) => {
    const rule = retention[tier];
    if (rule === undefined) return [];
    if (typeof rule === "number") return [t(`sentence.tiers.${tier}`, { count: rule })];
    return [t(`sentence.aged.${tier}`, { age: t(`ages.${rule.unit}`, { count: rule.age }) })];
  });
  return t("sentence.retention", { tiers: format.list(tiers) });
}

function scheduleSentence(schedule: Schedule, { t, format }: PolicyWords): string {
  const zone = schedule.timeZone;
  if (schedule.kind !== "hourly") {
    const times = format.list([...new Set(schedule.times)].sort());
    if (schedule.kind === "daily") return t("sentence.daily", { times, zone });
    const days = format.list(sortedDays(schedule.days).map(format.weekday));
    return t("sentence.weekly", { days, times, zone });
  }
  const { everyHours: hours, windowStart: start, windowHours: length } = schedule;
  return length >= 24
    ? t("sentence.allDay", { hours, start, zone })
    : t("sentence.window", { hours, start, length, zone });
}
