import { hourlyIntervals, type PolicyDocument, policyDocumentSchema, policyNameSchema } from "@kluis/domain";
import { z } from "zod";

export const tierKeys = ["keepLast", "daily", "weekly", "monthly", "yearly"] as const;
export type TierKey = (typeof tierKeys)[number];

/** What the editor's fields hold. Numbers are text as typed; empty retention rows keep nothing. */
export interface PolicyForm {
  name: string;
  description: string;
  /** Team id; empty: every team. */
  team: string;
  kind: "daily" | "hourly";
  times: { at: string }[];
  everyHours: string;
  windowStart: string;
  windowHours: string;
  timeZone: string;
  retention: Record<TierKey, string>;
  instantRestoreDays: string;
  wanted: "application" | "crash";
  otherwise: "continue" | "fail";
  vss: "full" | "copy";
}

export const everyOptions = hourlyIntervals.map(String);

/** A new policy's form: daily at one in the morning in the person's own zone, thirty days. */
export function emptyForm(timeZone: string): PolicyForm {
  return {
    name: "",
    description: "",
    team: "",
    kind: "daily",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "08:00",
    windowHours: "12",
    timeZone,
    retention: { keepLast: "", daily: "30", weekly: "", monthly: "", yearly: "" },
    instantRestoreDays: "0",
    wanted: "application",
    otherwise: "continue",
    vss: "full",
  };
}

export const presetKeys = ["daily", "hourly", "long"] as const;
export type PresetKey = (typeof presetKeys)[number];

/** Starting points; they touch schedule, retention and instant restore only. */
export const presets: Record<
  PresetKey,
  Pick<
    PolicyForm,
    "kind" | "times" | "everyHours" | "windowStart" | "windowHours" | "retention" | "instantRestoreDays"
  >
> = {
  daily: {
    kind: "daily",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "08:00",
    windowHours: "12",
    retention: { keepLast: "", daily: "30", weekly: "", monthly: "", yearly: "" },
    instantRestoreDays: "0",
  },
  hourly: {
    kind: "hourly",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "00:00",
    windowHours: "24",
    retention: { keepLast: "12", daily: "14", weekly: "", monthly: "", yearly: "" },
    instantRestoreDays: "2",
  },
  long: {
    kind: "daily",
    times: [{ at: "01:00" }],
    everyHours: "4",
    windowStart: "08:00",
    windowHours: "12",
    retention: { keepLast: "", daily: "14", weekly: "8", monthly: "12", yearly: "7" },
    instantRestoreDays: "0",
  },
};

/** The form of a policy that exists. */
export function formOf(policy: {
  readonly name: string;
  readonly description: string;
  readonly team: { readonly id: string } | null;
  readonly document: PolicyDocument;
}): PolicyForm {
  const { schedule, retention, instantRestoreDays, consistency } = policy.document;
  const base = emptyForm(schedule.timeZone);
  const tier = (key: TierKey) => (retention[key] === undefined ? "" : String(retention[key]));
  return {
    ...base,
    name: policy.name,
    description: policy.description,
    team: policy.team?.id ?? "",
    ...(schedule.kind === "daily"
      ? { kind: "daily" as const, times: schedule.times.map((at) => ({ at })) }
      : {
          kind: "hourly" as const,
          everyHours: String(schedule.everyHours),
          windowStart: schedule.windowStart,
          windowHours: String(schedule.windowHours),
        }),
    retention: {
      keepLast: tier("keepLast"),
      daily: tier("daily"),
      weekly: tier("weekly"),
      monthly: tier("monthly"),
      yearly: tier("yearly"),
    },
    instantRestoreDays: String(instantRestoreDays),
    ...consistency,
  };
}

/** Text as a number when it is a whole one; otherwise as it is, so that the schema says what is wrong with it. */
function number(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return /^\d+$/u.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The document that a form stands for, not yet checked. Times are sorted and each is kept once. */
export function documentDraft(form: PolicyForm): unknown {
  const tiers = tierKeys
    .map((key) => [key, number(form.retention[key])] as const)
    .filter(([, value]) => value !== undefined);
  return {
    schedule:
      form.kind === "daily"
        ? {
            kind: "daily",
            times: [...new Set(form.times.map((time) => time.at))].sort(),
            timeZone: form.timeZone.trim(),
          }
        : {
            kind: "hourly",
            everyHours: number(form.everyHours),
            windowStart: form.windowStart,
            windowHours: number(form.windowHours),
            timeZone: form.timeZone.trim(),
          },
    retention: Object.fromEntries(tiers),
    instantRestoreDays: number(form.instantRestoreDays) ?? 0,
    consistency: { wanted: form.wanted, otherwise: form.otherwise, vss: form.vss },
  };
}

/** The document of a form, or null while something in it is wrong. */
export function documentOf(form: PolicyForm): PolicyDocument | null {
  const parsed = policyDocumentSchema.safeParse(documentDraft(form));
  return parsed.success ? parsed.data : null;
}

/** Where a problem of the document is shown in the form: the field's path. */
function fieldOf(path: readonly PropertyKey[]): string {
  const [part, ...rest] = path.map(String);
  if (part === "schedule") return rest[0] === "times" ? "times" : (rest[0] ?? "kind");
  if (part === "retention") return rest[0] === undefined ? "retention" : `retention.${rest[0]}`;
  if (part === "consistency") return rest[0] ?? "wanted";
  return part ?? "name";
}

/** What is wrong with the form, by field: the same schema that the server uses, so that both say the same. */
export function formProblems(form: PolicyForm, isNew: boolean): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  if (isNew) {
    const name = policyNameSchema.safeParse(form.name);
    if (!name.success) problems["name"] = name.error.issues[0]?.message ?? "";
  }
  if (!z.string().max(500).safeParse(form.description).success)
    problems["description"] = "At most 500 characters.";
  const document = policyDocumentSchema.safeParse(documentDraft(form));
  if (!document.success) {
    for (const issue of document.error.issues) problems[fieldOf(issue.path)] ??= issue.message;
  }
  return problems;
}
