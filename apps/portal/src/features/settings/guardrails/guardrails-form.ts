/** The form of the guardrails: texts as a person types them, and the document that they mean. */
import {
  type GuardrailField,
  type Guardrails,
  guardrailFields,
  guardrailsSchema,
  mostSoftDeleteDays,
  type RequiredVerification,
} from "@kluis/domain";

export interface GuardrailsForm {
  readonly numbers: Readonly<Record<NumberField, string>>;
  readonly verification: RequiredVerification | "none";
  readonly vaultRegions: string;
  readonly restoreRegions: string;
  readonly recoveryKey: boolean;
  readonly keyVault: boolean;
  readonly downloads: "any" | "networks" | "none";
  readonly networks: string;
  readonly tagScopes: boolean;
  readonly secondPerson: boolean;
}

/** The whole numbers, with the least and the most that the server takes. */
export const numberLimits = {
  "retention.shortestDays": { least: 1, most: mostSoftDeleteDays },
  "schedule.longestIntervalHours": { least: 1, most: 744 },
  "instantRestore.leastDays": { least: 0, most: 30 },
  "instantRestore.mostDays": { least: 0, most: 30 },
  "verification.everyDays": { least: 1, most: 365 },
  "softDelete.leastDays": { least: 1, most: mostSoftDeleteDays },
} as const satisfies Partial<Record<GuardrailField, { readonly least: number; readonly most: number }>>;
export type NumberField = keyof typeof numberLimits;

const textOf = (value: number | undefined): string => (value === undefined ? "" : String(value));

export function formOf(document: Guardrails): GuardrailsForm {
  const { retention, schedule, instantRestore, verification, softDelete, vaults, restore, downloads } =
    document;
  return {
    numbers: {
      "retention.shortestDays": textOf(retention?.shortestDays),
      "schedule.longestIntervalHours": textOf(schedule?.longestIntervalHours),
      "instantRestore.leastDays": textOf(instantRestore?.leastDays),
      "instantRestore.mostDays": textOf(instantRestore?.mostDays),
      "verification.everyDays": textOf(verification?.everyDays),
      "softDelete.leastDays": textOf(softDelete?.leastDays),
    },
    verification: verification?.mode ?? "none",
    vaultRegions: (vaults?.regions ?? []).join(", "),
    restoreRegions: (restore?.regions ?? []).join(", "),
    recoveryKey: vaults?.keys?.includes("recovery-proven") ?? false,
    keyVault: vaults?.keys?.includes("key-vault") ?? false,
    downloads: downloads?.allowed === false ? "none" : downloads?.networks === undefined ? "any" : "networks",
    networks: (downloads?.networks ?? []).join("\n"),
    tagScopes: document.teams?.tagScopes ?? true,
    secondPerson: document.approvals?.configuration === "enforced",
  };
}

export type Read =
  | { readonly document: Guardrails; readonly wrong: ReadonlySet<GuardrailField> }
  | { readonly document: null; readonly wrong: ReadonlySet<GuardrailField> };

/** The document that the form means, or null with the fields that are wrong. */
export function readForm(form: GuardrailsForm): Read {
  const parsed = guardrailsSchema.safeParse(draftOf(form));
  if (parsed.success) return { document: parsed.data, wrong: new Set() };
  const paths = parsed.error.issues.map(({ path }) => path.slice(0, 2).join("."));
  return { document: null, wrong: new Set(guardrailFields.filter((field) => paths.includes(field))) };
}

function draftOf(form: GuardrailsForm): unknown {
  const number = (field: NumberField): number | undefined => {
    const text = form.numbers[field].trim();
    return text === "" ? undefined : Number(text);
  };
  const keys = [...(form.recoveryKey ? ["recovery-proven"] : []), ...(form.keyVault ? ["key-vault"] : [])];
  return {
    retention: { shortestDays: number("retention.shortestDays") },
    schedule: { longestIntervalHours: number("schedule.longestIntervalHours") },
    instantRestore: {
      leastDays: number("instantRestore.leastDays"),
      mostDays: number("instantRestore.mostDays"),
    },
    verification:
      form.verification === "none"
        ? undefined
        : { mode: form.verification, everyDays: number("verification.everyDays") },
    softDelete: { leastDays: number("softDelete.leastDays") },
    vaults: { regions: listIn(form.vaultRegions), keys: keys.length === 0 ? undefined : keys },
    restore: { regions: listIn(form.restoreRegions) },
    downloads: {
      allowed: form.downloads === "none" ? false : undefined,
      networks: form.downloads === "networks" ? (listIn(form.networks) ?? []) : undefined,
    },
    teams: { tagScopes: form.tagScopes },
    approvals: form.secondPerson ? { configuration: "enforced" } : undefined,
  };
}

/** Values with commas or line breaks between them; undefined: none. */
function listIn(text: string): string[] | undefined {
  const values = text.split(/[,;\n]/u).flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));
  return values.length === 0 ? undefined : values;
}
