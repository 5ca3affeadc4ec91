import {
  ageUnits,
  defaultSoftDeleteDays,
  defaultTrustRule,
  hourlyIntervals,
  type PolicyDocument,
  policyDocumentSchema,
  policyNameSchema,
  sortedDays,
  type TierRule,
} from "@kluis/domain";
import { z } from "zod";
import {
  emptyScripts,
  type ScriptsForm,
  scriptsDraft,
  scriptsField,
  scriptsFormOf,
} from "#features/policies/scripts-form.ts";
import {
  type TransferForm,
  transferDraft,
  transferField,
  transferFormOf,
} from "#features/policies/transfer-form.ts";
import {
  type VerificationForm,
  verificationDraft,
  verificationField,
  verificationFormOf,
} from "#features/policies/verification-form.ts";
import type { Texts } from "#i18n/texts.ts";
import { fieldProblem } from "#lib/field-problem.ts";

/** The form of the policy editor: its values, presets and checks. */

/** As the API's input. */
const descriptionSchema = z.string().trim().max(500);

export const tierKeys = ["keepLast", "daily", "weekly", "monthly", "yearly"] as const;
export type TierKey = (typeof tierKeys)[number];

export const retentionUnits = ["points", ...ageUnits] as const;
export type RetentionUnit = (typeof retentionUnits)[number];

const allCounted: Record<TierKey, RetentionUnit> = {
  keepLast: "points",
  daily: "points",
  weekly: "points",
  monthly: "points",
  yearly: "points",
};

/** The values of the editor's fields. Numbers are text as typed; an empty retention row keeps nothing. */
export interface PolicyForm extends TransferForm, ScriptsForm, VerificationForm {
  name: string;
  description: string;
  /** Id of the team; empty for every team. */
  team: string;
  kind: "daily" | "weekly" | "hourly";
  /** ISO weekdays of a weekly schedule, as the checkboxes give them. */
  days: string[];
  times: { at: string }[];
  everyHours: string;
  windowStart: string;
  windowHours: string;
  timeZone: string;
  retention: Record<TierKey, string>;
  /** What the number of a tier means: so many points, or an age. */
  retentionUnit: Record<TierKey, RetentionUnit>;
  instantRestoreDays: string;
  /** Days for which a removed point can be brought back. */
  softDeleteDays: string;
  wanted: "application" | "crash";
  otherwise: "continue" | "fail";
  vss: "full" | "copy";
  /** Deltas of each disk whose list of changes is confirmed: the first ones, then one of so many. */
  trustFirst: string;
  trustEvery: string;
}

export const everyOptions = hourlyIntervals.map(String);

/** The form of a new policy: daily at 01:00 in the user's zone, kept 30 days. */
export function emptyForm(timeZone: string): PolicyForm {
  return {
    name: "",
    description: "",
    team: "",
    kind: "daily",
    times: [{ at: "01:00" }],
    days: ["6"],
    everyHours: "4",
    windowStart: "08:00",
    windowHours: "12",
    timeZone,
    retention: { keepLast: "", daily: "30", weekly: "", monthly: "", yearly: "" },
    retentionUnit: allCounted,
    instantRestoreDays: "0",
    softDeleteDays: String(defaultSoftDeleteDays),
    wanted: "application",
    otherwise: "continue",
    vss: "full",
    trustFirst: String(defaultTrustRule.first),
    trustEvery: String(defaultTrustRule.every),
    ...transferFormOf({}),
    ...verificationFormOf({}),
    ...emptyScripts,
  };
}

export const presetKeys = ["daily", "hourly", "long"] as const;
export type PresetKey = (typeof presetKeys)[number];

/** Presets of the schedule, the retention and instant restore. */
export const presets: Record<
  PresetKey,
  Pick<
    PolicyForm,
    | "kind"
    | "times"
    | "everyHours"
    | "windowStart"
    | "windowHours"
    | "retention"
    | "retentionUnit"
    | "instantRestoreDays"
  >
