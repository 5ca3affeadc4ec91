import { defaultSoftDeleteDays } from "../points/soft-delete.ts";
import type { PolicyDocument, Retention, TransferWindow } from "./policy.ts";
import { ageWords } from "./retention.ts";
import { describeSchedule, listWords, weekdayWords } from "./schedule.ts";

const tierWords = [
  ["keepLast", "point", "points", "the newest", "every point"],
  ["daily", "day", "days", "one a day for", "one a day"],
  ["weekly", "week", "weeks", "one a week for", "one a week"],
  ["monthly", "month", "months", "one a month for", "one a month"],
  ["yearly", "year", "years", "one a year for", "one a year"],
] as const;

/** Describes retention in English, such as `keeps one a day for 30 days and one a week until it is 12 weeks old`. */
export function describeRetention(retention: Retention): string {
  const parts = tierWords.flatMap(([tier, one, many, counted, each]) => {
    const rule = retention[tier];
    if (rule === undefined) return [];
    if (typeof rule !== "number") return [`${each} until it is ${ageWords(rule)} old`];
    return [`${counted} ${rule} ${rule === 1 ? one : many}`];
  });
  return `keeps ${listWords(parts)}`;
}

/** Describes a policy in one or two English sentences. */
export function describePolicy(document: PolicyDocument): string {
  const { consistency, instantRestoreDays } = document;
  const wanted =
    consistency.wanted === "application"
      ? `application-consistent on Windows (VSS ${consistency.vss}), ${consistency.otherwise === "fail" ? "or not at all" : "or the next lower level"}`
      : "crash-consistent";
  const { linuxScripts } = consistency;
  const scripts =
    linuxScripts === undefined || consistency.wanted === "crash"
      ? ""
      : linuxScripts.from === "guest"
        ? ", application-consistent on Linux by the guest's own scripts"
        : ", application-consistent on Linux by scripts that Kluis places";
  const snapshots =
    instantRestoreDays === 0
      ? "Snapshots are removed after their transfer."
      : `Snapshots stay ${instantRestoreDays} ${instantRestoreDays === 1 ? "day" : "days"} for instant restore.`;
  const trust =
    document.trust === undefined || instantRestoreDays === 0
      ? ""
      : ` The first ${document.trust.first} lists of changes of each disk are confirmed, then one of ${document.trust.every}.`;
  return `${describeSchedule(document.schedule)}; ${wanted}${scripts}; ${describeRetention(document.retention)}. ${describeSoftDelete(document.softDeleteDays)}${snapshots}${trust}${describeWindow(document.transfer?.window ?? null)}${describeBandwidth(document.transfer?.bandwidth)}${describeVerification(document.verification)}`;
}

function describeSoftDelete(days = defaultSoftDeleteDays): string {
  return `Removed points can be brought back for ${days} ${days === 1 ? "day" : "days"}. `;
}

/** Nothing where data always moves. */
function describeWindow(window: TransferWindow | null): string {
  if (window === null || (window.from === window.to && window.days === undefined)) return "";
  const on =
    window.days === undefined
      ? ""
      : ` on ${listWords(window.days.map((day) => weekdayWords[day - 1] ?? ""))}`;
  const hours =
    window.from === window.to ? `for 24 hours from ${window.from}` : `from ${window.from} to ${window.to}`;
  return ` Data moves${on} ${hours}.`;
}

/** Nothing without a limit. */
function describeBandwidth(bandwidth: number | undefined): string {
  return bandwidth === undefined ? "" : ` Its backups store at most ${bandwidth} MiB per second together.`;
}

/** Nothing without scheduled verification. */
function describeVerification(rule: PolicyDocument["verification"]): string {
  if (rule === undefined) return "";
  if (rule.mode === "sampled") {
    const { unit, amount } = rule.nightly;
    return unit === "percent"
      ? ` Each night reads ${amount} % of each point.`
      : ` Each night reads up to ${amount} GiB of the points of each VM.`;
  }
  const nights = rule.everyDays === 1 ? "every night" : `every ${rule.everyDays} nights`;
  return rule.mode === "quick"
    ? ` Points are checked quickly ${nights}.`
    : ` Every byte of each point is read ${nights}.`;
}
