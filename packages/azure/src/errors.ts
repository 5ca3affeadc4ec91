import { isRestError, type RestError } from "@azure/core-rest-pipeline";
import { type ErrorTexts, KluisError, type PlainErrorCode } from "@kluis/domain";
import { retryAfterOf } from "./retry-after.ts";
import { redactSecrets } from "./sas.ts";

/** The only place that knows how Azure says no. Source of the codes: Azure's own error references, listed per table. */

const defaultThrottleMs = 30_000;
const messageLimit = 600;

/**
 * Codes of failed long-running operations.
 * https://learn.microsoft.com/azure/virtual-machines/restore-point-troubleshooting
 */
const operationCodes: Readonly<Record<string, PlainErrorCode>> = {
  VMAgentStatusCommunicationError: "AGENT_NOT_READY",
  VMAgentNotReady: "AGENT_NOT_READY",
  VMExtensionProvisioningError: "EXTENSION_FAILED",
  VMExtensionProvisioningTimeout: "EXTENSION_FAILED",
  VMExtensionHandlerNonTransientError: "EXTENSION_FAILED",
  VMExtensionManagementInternalError: "EXTENSION_FAILED",
  VMRestorePointClientError: "AZURE_FAILED",
  VMRestorePointInternalError: "AZURE_FAILED",
  DiskRestorePointClientError: "AZURE_REJECTED",
  DiskRestorePointUsedByCustomer: "AZURE_CONFLICT",
  OperationNotAllowed: "AZURE_CONFLICT",
  Conflict: "AZURE_CONFLICT",
  AnotherOperationInProgress: "AZURE_CONFLICT",
  TooManyRequests: "AZURE_THROTTLED",
  InvalidVhd: "AZURE_REJECTED",
  InvalidParameter: "AZURE_REJECTED",
  BadRequest: "AZURE_REJECTED",
  AuthorizationFailed: "AZURE_FORBIDDEN",
  LinkedAuthorizationFailed: "AZURE_FORBIDDEN",
  RequestDisallowedByPolicy: "AZURE_FORBIDDEN",
  ResourceNotFound: "AZURE_NOT_FOUND",
  ResourceGroupNotFound: "AZURE_NOT_FOUND",
};

/** What a person can do about each code. */
const actions: Partial<Record<PlainErrorCode, string>> = {
  AZURE_UNREACHABLE: "Check the network between Kluis and Azure; Kluis tries again by itself.",
  AZURE_AUTH_FAILED: "Check the tenant, client id and secret of the connection.",
  AZURE_FORBIDDEN: "Give the connection's identity the role that docs/azure-setup.md describes.",
  AZURE_NOT_FOUND: "Check that the resource still exists in Azure.",
  AZURE_CONFLICT: "Something else works on the resource; Kluis tries again by itself.",
  AZURE_THROTTLED: "Azure asks for fewer requests; Kluis tries again by itself.",
  AZURE_REJECTED: "Azure refuses the request as it is; read its own message.",
  AZURE_FAILED: "Azure failed; Kluis tries again by itself.",
  AZURE_SAS_EXPIRED: "Access to the disk ended; Kluis asks for it again by itself.",
  AGENT_NOT_READY: "Check the VM agent in the guest and its access to 168.63.129.16.",
  EXTENSION_FAILED: "Look at the extension's status on the VM's page in Azure.",
  DELTA_BASE_INVALID: "Nothing to do: this backup reads every allocated block instead.",
};

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

/** What the SDK hides of a call's answers: kept beside the call while it runs. */
export interface CallRecord {
  /** Error of the last failed long-running operation, as its status body tells it. */
  failure: { readonly code: string; readonly message: string } | null;
  /** Retry-After of the last answer. */
  retryAfterMs: number | null;
  requestId: string | null;
  /** No answer came within the time that a request may take. */
  timedOut: boolean;
}

export interface ErrorContext {
  readonly operation: string;
  readonly target: string;
  readonly record?: CallRecord;
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at !== null && at !== undefined && chain.length < 8; ) {
    chain.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return chain;
}

function codeOf(error: unknown): string | null {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return null;
}

/** Whether the failure lies between us and Azure: no answer came. */
export function isUnreachable(error: unknown): boolean {
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
  ];
  return error instanceof Error && names.includes(error.name);
}

