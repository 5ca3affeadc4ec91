/** The error of a job that has given up: nothing tries again, so its action says what a user does. */
import { type ErrorCode, type ErrorInfo, errorCatalog } from "./errors.ts";

/** A sentence that promises another try, in the languages of the portal. Its tests hold every text against this. */
const promise = /\bKluis (?:tries|probeert)\b/u;

/**
 * The action of an error after its last try: without the promise of another one, but with what else it says.
 * @param startAgain replaces the promise
 */
export function endedAction(
  { code, action }: { readonly code: string; readonly action: string | null },
  startAgain: string,
): string | null {
  if (action === null || action === "") return isRetried(code) ? startAgain : null;
  const sentences = action.split(/(?<=[.!?])\s+/u);
  const kept = sentences.filter((sentence) => !promise.test(sentence));
  return kept.length === sentences.length ? action : [...kept, startAgain].join(" ");
}

/** The error as a job stores it when it gives up. */
export function endedError(error: ErrorInfo): ErrorInfo {
  const startAgain = "Correct the cause, then start it again.";
  return { ...error, action: endedAction(error, startAgain) };
}

function isRetried(code: string): boolean {
  return isErrorCode(code) && errorCatalog[code] !== "never";
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalog, code);
}
