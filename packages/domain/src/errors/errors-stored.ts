/** Errors that were stored by one run of a job and are thrown or shown by a later one. */
import { z } from "zod";
import { type ErrorView, errorView } from "../base/view.ts";
import { type ErrorInfo, type ErrorKind, errorCatalog, errorReasons, KluisError } from "./errors.ts";

/** The error of a stored one, without its cause; INTERNAL when another version stored a code that this one does not know. */
export function storedError(info: ErrorInfo): KluisError {
  const { code, reason, message, action, params } = info;
  const kind = { code, ...(reason === null ? {} : { reason }) };
  const texts = { message, params, ...(action === null ? {} : { action }) };
  return isErrorKind(kind) ? new KluisError(kind, texts) : new KluisError("INTERNAL", texts);
}

const reasonsByCode = new Map<string, readonly string[]>(Object.entries(errorReasons));

function isErrorKind(kind: {
  readonly code: string;
  readonly reason?: string | undefined;
}): kind is ErrorKind {
  const reasons = reasonsByCode.get(kind.code) ?? [];
  if (!Object.hasOwn(errorCatalog, kind.code)) return false;
  return kind.reason === undefined ? reasons.length === 0 : reasons.includes(kind.reason);
}

const detailSchema = z.object({ error: errorView });

/** The detail of a step that failed and is tried again. */
export function retryDetail(error: ErrorInfo): { readonly error: ErrorInfo } {
  return { error };
}

/** The whole error of a step that is tried again; null for another step, and for one that an earlier version stored. */
export function retriedError(step: { readonly notice: unknown; readonly detail: unknown }): ErrorView | null {
  if (!z.object({ code: z.literal("step-retrying") }).safeParse(step.notice).success) return null;
  const parsed = detailSchema.safeParse(step.detail);
  return parsed.success ? parsed.data.error : null;
}
