import { mapDatabaseError } from "@kluis/db";
import { type ErrorCode, type ErrorView, isKluisError, KluisError, type Retry } from "@kluis/domain";
import { TRPCError, type TrackedEnvelope, tracked } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";

type TrpcCode = TRPCError["code"];

/** The tRPC code, and with it the HTTP status, of every code of Kluis. */
const trpcCodes: Readonly<Record<ErrorCode, TrpcCode>> = {
  INPUT_INVALID: "BAD_REQUEST",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  NOT_SIGNED_IN: "UNAUTHORIZED",
  TOKEN_INVALID: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  GUARDRAIL: "PRECONDITION_FAILED",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  CONFIG_INVALID: "INTERNAL_SERVER_ERROR",
  VM_NOT_FOUND: "NOT_FOUND",
  VM_NOT_PROTECTED: "PRECONDITION_FAILED",
  POLICY_NOT_FOUND: "NOT_FOUND",
  POINT_NOT_FOUND: "NOT_FOUND",
  DISK_NOT_FOUND: "NOT_FOUND",
  DISK_NOT_SUPPORTED: "UNPROCESSABLE_CONTENT",
  JOB_ALREADY_RUNNING: "CONFLICT",
  CONSISTENCY_NOT_REACHED: "INTERNAL_SERVER_ERROR",
  EXTENSION_FAILED: "INTERNAL_SERVER_ERROR",
  AGENT_NOT_READY: "INTERNAL_SERVER_ERROR",
  TRANSFER_GIVEN_UP: "INTERNAL_SERVER_ERROR",
  CLOCK_WRONG: "INTERNAL_SERVER_ERROR",
  GUEST_FAILED: "INTERNAL_SERVER_ERROR",
  AZURE_UNREACHABLE: "SERVICE_UNAVAILABLE",
  AZURE_AUTH_FAILED: "BAD_GATEWAY",
  AZURE_FORBIDDEN: "BAD_GATEWAY",
  AZURE_NOT_FOUND: "BAD_GATEWAY",
  AZURE_SUBSCRIPTION_UNUSABLE: "BAD_GATEWAY",
  AZURE_LIMIT_REACHED: "BAD_GATEWAY",
  AZURE_CONFLICT: "BAD_GATEWAY",
  AZURE_THROTTLED: "SERVICE_UNAVAILABLE",
  AZURE_REJECTED: "BAD_GATEWAY",
  AZURE_FAILED: "BAD_GATEWAY",
  AZURE_SAS_EXPIRED: "BAD_GATEWAY",
  DISK_ACCESS_REFUSED: "BAD_GATEWAY",
  DELTA_BASE_INVALID: "INTERNAL_SERVER_ERROR",
  CONNECTION_UNUSABLE: "PRECONDITION_FAILED",
  DIRECTORY_UNUSABLE: "PRECONDITION_FAILED",
  VAULT_UNUSABLE: "PRECONDITION_FAILED",
  VAULT_UNREACHABLE: "SERVICE_UNAVAILABLE",
  VAULT_FULL: "SERVICE_UNAVAILABLE",
  VAULT_NOT_INITIALISED: "SERVICE_UNAVAILABLE",
  VAULT_ALREADY_EXISTS: "CONFLICT",
  VAULT_VERSION_UNSUPPORTED: "INTERNAL_SERVER_ERROR",
  VAULT_KEY_WRONG: "INTERNAL_SERVER_ERROR",
  KEY_VAULT_UNUSABLE: "PRECONDITION_FAILED",
  VAULT_DATA_DAMAGED: "INTERNAL_SERVER_ERROR",
  VAULT_OBJECT_MISSING: "INTERNAL_SERVER_ERROR",
  VAULT_OBJECT_EXISTS: "CONFLICT",
  DATABASE_UNREACHABLE: "SERVICE_UNAVAILABLE",
  DISK_FULL: "SERVICE_UNAVAILABLE",
  PORT_IN_USE: "INTERNAL_SERVER_ERROR",
  CANCELLED: "CLIENT_CLOSED_REQUEST",
  INTERNAL: "INTERNAL_SERVER_ERROR",
};

