/**
 * The only place that turns Azure's failures into KluisErrors. What each of Azure's codes means is in the tables of `codes/`.
 */
import { isRestError, type RestError } from "@azure/core-rest-pipeline";
import { isKluisError, KluisError, type Retry } from "@kluis/domain";
import type { AzureCall } from "./calls.ts";
import { permissionOf } from "./codes/details.ts";
import { type OutcomeName, outcomes } from "./codes/outcomes.ts";
import { outcomeOf, type Surface } from "./codes/table.ts";
import { retryAfterOf } from "./retry-after.ts";
import { redactSecrets } from "./sas.ts";

const defaultThrottleMs = 30_000;
/** Azure's messages can quote whole requests; the first part names the cause. */
const messageLimit = 600;
/** A code that no table has is shown with its whole message, up to what a page can hold. */
const unknownMessageLimit = 4000;
/** Longest chain of causes that is searched. */
const causeLimit = 8;

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "REQUEST_SEND_ERROR",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** The error in a body of Azure. */
export interface AzureFailure {
  readonly code: string;
  readonly message: string;
  /** Codes of the errors inside it. */
  readonly inner?: readonly string[];
}

/** Facts of a call's answers that the SDK does not return, recorded while the call runs. */
export interface CallRecord {
  /** Error in the status body of the last failed long-running operation. */
  failure: AzureFailure | null;
  /** Retry-After of the last answer. */
  retryAfterMs: number | null;
  requestId: string | null;
  /** No answer came within the request's time limit. */
  timedOut: boolean;
}

export interface CallName {
  /** The attempt in words, for messages and logs: "list virtual machines". */
  readonly operation: AzureCall;
  /** ARM id of the resource. */
  readonly target: string;
  /** Default: ARM. */
  readonly surface?: Surface;
}

export interface ErrorContext extends Omit<CallName, "operation"> {
  readonly operation: string;
  readonly record?: CallRecord;
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at !== null && at !== undefined && chain.length < causeLimit; ) {
    chain.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return chain;
}

function codeOf(error: unknown): string | null {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return null;
}

