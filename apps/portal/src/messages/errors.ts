import type { ErrorCode } from "@kluis/domain";
import { accessErrors } from "#messages/errors/access.ts";
import { azureErrors } from "#messages/errors/azure.ts";
import { backupErrors } from "#messages/errors/backup.ts";
import { installationErrors } from "#messages/errors/installation.ts";
import { vaultErrors } from "#messages/errors/vault.ts";

/** Failures that only a browser sees: no answer at all, or an answer that is not the portal's. */
export const clientErrorCodes = ["NETWORK", "BAD_GATEWAY"] as const;
export type ClientErrorCode = (typeof clientErrorCodes)[number];

/** What happened and what to do; an empty action means that there is nothing to do. */
interface ErrorText {
  readonly title: string;
  readonly message: string;
  readonly action: string;
}

type ErrorTexts = Record<ErrorCode | ClientErrorCode, ErrorText>;

/** Errors by code; a code without its texts does not compile. */
export const errors = {
  en: {
    ...accessErrors.en,
    ...backupErrors.en,
    ...azureErrors.en,
    ...vaultErrors.en,
    ...installationErrors.en,
  } satisfies ErrorTexts,
  nl: {
    ...accessErrors.nl,
    ...backupErrors.nl,
    ...azureErrors.nl,
    ...vaultErrors.nl,
    ...installationErrors.nl,
  } satisfies ErrorTexts,
};
