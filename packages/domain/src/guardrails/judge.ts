/** What keeps to the guardrails, and what does not: policies, vaults, scopes of teams, restores, downloads. Pure. */
import type { TeamReach } from "../access/access.ts";
import { defaultSoftDeleteDays } from "../points/soft-delete.ts";
import type { VerificationRule } from "../points/verify-rule.ts";
import type { PolicyDocument } from "../policies/policy.ts";
import { longestGapSeconds } from "../policies/schedule.ts";
import type { Guardrails } from "./guardrails.ts";
import { daysKept, keepsDays, whatKeepsDays } from "./retention-days.ts";
import type { Violation } from "./violations.ts";

/** The guardrails that a policy does not keep, in the order of its fields. */
export function policyViolations(document: PolicyDocument, guardrails: Guardrails): Violation[] {
  return [
    ...intervalViolations(document, guardrails),
    ...retentionViolations(document, guardrails),
    ...softDeleteViolations(document, guardrails),
    ...instantViolations(document, guardrails),
    ...verificationViolations(document, guardrails),
  ];
}

function intervalViolations({ schedule }: PolicyDocument, guardrails: Guardrails): Violation[] {
  const most = guardrails.schedule?.longestIntervalHours;
  const gap = longestGapSeconds(schedule) / 3_600;
  if (most === undefined || gap <= most) return [];
  return [{ rule: "interval", params: { hours: Math.ceil(gap * 10) / 10, most } }];
}

function retentionViolations(document: PolicyDocument, { retention }: Guardrails): Violation[] {
  const least = retention?.shortestDays;
  if (least === undefined || keepsDays(document, least)) return [];
  const params = { days: daysKept(document), least, ...whatKeepsDays(document.schedule, least) };
  return [{ rule: "retention", params }];
}

function softDeleteViolations(document: PolicyDocument, { softDelete }: Guardrails): Violation[] {
  const days = document.softDeleteDays ?? defaultSoftDeleteDays;
  const least = softDelete?.leastDays;
  return least === undefined || days >= least ? [] : [{ rule: "soft-delete", params: { days, least } }];
}

function instantViolations(
  { instantRestoreDays: days }: PolicyDocument,
  { instantRestore }: Guardrails,
): Violation[] {
  const { leastDays: least, mostDays: most } = instantRestore ?? {};
  if (least !== undefined && days < least)
    return [{ rule: "instant-restore-least", params: { days, least } }];
  if (most !== undefined && days > most) return [{ rule: "instant-restore-most", params: { days, most } }];
  return [];
}

function verificationViolations(
  { verification: rule }: PolicyDocument,
  { verification }: Guardrails,
): Violation[] {
  if (verification === undefined) return [];
  const { mode, everyDays } = verification;
  if (rule !== undefined && verifies(rule, verification)) return [];
  return [{ rule: "verification", params: { mode, everyDays, percent: Math.ceil(100 / everyDays) } }];
}

/**
 * A nightly share of each point reads it in whole within as many nights as the share needs; a nightly amount of a VM promises no
 * number of nights.
 */
function verifies(rule: VerificationRule, required: NonNullable<Guardrails["verification"]>): boolean {
  const { mode, everyDays } = required;
  switch (rule.mode) {
    case "quick":
      return mode === "quick" && rule.everyDays <= everyDays;
    case "full":
      return rule.everyDays <= everyDays;
    case "sampled":
      return (
        mode !== "full" &&
        rule.nightly.unit === "percent" &&
        Math.ceil(100 / rule.nightly.amount) <= everyDays
      );
    default:
      return rule satisfies never;
  }
}

/** The facts of a vault that guardrails are about. */
export interface GuardedVault {
  readonly name: string;
  /** Null: not recorded. */
  readonly region: string | null;
  readonly hasProvenRecoveryKey: boolean;
  readonly hasKeyVaultKey: boolean;
}

const listed = (values: readonly string[]): string => values.join(", ");

/** Where the content of a vault may be. */
export function vaultRegionViolations(
  vault: Pick<GuardedVault, "name" | "region">,
  { vaults }: Guardrails,
): Violation[] {
  const allowed = vaults?.regions;
  const { name, region } = vault;
  if (allowed === undefined || (region !== null && allowed.includes(region))) return [];
  const regions = listed(allowed);
  if (region === null) return [{ rule: "vault-region-unknown", params: { vault: name, regions } }];
  return [{ rule: "vault-region", params: { vault: name, region, regions } }];
}

/** All guardrails that a vault in use does not keep. A new vault has no keys yet, so only its region counts. */
export function vaultViolations(vault: GuardedVault, guardrails: Guardrails): Violation[] {
  const { name, hasProvenRecoveryKey, hasKeyVaultKey } = vault;
  const keys = guardrails.vaults?.keys ?? [];
  const found = vaultRegionViolations(vault, guardrails);
  if (keys.includes("recovery-proven") && !hasProvenRecoveryKey)
    found.push({ rule: "vault-recovery-key", params: { vault: name } });
  if (keys.includes("key-vault") && !hasKeyVaultKey)
    found.push({ rule: "vault-key-vault", params: { vault: name } });
  return found;
}

/** The scopes of a team that the guardrails do not allow. */
export function scopeViolations(reach: readonly TeamReach[], { teams }: Guardrails): Violation[] {
  if (teams?.tagScopes !== false) return [];
  return reach.flatMap((one): Violation[] =>
    one.kind === "tag" ? [{ rule: "tag-scope", params: { tag: `${one.tagName}=${one.tagValue}` } }] : [],
  );
}

/** Who may tag a VM in Azure decides its policy by a rule, as they decide its team by a scope. */
export function tagRuleViolations(name: string, { teams }: Guardrails): Violation[] {
  return teams?.tagScopes === false ? [{ rule: "tag-rule", params: { name } }] : [];
}

/** @param region of the target, as Azure names it */
export function restoreViolations(region: string, { restore }: Guardrails): Violation[] {
  const allowed = restore?.regions;
  const name = region.replaceAll(" ", "").toLowerCase();
  if (allowed === undefined || allowed.includes(name)) return [];
  return [{ rule: "restore-region", params: { region: name, regions: listed(allowed) } }];
}

/** Whether a caller may read the content of points. */
export function downloadViolation(
  caller: {
    /** Null: not known, which no network contains. */
    readonly address: string | null;
    readonly isInside: (networks: readonly string[], address: string) => boolean;
  },
  { downloads }: Guardrails,
): Violation | null {
  if (downloads?.allowed === false) return { rule: "downloads", params: {} };
  const allowed = downloads?.networks;
  if (allowed === undefined) return null;
  const { address } = caller;
  const networks = listed(allowed);
  if (address === null) return { rule: "download-address", params: { networks } };
  return caller.isInside(allowed, address)
    ? null
    : { rule: "download-network", params: { address, networks } };
}
