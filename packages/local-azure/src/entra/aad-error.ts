/** Errors of Entra ID: AADSTS number, OAuth error name and text, and their JSON body. */
import { randomUUID } from "node:crypto";

export class AadError extends Error {
  readonly number: number;
  readonly oauthError: string;
  readonly status: number;

  constructor(number: number, oauthError: string, message: string) {
    super(message);
    this.name = "AadError";
    this.number = number;
    this.oauthError = oauthError;
    this.status = oauthError === "invalid_client" ? 401 : 400;
  }
}

interface AadErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
  readonly error_uri: string;
}

/** The body of a refused token request. `correlation` is the caller's client-request-id. */
export function aadErrorBody(error: AadError, now: number, correlation?: string | null): AadErrorBody {
  const trace = randomUUID();
  const correlationId = correlation ?? randomUUID();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
  return {
    error: error.oauthError,
    error_description: `AADSTS${error.number}: ${error.message} Trace ID: ${trace} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.number],
    timestamp,
    trace_id: trace,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.number}`,
  };
}

/** A parameter that a request must have. @throws AadError 900144 */
export function requiredParameter(fields: URLSearchParams, name: string): string {
  const value = fields.get(name);
  if (value) return value;
  throw new AadError(
    900144,
    "invalid_request",
    `The request body must contain the following parameter: '${name}'.`,
  );
}

export function appNotFound(clientId: string, tenant: { readonly name: string }): AadError {
  return new AadError(
    700016,
    "unauthorized_client",
    `Application with identifier '${clientId}' was not found in the directory '${tenant.name}'.`,
  );
}

export function userNotFound(oauthError: string): AadError {
  return new AadError(50034, oauthError, "The user account does not exist in the directory.");
}

export function userDisabled(oauthError: string): AadError {
  return new AadError(50057, oauthError, "The user account is disabled.");
}
