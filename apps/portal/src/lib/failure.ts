import { type ErrorCode, errorCatalog, type Retry, retryHints } from "@kluis/domain";
import type { ServerParams } from "#lib/params.ts";
import type { ClientErrorCode } from "#messages/errors.ts";

/** A failure in the browser, not yet worded. Never contains a stack or a secret. */
export interface Failure {
  readonly code: ErrorCode | ClientErrorCode;
  readonly reason: string | null;
  readonly params: ServerParams;
  readonly requestId: string | null;
  /** What the server says about this failure; null: the code decides. */
  readonly retry: Retry | null;
}

/** Reads any failure: an API error, a job's stored error, or an unknown error. */
export function readFailure(error: unknown): Failure {
  return (
    findFailure(error) ?? { code: clientCode(error), reason: null, params: {}, requestId: null, retry: null }
  );
}

/** Returns whether a retry can succeed. One code can have reasons of both kinds, so that the server's word counts first. */
export function isRetryable(failure: Failure): boolean {
  if (failure.code === "NETWORK" || failure.code === "BAD_GATEWAY") return true;
  return (failure.retry ?? errorCatalog[failure.code]) !== "never";
}

/** A failure that the page itself finds, such as a missing permission. */
export function failureOf(code: ErrorCode, requestId?: string): Failure {
  return { code, reason: null, params: {}, requestId: requestId ?? null, retry: null };
}

/** The API puts its error into `data.kluis` of a tRPC error, or under `shape`; a job stores it as it is. */
function findFailure(error: unknown): Failure | null {
  const data = field(error, "data") ?? field(field(error, "shape"), "data");
  return parseFailure(field(data, "kluis")) ?? parseFailure(error);
}

/** Checked by hand instead of with a schema, because this is on every page and must stay small. */
function parseFailure(value: unknown): Failure | null {
  const code = field(value, "code");
  if (typeof code !== "string" || !isErrorCode(code)) return null;
  const reason = field(value, "reason");
  const requestId = field(value, "requestId");
  return {
    code,
    reason: typeof reason === "string" ? reason : null,
    params: parseParams(field(value, "params")),
    requestId: typeof requestId === "string" ? requestId : null,
    retry: parseRetry(field(value, "retry")),
  };
}

function parseRetry(value: unknown): Retry | null {
  return retryHints.find((one) => one === value) ?? null;
}

/** Numbers, texts and yes or no by name; anything else is left out. */
export function parseParams(value: unknown): ServerParams {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string | number | boolean | null] =>
      entry[1] === null || ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return Object.fromEntries(entries);
}

/**
 * Each browser has its own message for a failed request ("Failed to fetch", "Load failed", "NetworkError").
 * A response that is not JSON comes from a proxy.
 */
function clientCode(error: unknown): "NETWORK" | "BAD_GATEWAY" | "INTERNAL" {
  const message = error instanceof Error ? error.message : String(error);
  if (/failed to fetch|network|load failed|fetch failed/iu.test(message)) return "NETWORK";
  if (/unexpected (?:token|end)|JSON|transform response/iu.test(message)) return "BAD_GATEWAY";
  return "INTERNAL";
}

/** A value of an object of unknown shape. */
export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalog, code);
}