/** True when no answer came: the failure is between Kluis and Azure. */
function isUnreachable(error: unknown): boolean {
  return causes(error).some((cause) => {
    if (isRestError(cause) && cause.statusCode !== undefined) return false;
    const code = codeOf(cause);
    if (code !== null && unreachableCodes.has(code)) return true;
    const message = cause instanceof Error ? cause.message : "";
    return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|socket hang up|endpoints_resolution_error|network_error/.test(
      message,
    );
  });
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function isAuthentication(error: unknown): boolean {
  const names = [
    "AuthenticationError",
    "CredentialUnavailableError",
    "AggregateAuthenticationError",
    "AuthenticationRequiredError",
    "ManagedIdentityError",
    "ServerError",
  ];
  return error instanceof Error && names.includes(error.name);
}

interface Finding {
  readonly outcome: OutcomeName;
  readonly azureCode: string | null;
  readonly azureMessage: string;
  readonly status: number | null;
}

function fromRest(error: RestError, { record, surface = "arm" }: ErrorContext): Finding {
  // Answers to HEAD have no body, so only the header has the code.
  const azureCode = error.response?.headers.get("x-ms-error-code") ?? error.code ?? null;
  const status = error.statusCode ?? null;
  const body = record?.failure?.code === azureCode ? record.failure : null;
  // The SDK's pagers replace Azure's message by a sentence about pagination.
  const azureMessage = body?.message || error.message;
  // Azure did the work, and its answer was cut or is not JSON: a retry learns what happened.
  const isCut = status !== null && status >= 200 && status < 300;
  if (status === null || isCut) return { outcome: "unreachable", azureCode, azureMessage, status: null };
  const inner = body?.inner ?? [];
  const text = `${azureMessage} ${error.response?.bodyAsText ?? ""}`;
  const codes = azureCode === null ? [] : [azureCode, ...inner];
  return { outcome: outcomeOf({ surface, codes, text, status }), azureCode, azureMessage, status };
}

function fromSignIn(message: string, error: unknown): Finding {
  const azureCode = /AADSTS\d+/.exec(message)?.[0] ?? null;
  const missing = azureCode === null && error instanceof Error && error.name === "CredentialUnavailableError";
  const codes = azureCode === null ? [] : [azureCode];
  const outcome = missing
    ? "no-identity"
    : outcomeOf({ surface: "entra", codes, text: message, status: null });
  return { outcome, azureCode, azureMessage: entraSentence(message), status: null };
}

/**
 * What Entra says, with one trace id. The identity library repeats ids and times around it:
 * `invalid_client: Error(s): 7000215 - Timestamp: … - Description: AADSTS7000215: … Trace ID: … - Correlation ID: … - Trace ID: …`.
 */
function entraSentence(message: string): string {
  const found = /AADSTS\d+: .*?(?: Trace ID: [0-9a-f-]+|$)/su.exec(message)?.[0] ?? message;
  return found.replaceAll(/\s+/gu, " ");
}

function find(error: unknown, context: ErrorContext): Finding {
  const { record } = context;
  const message = error instanceof Error ? error.message : String(error);
  if (isAborted(error)) {
    const azureMessage = "no answer within the time limit.";
    return { outcome: "unreachable", azureCode: "TIMEOUT", azureMessage, status: null };
  }
  if (isUnreachable(error)) {
    return { outcome: "unreachable", azureCode: codeOf(error), azureMessage: message, status: null };
  }
  if (isAuthentication(error)) return fromSignIn(message, error);
  if (isRestError(error)) return fromRest(error, context);
  if (record?.failure) {
    const { code: azureCode, message: azureMessage, inner = [] } = record.failure;
    const outcome = outcomeOf({
      surface: "arm",
      codes: [azureCode, ...inner],
      text: azureMessage,
      status: null,
    });
    return { outcome, azureCode, azureMessage, status: null };
  }
  const outcome = /^operation was canceled/i.test(message) ? "canceled" : "unknown";
  return { outcome, azureCode: null, azureMessage: message, status: null };
}

/** Azure's message for users: without secrets, whitespace or excess length. */
function shown(message: string, limit: number): string {
  const clean = redactSecrets(message).replaceAll(/\s+/g, " ").trim();
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}

/**
 * Turns anything that an Azure SDK throws into a KluisError. `params` hold Azure's own code and message as `azureCode` and
 * `azureMessage`, free of secrets. The original is not the cause: it could hold a signed URL.
 */
export function azureError(error: unknown, context: ErrorContext): KluisError {
  if (error instanceof KluisError) return error.retry === "turn" ? heldBack(error, context) : error;
  const { operation, record } = context;
  if (isAborted(error) && record?.timedOut !== true) {
    return new KluisError("CANCELLED", { message: `Canceled: ${operation}.`, params: { operation } });
  }
  const { outcome: name, azureCode, azureMessage, status } = find(error, context);
  const { retry, action, ...kind } = outcomes[name];
  const headers = isRestError(error) ? error.response?.headers : undefined;
  const waitMs = (headers && retryAfterOf(headers, Date.now())) ?? record?.retryAfterMs ?? null;
  const codeText = azureCode === null ? "" : ` (${azureCode})`;
  const isUnknown = "reason" in kind && kind.reason === "unknown";
  const message = shown(azureMessage, isUnknown ? unknownMessageLimit : messageLimit);
  return new KluisError(kind, {
    message: `Azure could not ${operation}${codeText}: ${message}`,
    action,
    params: {
      operation,
      target: redactSecrets(context.target),
      azureCode,
      azureMessage: message,
      status,
      retryAfterMs: waitMs,
      requestId: headers?.get("x-ms-request-id") ?? record?.requestId ?? null,
      ...permissionOf(message),
    },
    retry,
    ...pause(retry, waitMs),
  });
}

/** A request that its budget held back, with the operation that waits. */
function heldBack(error: KluisError, { operation, target }: ErrorContext): KluisError {
  const { action, params, retry, retryAfterMs, message } = error;
  return new KluisError(
    { code: "AZURE_THROTTLED", reason: "connection" },
    {
      message: `Kluis waits before it can ${operation}: ${message}`,
      params: { ...params, operation, target: redactSecrets(target) },
      retry,
      ...(action === undefined ? {} : { action }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

/** The shortest pause before a retry: what Azure names, and a default for throttling. */
function pause(retry: Retry, waitMs: number | null): { retryAfterMs?: number } {
  if (retry === "never") return {};
  if (retry === "after") return { retryAfterMs: waitMs ?? defaultThrottleMs };
  return waitMs === null ? {} : { retryAfterMs: waitMs };
}

/** Returns the same failure with another outcome, for callers to which it has a special meaning. */
export function recoded(error: KluisError, name: OutcomeName): KluisError {
  const { retry, action, ...kind } = outcomes[name];
  const { message, params, retryAfterMs } = error;
  return new KluisError(kind, {
    message,
    params,
    action,
    retry,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** True when the error holds this code from Azure. */
export function hasAzureCode(error: unknown, azureCode: string): error is KluisError {
  return isKluisError(error) && error.params["azureCode"] === azureCode;
}
