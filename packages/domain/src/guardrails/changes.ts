/** What one version of the guardrails changed of another. A new field does not compile before it has a name. */
import { canonicalJson } from "../base/canonical-json.ts";
import { listWords } from "../policies/schedule.ts";
import type { Guardrails } from "./guardrails.ts";

type Section = keyof Guardrails;
export type GuardrailField = {
  [S in Section]: `${S}.${keyof NonNullable<Guardrails[S]> & string}`;
}[Section];

const names = {
  "retention.shortestDays": "Days with a recovery point, at least",
  "schedule.longestIntervalHours": "Hours between backups, at most",
  "instantRestore.leastDays": "Days of instant restore, at least",
  "instantRestore.mostDays": "Days of instant restore, at most",
  "verification.mode": "Required verification",
  "verification.everyDays": "Days between verifications, at most",
  "softDelete.leastDays": "Days that a removed point can be brought back, at least",
  "vaults.regions": "Regions of vaults",
  "vaults.keys": "Keys that a vault needs",
  "restore.regions": "Regions that restores may go to",
  "downloads.allowed": "Downloads allowed",
  "downloads.networks": "Networks that may download",
  "teams.tagScopes": "Scopes by tag allowed",
  "approvals.configuration": "Second person for changes of configuration",
} as const satisfies Record<GuardrailField, string>;

const isField = (path: string): path is GuardrailField => Object.hasOwn(names, path);

export const guardrailFields: readonly GuardrailField[] = Object.keys(names).filter(isField);

/** Null: not restricted. */
export type GuardrailValue = string | number | boolean | readonly string[] | null;

export interface GuardrailChange {
  readonly field: GuardrailField;
  readonly before: GuardrailValue;
  readonly after: GuardrailValue;
}

/** The fields that differ, in the order of {@link guardrailFields}. */
export function guardrailChanges(before: Guardrails, after: Guardrails): GuardrailChange[] {
  const [old, now] = [guardrailValues(before), guardrailValues(after)];
  return guardrailFields.flatMap((field) => {
    const [was, is] = [old.get(field) ?? null, now.get(field) ?? null];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ field, before: was, after: is }];
  });
}

/** The fields that restrict something, with their values. */
export function guardrailValues(guardrails: Guardrails): ReadonlyMap<GuardrailField, GuardrailValue> {
  const values = new Map<GuardrailField, GuardrailValue>();
  for (const [section, rules] of Object.entries(guardrails)) {
    for (const [key, value] of Object.entries(rules ?? {})) {
      const field = `${section}.${key}`;
      if (isField(field) && isValue(value)) values.set(field, value);
    }
  }
  return values;
}

function isValue(value: unknown): value is NonNullable<GuardrailValue> {
  if (Array.isArray(value)) return value.every((one) => typeof one === "string");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** One change in English, such as `Hours between backups, at most: 24; before: not restricted`. */
export function describeGuardrailChange({ field, before, after }: GuardrailChange): string {
  return `${names[field]}: ${valueWords(after)}; before: ${valueWords(before)}`;
}

/** One guardrail in English, such as `Hours between backups, at most: 24`. */
export function describeGuardrail(field: GuardrailField, value: GuardrailValue): string {
  return `${names[field]}: ${valueWords(value)}`;
}

const words: Readonly<Record<string, string>> = {
  "recovery-proven": "a recovery key that was typed back",
  "key-vault": "a key in Azure Key Vault",
};

function valueWords(value: GuardrailValue): string {
  if (value === null) return "not restricted";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value;
  return listWords(value.map((one) => words[one] ?? one));
}
