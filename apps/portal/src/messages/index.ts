import type { AppLocale } from "#lib/locale.ts";
import { approvals } from "#messages/approvals.ts";
import { assignmentRules } from "#messages/assignment-rules.ts";
import { audit } from "#messages/audit.ts";
import { bulk } from "#messages/bulk.ts";
import { connections } from "#messages/connections.ts";
import { damage } from "#messages/damage.ts";
import { directory } from "#messages/directory.ts";
import { diskFacts } from "#messages/disk-facts.ts";
import { errors } from "#messages/errors.ts";
import { guardrails } from "#messages/guardrails.ts";
import { jobs } from "#messages/jobs.ts";
import { notices } from "#messages/notices.ts";
import { overview } from "#messages/overview.ts";
import { people } from "#messages/people.ts";
import { points } from "#messages/points.ts";
import { policies } from "#messages/policies.ts";
import { policyActions } from "#messages/policy-actions.ts";
import { policyChanges } from "#messages/policy-changes.ts";
import { policyEffects } from "#messages/policy-effects.ts";
import { policyScripts } from "#messages/policy-scripts.ts";
import { policyTransfer } from "#messages/policy-transfer.ts";
import { policyTrust } from "#messages/policy-trust.ts";
import { policyVerification } from "#messages/policy-verification.ts";
import { protection } from "#messages/protection.ts";
import { reports } from "#messages/reports.ts";
import { restores } from "#messages/restores.ts";
import { settings } from "#messages/settings.ts";
import { shell } from "#messages/shell.ts";
import { signedOut } from "#messages/signed-out.ts";
import { suitability } from "#messages/suitability.ts";
import { teams } from "#messages/teams.ts";
import { tokens } from "#messages/tokens.ts";
import { ui } from "#messages/ui.ts";
import { validation } from "#messages/validation.ts";
import { vaultCopies } from "#messages/vault-copies.ts";
import { vaultKeys } from "#messages/vault-keys.ts";
import { vaults } from "#messages/vaults.ts";
import { vms } from "#messages/vms.ts";

/** All catalogs, one namespace per noun. */
export const messages = {
  en: {
    approvals: approvals.en,
    assignmentRules: assignmentRules.en,
    audit: audit.en,
    bulk: bulk.en,
    damage: damage.en,
    directory: directory.en,
    diskFacts: diskFacts.en,
    connections: connections.en,
    errors: errors.en,
    guardrails: guardrails.en,
    jobs: jobs.en,
    notices: notices.en,
    overview: overview.en,
    people: people.en,
    points: points.en,
    policies: policies.en,
    policyActions: policyActions.en,
    policyChanges: policyChanges.en,
    policyEffects: policyEffects.en,
    policyScripts: policyScripts.en,
    policyTransfer: policyTransfer.en,
    policyVerification: policyVerification.en,
    policyTrust: policyTrust.en,
    protection: protection.en,
    reports: reports.en,
    restores: restores.en,
    settings: settings.en,
    shell: shell.en,
    signedOut: signedOut.en,
    suitability: suitability.en,
    teams: teams.en,
    tokens: tokens.en,
    ui: ui.en,
    validation: validation.en,
    vaultCopies: vaultCopies.en,
    vaultKeys: vaultKeys.en,
    vaults: vaults.en,
    vms: vms.en,
  },
  nl: {
    approvals: approvals.nl,
    assignmentRules: assignmentRules.nl,
    audit: audit.nl,
    bulk: bulk.nl,
    damage: damage.nl,
    directory: directory.nl,
    diskFacts: diskFacts.nl,
    connections: connections.nl,
    errors: errors.nl,
    guardrails: guardrails.nl,
    jobs: jobs.nl,
    notices: notices.nl,
    overview: overview.nl,
    people: people.nl,
    points: points.nl,
    policies: policies.nl,
    policyActions: policyActions.nl,
    policyChanges: policyChanges.nl,
    policyEffects: policyEffects.nl,
    policyScripts: policyScripts.nl,
    policyTransfer: policyTransfer.nl,
    policyVerification: policyVerification.nl,
    policyTrust: policyTrust.nl,
    protection: protection.nl,
    reports: reports.nl,
    restores: restores.nl,
    settings: settings.nl,
    shell: shell.nl,
    signedOut: signedOut.nl,
    suitability: suitability.nl,
    teams: teams.nl,
    tokens: tokens.nl,
    ui: ui.nl,
    validation: validation.nl,
    vaultCopies: vaultCopies.nl,
    vaultKeys: vaultKeys.nl,
    vaults: vaults.nl,
    vms: vms.nl,
  },
} as const;

/** The shape of the messages: the English texts with their exact keys and ICU parameters. */
export type AppMessages = (typeof messages)["en"];
export type Namespace = keyof AppMessages;

declare module "next-intl" {
  interface AppConfig {
    Locale: AppLocale;
    Messages: AppMessages;
  }
}