/** Kluis's code for an HTTP status and Azure's code. */
export function codeForStatus(status: number, azureCode: string | null): PlainErrorCode {
  if (status === 429 || azureCode === "ServerBusy" || azureCode === "TooManyRequests")
    return "AZURE_THROTTLED";
  if (status === 401) return "AZURE_AUTH_FAILED";
  if (status === 403) return "AZURE_FORBIDDEN";
  if (status === 404) return "AZURE_NOT_FOUND";
  if (status === 409) return "AZURE_CONFLICT";
  if (status === 408 || status >= 500) return "AZURE_FAILED";
  return status >= 400 ? "AZURE_REJECTED" : "AZURE_FAILED";
}

interface Finding {
  readonly code: PlainErrorCode;
  readonly azureCode: string | null;
  readonly azureMessage: string;
  readonly status: number | null;
}

function fromRest(error: RestError): Finding {
  const azureCode = error.code ?? null;
  const status = error.statusCode ?? null;
  const code = status === null ? "AZURE_UNREACHABLE" : codeForStatus(status, azureCode);
  return { code, azureCode, azureMessage: error.message, status };
}

function find(error: unknown, record: CallRecord | undefined): Finding {
  const message = error instanceof Error ? error.message : String(error);
  if (isAborted(error)) {
    const azureMessage = "no answer came in time.";
    return { code: "AZURE_UNREACHABLE", azureCode: "TIMEOUT", azureMessage, status: null };
  }
  if (isUnreachable(error)) {
    return { code: "AZURE_UNREACHABLE", azureCode: codeOf(error), azureMessage: message, status: null };
  }
  if (isAuthentication(error)) {
    const azureCode = /AADSTS\d+/.exec(message)?.[0] ?? null;
    return { code: "AZURE_AUTH_FAILED", azureCode, azureMessage: message, status: null };
  }
  if (isRestError(error)) return fromRest(error);
  if (record?.failure) {
    const { code: azureCode, message: azureMessage } = record.failure;
    return { code: operationCodes[azureCode] ?? "AZURE_FAILED", azureCode, azureMessage, status: null };
  }
  return { code: "AZURE_FAILED", azureCode: null, azureMessage: message, status: null };
}

/** The first sentence of Azure's message, without secrets and not too long. */
function shown(message: string): string {
  const clean = redactSecrets(message).replaceAll(/\s+/g, " ").trim();
  return clean.length > messageLimit ? `${clean.slice(0, messageLimit)}…` : clean;
}

/**
 * Turns anything that an Azure SDK throws into a KluisError. Azure's own code and message stay in `params` as `azureCode`
 * and `azureMessage`, free of secrets; the original error is not kept as cause where it could carry a signed URL.
 */
export function azureError(error: unknown, context: ErrorContext): KluisError {
  if (error instanceof KluisError) return error;
  if (isAborted(error) && context.record?.timedOut !== true) {
    return new KluisError("CANCELLED", { message: `Cancelled: ${context.operation}.` });
  }
  const { code, azureCode, azureMessage, status } = find(error, context.record);
  const headers = isRestError(error) ? error.response?.headers : undefined;
  const wait = (headers && retryAfterOf(headers, Date.now())) ?? context.record?.retryAfterMs ?? null;
  const said = azureCode === null ? "" : ` (${azureCode})`;
  const init: ErrorTexts = {
    message: `Azure could not ${context.operation}${said}: ${shown(azureMessage)}`,
    ...(actions[code] === undefined ? {} : { action: actions[code] }),
    params: {
      operation: context.operation,
      target: redactSecrets(context.target),
      azureCode,
      azureMessage: shown(azureMessage),
      status,
      retryAfterMs: wait,
      requestId: headers?.get("x-ms-request-id") ?? context.record?.requestId ?? null,
    },
    ...(code === "AZURE_THROTTLED" ? { retryAfterMs: wait ?? defaultThrottleMs } : {}),
  };
  return new KluisError(code, init);
}

/** The same failure under another code, for places that know better what a status means there. */
export function recoded(error: KluisError, code: PlainErrorCode): KluisError {
  return new KluisError(code, {
    message: error.message,
    params: error.params,
    ...(actions[code] === undefined ? {} : { action: actions[code] }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}
