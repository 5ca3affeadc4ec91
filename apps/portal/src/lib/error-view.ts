import type { ErrorCode, ErrorReason } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import { type Failure, field, isRetryable, parseParams, readFailure } from "#lib/failure.ts";
import { fieldName } from "#lib/field-name.ts";
import type { Format } from "#lib/format.ts";
import { formatParams, type ServerParams } from "#lib/params.ts";

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
  const azureMessage = failure.params["azureMessage"];
  const { message, action } = sentencesOf(failure, words);
  return {
    code: failure.code,
    title: words.errors(`${failure.code}.title`),
    message,
    action: action === "" ? null : action,
    azureMessage:
      typeof azureMessage === "string" && azureMessage !== "" && !message.includes(azureMessage)
        ? azureMessage
        : null,
    requestId: failure.requestId,
    retryable: isRetryable(failure),
  };
}

/** A guardrail that is not kept, with what would pass, in the words of the page's language. */
export function describeViolation(
  { rule, params }: { readonly rule: string; readonly params: ServerParams },
  words: ErrorWords,
): { readonly message: string; readonly action: string } {
  return sentencesOf({ code: "GUARDRAIL", reason: rule, params, requestId: null, retry: null }, words);
}

function sentencesOf(
  failure: Failure,
  words: ErrorWords,
): { readonly message: string; readonly action: string } {
  const { code, reason, params } = failure;
  const { errors, validation, format } = words;
  const several = failuresIn(failure).map((one) => sentencesOf(one, words));
  if (several.length > 0) {
    return {
      message: several.map((one) => one.message).join(" "),
      action: several.map((one) => one.action).join(" "),
    };
  }
  const key = `${code}.reasons.${reason}`;
  if (reason !== null && isReasonKey(errors, key)) {
    const values = formatParams(params, format);
    return { message: errors(`${key}.message`, values), action: errors(`${key}.action`, values) };
  }
  const fields = params["fields"];
  const wrong = code === "INPUT_INVALID" && typeof fields === "string" && fields !== "" ? fields : null;
  return {
    message:
      wrong === null
        ? errors(`${code}.message`)
        : validation("fields", {
            fields: format.list(wrong.split(",").map((path) => fieldName(path, validation))),
          }),
    action: errors(`${code}.action`),
  };
}

/** The guardrails of an error that lists several, one failure each. */
function failuresIn(failure: Failure): readonly Failure[] {
  const listed = failure.params["violations"];
  if (failure.reason !== "several" || typeof listed !== "string") return [];
  try {
    const parsed: unknown = JSON.parse(listed);
    if (!Array.isArray(parsed)) return [];
    return parsed.map((one: unknown) => ({
      ...failure,
      reason: textOf(one, "rule"),
      params: parseParams(field(one, "params")),
    }));
  } catch {
    // The server's sentence without its parts says how many there are.
    return [];
  }
}

function textOf(value: unknown, key: string): string {
  const text = field(value, key);
  return typeof text === "string" ? text : "";
}

type ReasonKey = { [C in ErrorCode]: `${C}.reasons.${ErrorReason<C>}` }[ErrorCode];

/** An older stored error may have no reason, a newer server one that this page does not know. */
function isReasonKey(catalog: { has(key: string): boolean }, key: string): key is ReasonKey {
  return catalog.has(`${key}.message`);
}
