/** Which guardrails are not kept, each with what would pass. One text of each rule serves errors, lists and previews. */
import { KluisError } from "../errors/errors.ts";
import type { guardrailReasons } from "../errors/guardrail-reasons.ts";
import type { RequiredVerification } from "./guardrails.ts";

/** A rule of the guardrails that something does not keep. */
export type GuardrailRule = Exclude<(typeof guardrailReasons)[number], "several">;

interface ViolationParams extends Record<GuardrailRule, Readonly<Record<string, string | number>>> {
  /** `days`: for how many days the rule keeps a point of each. `points`: `keepLast` that passes; 0: none does. */
  readonly retention: {
    readonly days: number;
    readonly least: number;
    readonly daily: number;
    readonly points: number;
  };
  readonly interval: { readonly hours: number; readonly most: number };
  readonly "instant-restore-least": { readonly days: number; readonly least: number };
  readonly "instant-restore-most": { readonly days: number; readonly most: number };
  /** `percent`: the share of each point that a nightly sample needs. */
  readonly verification: {
    readonly mode: RequiredVerification;
    readonly everyDays: number;
    readonly percent: number;
  };
  readonly "soft-delete": { readonly days: number; readonly least: number };
  readonly "vault-region": { readonly vault: string; readonly region: string; readonly regions: string };
  readonly "vault-region-unknown": { readonly vault: string; readonly regions: string };
  readonly "vault-recovery-key": { readonly vault: string };
  readonly "vault-key-vault": { readonly vault: string };
  readonly "restore-region": { readonly region: string; readonly regions: string };
  readonly downloads: Readonly<Record<never, never>>;
  readonly "download-network": { readonly address: string; readonly networks: string };
  readonly "download-address": { readonly networks: string };
  readonly "tag-scope": { readonly tag: string };
  readonly "tag-rule": { readonly name: string };
}

export type Violation = {
  [R in GuardrailRule]: { readonly rule: R; readonly params: ViolationParams[R] };
}[GuardrailRule];

interface Sentences {
  readonly message: string;
  readonly action: string;
}
const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);
const hours = (count: number): string => (count === 1 ? "1 hour" : `${count} hours`);

const verificationWords = {
  quick: "checked",
  sampled: "read in whole, at once or in parts,",
  full: "read in whole at once",
} as const satisfies Record<RequiredVerification, string>;

const texts: { readonly [R in GuardrailRule]: (params: ViolationParams[R]) => Sentences } = {
  retention: ({ days: kept, least, daily, points }) => ({
    message: `Retention keeps a point of each of the last ${days(kept)} only; at least ${days(least)} are required.`,
    action: `Keep one a day for ${daily} or more${points > 0 ? `, or the newest ${points} points` : ""}.`,
  }),
  interval: ({ hours: gap, most }) => ({
    message: `Up to ${hours(gap)} pass between two backups; at most ${most} are allowed.`,
    action: `Plan the runs at most ${hours(most)} apart.`,
  }),
  "instant-restore-least": ({ days: kept, least }) => ({
    message: `Snapshots stay ${days(kept)} for instant restore; at least ${least} are required.`,
    action: `Keep snapshots for at least ${days(least)}.`,
  }),
  "instant-restore-most": ({ days: kept, most }) => ({
    message: `Snapshots stay ${days(kept)} for instant restore; at most ${most} are allowed.`,
    action: `Keep snapshots for at most ${days(most)}.`,
  }),
  verification: ({ mode, everyDays, percent }) => ({
    message: `Every point must be ${verificationWords[mode]} at least every ${days(everyDays)}.`,
    action:
      mode === "full"
        ? `Choose a full verification every ${days(everyDays)} or more often.`
        : `Choose a ${mode === "quick" ? "quick or full" : "full"} verification every ${days(everyDays)} or more often, or read ${percent} % of each point every night.`,
  }),
  "soft-delete": ({ days: kept, least }) => ({
    message: `Removed points can be brought back for ${days(kept)}; at least ${least} are required.`,
    action: `Let removed points be brought back for at least ${days(least)}.`,
  }),
  "vault-region": ({ vault, region, regions }) => ({
    message: `The vault ${vault} is in ${region}; allowed are: ${regions}.`,
    action: "Use a vault in one of these regions.",
  }),
  "vault-region-unknown": ({ vault, regions }) => ({
    message: `The region of the vault ${vault} is not recorded; allowed are: ${regions}.`,
    action: "Enter the region of its storage.",
  }),
  "vault-recovery-key": ({ vault }) => ({
    message: `The vault ${vault} has no recovery key that was proven.`,
    action: "Make a recovery key on paper, and prove it once.",
  }),
  "vault-key-vault": ({ vault }) => ({
    message: `The vault ${vault} has no key in Azure Key Vault.`,
    action: "Add a key of Azure Key Vault to it.",
  }),
  "restore-region": ({ region, regions }) => ({
    message: `Restores may not go to ${region}; allowed are: ${regions}.`,
    action: "Choose a target in one of these regions, or request that the region is allowed.",
  }),
  downloads: () => ({
    message: "The content of recovery points may not be downloaded.",
    action: "Restore to a disk in Azure, or request that downloads are allowed.",
  }),
  "download-network": ({ address, networks }) => ({
    message: `Downloads are not allowed from ${address}; allowed are: ${networks}.`,
    action: "Download from one of these networks.",
  }),
  "download-address": ({ networks }) => ({
    message: `The address of this request is not known, and downloads are allowed only from: ${networks}.`,
    action: "Ask the platform owner to check the trusted proxies of Kluis.",
  }),
  "tag-scope": ({ tag }) => ({
    message: `Teams may not reach virtual machines by tag (${tag}).`,
    action: "Use a subscription or a resource group as the scope.",
  }),
  "tag-rule": ({ name }) => ({
    message: `Tags may not decide which virtual machines a team protects (rule ${name}).`,
    action: "Protect the machines by hand, or request that scopes by tag are allowed.",
  }),
};

/** The violation and what would pass, in English. */
export function violationText<R extends GuardrailRule>(violation: {
  readonly rule: R;
  readonly params: ViolationParams[R];
}): Sentences {
  return texts[violation.rule](violation.params);
}

/** The first guardrails that an error lists; a page lists all of them. */
const mostListed = 20;

/** The error of these violations; null when there are none. */
export function guardrailError(violations: readonly Violation[]): KluisError | null {
  const [first, second] = violations;
  if (first === undefined) return null;
  if (second === undefined) {
    const { message, action } = violationText(first);
    return new KluisError("GUARDRAIL", {
      reason: first.rule,
      message: `Guardrail: ${message}`,
      action,
      params: first.params,
    });
  }
  const listed = violations.slice(0, mostListed);
  const sentences = listed.map((one) => violationText(one));
  return new KluisError("GUARDRAIL", {
    reason: "several",
    message: `${violations.length} guardrails are not kept. ${sentences.map(({ message }) => message).join(" ")}`,
    action: sentences.map(({ action }) => action).join(" "),
    params: { count: violations.length, violations: JSON.stringify(listed) },
  });
}

/** @throws KluisError GUARDRAIL that lists all violations */
export function mustKeepGuardrails(violations: readonly Violation[]): void {
  const error = guardrailError(violations);
  if (error !== null) throw error;
}
