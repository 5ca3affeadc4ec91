/**
 * What one version of a policy changed of another, field by field. The names of the fields are total over the type of the document:
 * a new field does not compile before it has one.
 */
import { canonicalJson } from "../base/canonical-json.ts";
import { defaultSoftDeleteDays } from "../points/soft-delete.ts";
import { sha256Of } from "../scripts/placed-scripts.ts";
import { defaultTrustRule } from "../transfers/trust.ts";
import { type PolicyDocument, type RetentionAge, retentionAgeSchema } from "./policy.ts";
import { ageWords } from "./retention.ts";
import { listWords, weekdayWords } from "./schedule.ts";

type Leaf = string | number | boolean | readonly unknown[] | RetentionAge;

/** The paths to the values of a document, such as `schedule.timeZone`. */
type PathsOf<T, Before extends string = ""> = T extends Leaf
  ? Before
  : {
      [K in keyof T & string]-?: PathsOf<NonNullable<T[K]>, Before extends "" ? K : `${Before}.${K}`>;
    }[keyof T & string];

/** The words that a value of a document may be, such as `crash`; text that a person writes has none. */
type WordsOf<T> = T extends string
  ? string extends T
    ? never
    : T
  : T extends Leaf
    ? never
    : { [K in keyof T]-?: WordsOf<NonNullable<T[K]>> }[keyof T];

export type PolicyField = PathsOf<PolicyDocument>;
export type PolicyWord = WordsOf<PolicyDocument>;

const names = {
  "schedule.kind": "Schedule",
  "schedule.everyHours": "Hours between runs",
  "schedule.windowStart": "First run of the day",
  "schedule.windowHours": "Hours with runs",
  "schedule.days": "Days of the week",
  "schedule.times": "Times",
  "schedule.timeZone": "Time zone",
  "retention.keepLast": "Newest points",
  "retention.daily": "Daily points",
  "retention.weekly": "Weekly points",
  "retention.monthly": "Monthly points",
  "retention.yearly": "Yearly points",
  softDeleteDays: "Days that a removed point can be brought back",
  instantRestoreDays: "Days of instant restore",
  "consistency.wanted": "Consistency",
  "consistency.otherwise": "If it is not possible",
  "consistency.vss": "VSS backup type",
  "consistency.linuxScripts.from": "Scripts of Linux",
  "consistency.linuxScripts.pre.text": "Pre script (SHA-256)",
  "consistency.linuxScripts.pre.parameters": "Parameters of the pre script",
  "consistency.linuxScripts.pre.retries": "Retries of the pre script",
  "consistency.linuxScripts.post.text": "Post script (SHA-256)",
  "consistency.linuxScripts.post.parameters": "Parameters of the post script",
  "consistency.linuxScripts.post.retries": "Retries of the post script",
  "consistency.linuxScripts.timeoutSeconds": "Seconds for each script",
  "consistency.linuxScripts.continueOnFailure": "Snapshot if a script fails",
  "consistency.linuxScripts.fsFreeze": "Freeze file systems",
  "verification.mode": "Scheduled verification",
  "verification.everyDays": "Days between verifications",
  "verification.nightly.unit": "Unit of a night's verification",
  "verification.nightly.amount": "Amount that a night verifies",
  "trust.first": "Lists of changes confirmed first",
  "trust.every": "Then one list confirmed of",
  "transfer.window.days": "Days of the transfer window",
  "transfer.window.from": "Transfer window opens",
  "transfer.window.to": "Transfer window closes",
  "transfer.bandwidth": "Most MiB per second",
} as const satisfies Record<PolicyField, string>;

const words = {
  hourly: "every few hours",
  daily: "daily",
  weekly: "weekly",
  application: "application-consistent",
  crash: "crash-consistent",
  continue: "the next lower level",
  fail: "the job fails",
  full: "full",
  copy: "copy",
  guest: "of the guest",
  policy: "placed by Kluis",
  quick: "quick",
  sampled: "sampled",
  percent: "% of each point",
  gib: "GiB of each VM",
} as const satisfies Record<PolicyWord, string>;

const isField = (path: string): path is PolicyField => Object.hasOwn(names, path);
const isWord = (text: string): text is PolicyWord => Object.hasOwn(words, text);

export const policyFields: readonly PolicyField[] = Object.keys(names).filter(isField);

/** Fields whose text stays out of lists of changes: it is long, and may hold a secret. */
const byDigest = new Set<PolicyField>([
  "consistency.linuxScripts.pre.text",
  "consistency.linuxScripts.post.text",
]);
const digestCharacters = 12;

/** Fields whose numbers are ISO weekdays. */
const weekdayFields = new Set<PolicyField>(["schedule.days", "transfer.window.days"]);

/** Null: not set. */
export type PolicyValue = string | number | boolean | readonly (string | number)[] | RetentionAge | null;

export interface PolicyChange {
  readonly field: PolicyField;
  readonly before: PolicyValue;
  readonly after: PolicyValue;
}

/** The fields that differ, in the order of {@link policyFields}. A default that is written out changes nothing. */
export function policyChanges(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  return policyFields.flatMap((field) => {
    const [was, is] = [old.get(field) ?? null, now.get(field) ?? null];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ field, before: was, after: is }];
  });
}

/** One change in English, such as `Most MiB per second: 50, before: not set`. */
export function describePolicyChange({ field, before, after }: PolicyChange): string {
  return `${names[field]}: ${wordsOf(field, after)}; before: ${wordsOf(field, before)}`;
}

function wordsOf(field: PolicyField, value: PolicyValue): string {
  if (value === null) return "not set";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return isWord(value) ? words[value] : value;
  if ("unit" in value) return `for ${ageWords(value)}`;
  if (value.length === 0) return "none";
  return listWords(
    value.map((one) =>
      weekdayFields.has(field) && typeof one === "number" ? (weekdayWords[one - 1] ?? "") : String(one),
    ),
  );
}

function valuesOf(document: PolicyDocument): ReadonlyMap<PolicyField, PolicyValue> {
  const whole: PolicyDocument = {
    ...document,
    softDeleteDays: document.softDeleteDays ?? defaultSoftDeleteDays,
    trust: document.trust ?? defaultTrustRule,
  };
  const values = new Map<PolicyField, PolicyValue>();
  collect(whole, "", values);
  return values;
}

function collect(value: unknown, path: string, values: Map<PolicyField, PolicyValue>): void {
  if (isField(path)) {
    const leaf = leafOf(value);
    values.set(path, typeof leaf === "string" && byDigest.has(path) ? digestOf(leaf) : leaf);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (part !== undefined) collect(part, path === "" ? key : `${path}.${key}`, values);
  }
}

function leafOf(value: unknown): PolicyValue {
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === "number" ? one : String(one)));
  const age = retentionAgeSchema.safeParse(value);
  if (age.success) return age.data;
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string" ? value : null;
}

const digestOf = (text: string): string => sha256Of(text).slice(0, digestCharacters);
