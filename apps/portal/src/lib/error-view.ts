import type { Texts } from "#i18n/texts.ts";
import { type Failure, isRetryable, readFailure } from "#lib/failure.ts";
import type { Format } from "#lib/format.ts";

/** A failure in the words of the page's language. */
export interface ErrorView {
  readonly code: Failure["code"];
  readonly title: string;
  readonly message: string;
  /** What to do; null when there is nothing to do. */
  readonly action: string | null;
  /** Azure's own text, shown as a quotation. */
  readonly azureMessage: string | null;
  readonly requestId: string | null;
  readonly retryable: boolean;
}

export interface ErrorWords {
  readonly errors: Texts<"errors">;
  readonly validation: Texts<"validation">;
  readonly format: Format;
}

/** Title, message and action of anything that failed in the browser, from its code, reason and parameters. */
export function describeError(error: unknown, words: ErrorWords): ErrorView {
  const failure = readFailure(error);
  const { code, params, requestId } = failure;
  const azureMessage = params["azureMessage"];
  return {
    code,
    title: words.errors(`${code}.title`),
    message: messageOf(failure, words),
    action: words.errors(`${code}.action`) || null,
    azureMessage: typeof azureMessage === "string" && azureMessage !== "" ? azureMessage : null,
    requestId,
    retryable: isRetryable(failure),
  };
}

function messageOf({ code, params }: Failure, { errors, validation, format }: ErrorWords): string {
  const fields = params["fields"];
  if (code === "INPUT_INVALID" && typeof fields === "string" && fields !== "") {
    return validation("fields", { fields: format.list(fields.split(",")) });
  }
  return errors(`${code}.message`);
}