/** A field of an input that its schema refused; pages compose their own sentence from it. */
export interface InputIssue {
  /** Dotted path of the field; empty for the input as a whole. */
  readonly path: string;
  /** Zod's code of the issue, such as `too_small`. */
  readonly code: string;
  /** Facts of the issue: `origin`, `minimum`, `maximum`, `format`, `expected`. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
}

/** `error.data.kluis` of every failed call. */
export interface ApiError extends ErrorView {
  readonly requestId: string;
  /** Whether a retry can help; decided by the reason, which may differ from the code's own hint. */
  readonly retry: Retry;
  /** The wrong fields of an invalid input; empty for other errors. */
  readonly issues: readonly InputIssue[];
}

/** Returns the HTTP status of a code, for route handlers outside of tRPC (downloads, reports). */
export function httpStatusOf(code: ErrorCode): number {
  return getHTTPStatusCodeFromError(new TRPCError({ code: trpcCodes[code] }));
}

/** Wraps an error for tRPC. The KluisError becomes its cause, from which `apiErrorOf` reads. */
export function toTrpcError(error: unknown): TRPCError {
  const known = kluisErrorOf(error);
  return new TRPCError({ code: trpcCodes[known.code], message: known.message, cause: known });
}

/** Checks each event of a subscription against its schema, and wraps errors, so that a client knows whether to reconnect. */
export async function* eventsOf<Event extends z.ZodType>(
  schema: Event,
  stream: AsyncIterable<TrackedEnvelope<z.input<Event>>>,
): AsyncGenerator<TrackedEnvelope<z.output<Event>>, void, undefined> {
  try {
    for await (const [id, event] of stream) yield tracked(id, schema.parse(event));
  } catch (error) {
    throw toTrpcError(error instanceof z.core.$ZodError ? internal(error) : error);
  }
}

/**
 * Returns the KluisError in anything that a procedure threw: itself, INPUT_INVALID for an input that its schema refused, the
 * matching code for an error of tRPC, or INTERNAL with the original as cause.
 */
export function kluisErrorOf(error: unknown): KluisError {
  if (isKluisError(error)) return error;
  if (error instanceof z.core.$ZodError) return invalidInput(error);
  if (error instanceof TRPCError) {
    // A row or an output that its schema refuses is an error of the server, not of the caller.
    if (error.code === "INTERNAL_SERVER_ERROR" && error.cause instanceof z.core.$ZodError)
      return internal(error);
    if (error.cause !== undefined && error.cause !== error) return kluisErrorOf(error.cause);
    return fromTrpc(error);
  }
  if (error instanceof Error && error.name === "AbortError") {
    return new KluisError("CANCELLED", { message: "The request was canceled.", cause: error });
  }
  const ofDatabase = mapDatabaseError(error);
  return isKluisError(ofDatabase) ? ofDatabase : internal(error);
}

function internal(cause: unknown): KluisError {
  return new KluisError("INTERNAL", {
    message: "Something went wrong inside Kluis.",
    action: "Try again. If it persists, give the request id to your Kluis administrator.",
    cause,
  });
}

/** The refusals of tRPC itself: an unknown procedure, a wrong method, a body that is not JSON or too large. */
function fromTrpc(error: TRPCError): KluisError {
  const { code, message } = error;
  if (code === "INTERNAL_SERVER_ERROR") return internal(error);
  if (code === "NOT_FOUND") {
    return new KluisError("NOT_FOUND", {
      reason: "procedure",
      message,
      action: "Check that client and server have the same version.",
      cause: error,
    });
  }
  return new KluisError("INPUT_INVALID", { reason: "request", message, cause: error });
}

function invalidInput(error: z.core.$ZodError): KluisError {
  const parts = error.issues.map((issue) => {
    const path = pathOf(issue);
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  return new KluisError("INPUT_INVALID", {
    reason: "fields",
    message: `The input is not valid: ${parts.slice(0, 5).join("; ")}`,
    action: "Correct these fields and try again.",
    params: { fields: [...new Set(error.issues.map(pathOf))].join(",") },
    cause: error,
  });
}

function pathOf(issue: z.core.$ZodIssue): string {
  return issue.path.map(String).join(".");
}

const issueParams = z.object({
  origin: z.string().optional().catch(undefined),
  minimum: z.number().optional().catch(undefined),
  maximum: z.number().optional().catch(undefined),
  format: z.string().optional().catch(undefined),
  expected: z.string().optional().catch(undefined),
});

function issuesOf({ cause }: KluisError): InputIssue[] {
  if (!(cause instanceof z.core.$ZodError)) return [];
  return cause.issues.map((issue) => ({
    path: pathOf(issue),
    code: issue.code,
    params: Object.fromEntries(
      Object.entries(issueParams.parse(issue)).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  }));
}

/** Returns the part of an error that leaves the server: never a stack, never the text of an unexpected error. */
export function apiErrorOf(error: unknown, requestId: string): ApiError {
  const known = kluisErrorOf(error);
  return {
    code: known.code,
    reason: known.reason ?? null,
    message: known.message,
    action: known.action ?? null,
    params: known.params,
    requestId,
    retry: known.retry,
    issues: known.code === "INPUT_INVALID" ? issuesOf(known) : [],
  };
}
