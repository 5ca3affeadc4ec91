/**
 * The only place that maps Azure's failures to Kluis's error codes. Source of the codes: Azure's own error references, listed
 * per table.
 */
import { isRestError, type RestError } from "@azure/core-rest-pipeline";
import { type ErrorCode, type ErrorTexts, isKluisError, KluisError } from "@kluis/domain";
import { retryAfterOf } from "./retry-after.ts";
import { redactSecrets } from "./sas.ts";

const defaultThrottleMs = 30_000;
/** Azure's messages can quote whole requests; the first part names the cause. */
const messageLimit = 600;
/** Longest chain of causes that is searched. */
const causeLimit = 8;

type AzureCode = Extract<ErrorCode, `AZURE_${string}`>;
type MappedCode = AzureCode | "AGENT_NOT_READY" | "EXTENSION_FAILED" | "DELTA_BASE_INVALID";

/** The action of errors that need no user. */
export const triesAgain = "Kluis tries again automatically.";

/**
 * Codes of failed long-running operations.
 * https://learn.microsoft.com/azure/virtual-machines/restore-point-troubleshooting
 */
const operationCodes: Readonly<Record<string, MappedCode>> = {
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

const actions: Readonly<Record<MappedCode, string>> = {
  AZURE_UNREACHABLE: `Check the network between Kluis and Azure. ${triesAgain}`,
  AZURE_AUTH_FAILED: "Check the tenant, client id and secret of the connection.",
  AZURE_FORBIDDEN:
    "Assign the connection's identity a role with this permission on the subscription or resource group.",
  AZURE_NOT_FOUND: "Check that the resource still exists in Azure.",
  AZURE_CONFLICT: `Another operation uses the resource. ${triesAgain}`,
  AZURE_THROTTLED: `Azure limits the number of requests. ${triesAgain}`,
  AZURE_REJECTED: "Azure refuses the request: read its message.",
  AZURE_FAILED: triesAgain,
  AZURE_SAS_EXPIRED: "Access to the disk ended. Kluis renews it automatically.",
  AGENT_NOT_READY: "Check the VM agent in the guest and its access to 168.63.129.16.",
  EXTENSION_FAILED: "Check the extension's status on the VM's page in Azure.",
  DELTA_BASE_INVALID: "No action needed: this backup reads every allocated block instead.",
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

/** Facts of a call's answers that the SDK does not return, recorded while the call runs. */
export interface CallRecord {
  /** Error in the status body of the last failed long-running operation. */
  failure: { readonly code: string; readonly message: string } | null;
  /** Retry-After of the last answer. */
  retryAfterMs: number | null;
  requestId: string | null;
  /** No answer came within the request's time limit. */
  timedOut: boolean;
}

export interface CallName {
  /** The attempt in words, for messages and logs: "list virtual machines". */
  readonly operation: string;
  /** ARM id of the resource. */
  readonly target: string;
}

export interface ErrorContext extends CallName {
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

/** The error code of an HTTP status and Azure's code. */
export function codeForStatus(status: number, azureCode: string | null): AzureCode {
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
  readonly code: MappedCode;
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
    const azureMessage = "no answer within the time limit.";
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

/** Azure's message for users: without secrets, whitespace or excess length. */
function shown(message: string): string {
  const clean = redactSecrets(message).replaceAll(/\s+/g, " ").trim();
  return clean.length > messageLimit ? `${clean.slice(0, messageLimit)}…` : clean;
}

/** Makes the error of a code that Azure caused; the vault has its own reasons for some of these codes. */
function mappedError(code: MappedCode, texts: ErrorTexts): KluisError {
  const init = { action: actions[code], ...texts };
  switch (code) {
    case "AZURE_FAILED":
    case "AGENT_NOT_READY":
    case "EXTENSION_FAILED":
      return new KluisError(code, { ...init, reason: "reported" });
    case "AZURE_AUTH_FAILED":
    case "AZURE_FORBIDDEN":
    case "AZURE_THROTTLED":
      return new KluisError(code, { ...init, reason: "connection" });
    case "DELTA_BASE_INVALID":
      return new KluisError(code, { ...init, reason: "refused" });
    case "AZURE_UNREACHABLE":
    case "AZURE_NOT_FOUND":
    case "AZURE_CONFLICT":
    case "AZURE_REJECTED":
    case "AZURE_SAS_EXPIRED":
      return new KluisError(code, init);
  }
}

/**
 * Turns anything that an Azure SDK throws into a KluisError. `params` hold Azure's own code and message as `azureCode` and
 * `azureMessage`, free of secrets. The original is not the cause: it could hold a signed URL.
 */
export function azureError(error: unknown, context: ErrorContext): KluisError {
  if (error instanceof KluisError) return error;
  const { operation, record } = context;
  if (isAborted(error) && record?.timedOut !== true) {
    return new KluisError("CANCELLED", { message: `Canceled: ${operation}.`, params: { operation } });
  }
  const { code, azureCode, azureMessage, status } = find(error, record);
  const headers = isRestError(error) ? error.response?.headers : undefined;
  const waitMs = (headers && retryAfterOf(headers, Date.now())) ?? record?.retryAfterMs ?? null;
  const codeText = azureCode === null ? "" : ` (${azureCode})`;
  return mappedError(code, {
    message: `Azure could not ${operation}${codeText}: ${shown(azureMessage)}`,
    params: {
      operation,
      target: redactSecrets(context.target),
      azureCode,
      azureMessage: shown(azureMessage),
      status,
      retryAfterMs: waitMs,
      requestId: headers?.get("x-ms-request-id") ?? record?.requestId ?? null,
    },
    ...(code === "AZURE_THROTTLED" ? { retryAfterMs: waitMs ?? defaultThrottleMs } : {}),
  });
}

/** Returns the same failure under another code, for callers to which a status has a special meaning. */
export function recoded(error: KluisError, code: MappedCode): KluisError {
  return mappedError(code, {
    message: error.message,
    params: error.params,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

/** True when the error holds this code from Azure. */
export function hasAzureCode(error: unknown, azureCode: string): error is KluisError {
  return isKluisError(error) && error.params["azureCode"] === azureCode;
}
