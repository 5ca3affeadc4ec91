import type { ErrorCode, ErrorReason, PlainErrorCode } from "@kluis/domain";
import { accessErrors } from "#messages/errors/access.ts";
import { azureErrors } from "#messages/errors/azure.ts";
import { azureIdentityErrors } from "#messages/errors/azure-identity.ts";
import { azureLimitErrors } from "#messages/errors/azure-limits.ts";
import { azureResourceErrors } from "#messages/errors/azure-resources.ts";
import { backupErrors } from "#messages/errors/backup.ts";
import { connectionErrors } from "#messages/errors/connections.ts";
import { directoryErrors } from "#messages/errors/directory.ts";
import { guardrailErrors } from "#messages/errors/guardrails.ts";
import { guestErrors } from "#messages/errors/guest.ts";
import { installationErrors } from "#messages/errors/installation.ts";
import { snapshotErrors } from "#messages/errors/snapshot.ts";
import { transferErrors } from "#messages/errors/transfer.ts";
import { vaultErrors } from "#messages/errors/vault.ts";
import { unusableVaultErrors } from "#messages/errors/vault-unusable.ts";

/** Failures that only a browser sees: no answer at all, or an answer that is not the portal's. */
export const clientErrorCodes = ["NETWORK", "BAD_GATEWAY"] as const;
export type ClientErrorCode = (typeof clientErrorCodes)[number];

/** What happened and what to do; an empty action means that there is nothing to do. */
type ReasonText = { readonly message: string; readonly action: string };

/** `message` and `action` are for an error without a reason, so they take no parameters; those of a reason do. */
type PlainText = ReasonText & { readonly title: string };
type TextWithReasons<C extends ErrorCode> = PlainText & {
  readonly reasons: Readonly<Record<ErrorReason<C>, ReasonText>>;
};
type ErrorText<C> = C extends Exclude<ErrorCode, PlainErrorCode> ? TextWithReasons<C> : PlainText;
type ErrorTexts = { readonly [C in ErrorCode | ClientErrorCode]: ErrorText<C> };

/** Errors by code and reason; one without its texts does not compile. */
export const errors: { readonly en: ErrorTexts; readonly nl: ErrorTexts } = {
  en: {
    ...accessErrors.en,
    ...guardrailErrors.en,
    ...backupErrors.en,
    ...snapshotErrors.en,
    ...guestErrors.en,
    ...transferErrors.en,
    ...azureErrors.en,
    ...azureIdentityErrors.en,
    ...azureLimitErrors.en,
    ...azureResourceErrors.en,
    ...vaultErrors.en,
    ...unusableVaultErrors.en,
    ...connectionErrors.en,
    ...directoryErrors.en,
    ...installationErrors.en,
  },
  nl: {
    ...accessErrors.nl,
    ...guardrailErrors.nl,
    ...backupErrors.nl,
    ...snapshotErrors.nl,
    ...guestErrors.nl,
    ...transferErrors.nl,
    ...azureErrors.nl,
    ...azureIdentityErrors.nl,
    ...azureLimitErrors.nl,
    ...azureResourceErrors.nl,
    ...vaultErrors.nl,
    ...unusableVaultErrors.nl,
    ...connectionErrors.nl,
    ...directoryErrors.nl,
    ...installationErrors.nl,
  },
};