> = {
  daily: {
    kind: "daily",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "08:00",
    windowHours: "12",
    retention: { keepLast: "", daily: "30", weekly: "", monthly: "", yearly: "" },
    retentionUnit: allCounted,
    instantRestoreDays: "0",
  },
  hourly: {
    kind: "hourly",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "00:00",
    windowHours: "24",
    retention: { keepLast: "12", daily: "14", weekly: "", monthly: "", yearly: "" },
    retentionUnit: allCounted,
    instantRestoreDays: "2",
  },
  long: {
    kind: "daily",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "08:00",
    windowHours: "12",
    retention: { keepLast: "", daily: "14", weekly: "8", monthly: "12", yearly: "7" },
    retentionUnit: allCounted,
    instantRestoreDays: "0",
  },
};

/** The form of an existing policy. */
export function formOf(policy: {
  readonly name: string;
  readonly description: string;
  readonly team: { readonly id: string } | null;
  readonly document: PolicyDocument;
}): PolicyForm {
  const { schedule, retention, instantRestoreDays, consistency, trust = defaultTrustRule } = policy.document;
  const base = emptyForm(schedule.timeZone);
  const tier = (key: TierKey) => numberOf(retention[key]);
  const unit = (key: TierKey) => unitOf(retention[key]);
  return {
    ...base,
    name: policy.name,
    description: policy.description,
    team: policy.team?.id ?? "",
    ...scheduleFormOf(schedule),
    retention: {
      keepLast: tier("keepLast"),
      daily: tier("daily"),
      weekly: tier("weekly"),
      monthly: tier("monthly"),
      yearly: tier("yearly"),
    },
    retentionUnit: {
      keepLast: unit("keepLast"),
      daily: unit("daily"),
      weekly: unit("weekly"),
      monthly: unit("monthly"),
      yearly: unit("yearly"),
    },
    instantRestoreDays: String(instantRestoreDays),
    softDeleteDays: String(policy.document.softDeleteDays ?? defaultSoftDeleteDays),
    wanted: consistency.wanted,
    otherwise: consistency.otherwise,
    vss: consistency.vss,
    ...scriptsFormOf(policy.document),
    trustFirst: String(trust.first),
    trustEvery: String(trust.every),
    ...transferFormOf(policy.document),
    ...verificationFormOf(policy.document),
  };
}

function scheduleFormOf(schedule: PolicyDocument["schedule"]): Partial<PolicyForm> {
  if (schedule.kind === "hourly") {
    const { kind, windowStart } = schedule;
    const [everyHours, windowHours] = [String(schedule.everyHours), String(schedule.windowHours)];
    return { kind, everyHours, windowStart, windowHours };
  }
  const times = schedule.times.map((at) => ({ at }));
  if (schedule.kind === "daily") return { kind: schedule.kind, times };
  return { kind: schedule.kind, times, days: schedule.days.map(String) };
}

function numberOf(rule: TierRule | undefined): string {
  if (rule === undefined) return "";
  return String(typeof rule === "number" ? rule : rule.age);
}

function unitOf(rule: TierRule | undefined): RetentionUnit {
  return rule === undefined || typeof rule === "number" ? "points" : rule.unit;
}

