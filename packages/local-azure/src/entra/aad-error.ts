import { randomUUID } from "node:crypto";

/** A refusal in Entra's own words: an AADSTS number, an OAuth error name and a sentence. */
export class AadError extends Error {
  readonly number: number;
  readonly oauthError: string;
  readonly status: number;

  constructor(number: number, oauthError: string, sentence: string) {
    super(sentence);
    this.name = "AadError";
    this.number = number;
    this.oauthError = oauthError;
    this.status = oauthError === "invalid_client" ? 401 : 400;
  }
}

export interface AadErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
  readonly error_uri: string;
}

/** The body of a refused token request, as Entra shapes it (`correlation` is the caller's client-request-id). */
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