/** A whole number as a number, any other text unchanged: the schema then reports it. */
function number(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return /^\d+$/u.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The document of a form, not checked yet. Times are sorted and unique. */
export function documentDraft(form: PolicyForm): unknown {
  const tiers = tierKeys.flatMap((key) => {
    const value = number(form.retention[key]);
    const unit = form.retentionUnit[key];
    return value === undefined ? [] : [[key, unit === "points" ? value : { age: value, unit }] as const];
  });
  return {
    schedule: scheduleDraft(form),
    retention: Object.fromEntries(tiers),
    ...softDeleteDraft(form),
    instantRestoreDays: number(form.instantRestoreDays) ?? 0,
    consistency: { wanted: form.wanted, otherwise: form.otherwise, vss: form.vss, ...scriptsDraft(form) },
    ...trustDraft(form),
    ...transferDraft(form),
    ...verificationDraft(form),
  };
}

function scheduleDraft(form: PolicyForm): unknown {
  const { kind, windowStart } = form;
  const timeZone = form.timeZone.trim();
  if (kind === "hourly") {
    const [everyHours, windowHours] = [number(form.everyHours), number(form.windowHours)];
    return { kind, everyHours, windowStart, windowHours, timeZone };
  }
  const times = [...new Set(form.times.map((time) => time.at))].sort();
  if (kind === "daily") return { kind, times, timeZone };
  return { kind, days: sortedDays(form.days.map(Number)), times, timeZone };
}

/** Nothing for the default. An empty field is the default too. */
function softDeleteDraft({ softDeleteDays }: PolicyForm): { readonly softDeleteDays?: unknown } {
  const days = number(softDeleteDays) ?? defaultSoftDeleteDays;
  return days === defaultSoftDeleteDays ? {} : { softDeleteDays: days };
}

/** The rule of a form; nothing for the default, so that policies without a rule stay as they are. */
function trustDraft({ trustFirst, trustEvery }: PolicyForm): { readonly trust?: unknown } {
  const trust = {
    first: number(trustFirst) ?? defaultTrustRule.first,
    every: number(trustEvery) ?? defaultTrustRule.every,
  };
  const isDefault = trust.first === defaultTrustRule.first && trust.every === defaultTrustRule.every;
  return isDefault ? {} : { trust };
}

/** The document of a form; null while a field is wrong. */
export function documentOf(form: PolicyForm): PolicyDocument | null {
  const parsed = policyDocumentSchema.safeParse(documentDraft(form));
  return parsed.success ? parsed.data : null;
}

/** The form's field for a path in the document. */
function fieldOf(path: readonly PropertyKey[]): string {
  const [part, ...rest] = path.map(String);
  if (part === "schedule") return rest[0] ?? "kind";
  if (part === "retention") return rest[0] === undefined ? "retention" : `retention.${rest[0]}`;
  if (part === "consistency") {
    return rest[0] === "linuxScripts" ? scriptsField(rest.slice(1)) : (rest[0] ?? "wanted");
  }
  if (part === "trust") return rest[0] === "every" ? "trustEvery" : "trustFirst";
  if (part === "transfer") return transferField(rest);
  if (part === "verification") return verificationField(rest);
  return part ?? "name";
}

/** Zod's issues by field. */
export type FieldIssues = Readonly<Record<string, z.core.$ZodIssue>>;

/** Checks the form with the schemas that the server uses. Of several issues of a field the last is the narrowest. */
export function formIssues(form: PolicyForm, isNew: boolean): FieldIssues {
  const issues: Record<string, z.core.$ZodIssue> = {};
  const check = (schema: z.ZodType, value: unknown, field: (path: readonly PropertyKey[]) => string) => {
    for (const issue of schema.safeParse(value).error?.issues ?? []) issues[field(issue.path)] = issue;
  };
  if (isNew) check(policyNameSchema, form.name, () => "name");
  check(descriptionSchema, form.description, () => "description");
  check(policyDocumentSchema, documentDraft(form), fieldOf);
  return issues;
}

export interface ProblemWords {
  readonly policies: Texts<"policies">;
  readonly validation: Texts<"validation">;
}

/** The issues in the language of the page. */
export function problemTexts(issues: FieldIssues, words: ProblemWords): Readonly<Record<string, string>> {
  const texts = Object.entries(issues).map(([field, issue]) => [field, problemText(field, issue, words)]);
  return Object.fromEntries(texts) as Record<string, string>;
}

function problemText(field: string, issue: z.core.$ZodIssue, { policies, validation }: ProblemWords): string {
  switch (field) {
    case "name":
      return policies("editor.nameRule");
    case "timeZone":
      return policies("editor.timeZoneRule");
    case "days":
      return policies("editor.daysRule");
    case "times":
    case "transferFrom":
    case "transferTo":
    case "windowStart":
      return policies("editor.timeRule");
    case "retention":
      return policies("editor.retentionRule");
    case "preText":
    case "postText":
      return validation("script");
    default:
      // A tier is a number or an age; text is neither.
      if (field.startsWith("retention.") && issue.code === "invalid_union") return validation("wholeNumber");
      return fieldProblem(issue, validation);
  }
}
