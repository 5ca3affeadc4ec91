import { mapDatabaseError } from "@kluis/db";
import { type ErrorCode, type ErrorView, isKluisError, KluisError } from "@kluis/domain";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";

type TrpcCode = TRPCError["code"];

/** Every code of Kluis with the tRPC code (and so the HTTP status) that carries it. Total: a new code does not compile without a row. */
const trpcCodes: Readonly<Record<ErrorCode, TrpcCode>> = {
  INPUT_INVALID: "BAD_REQUEST",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  NOT_SIGNED_IN: "UNAUTHORIZED",
  TOKEN_INVALID: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
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
  AZURE_UNREACHABLE: "SERVICE_UNAVAILABLE",
  AZURE_AUTH_FAILED: "BAD_GATEWAY",
  AZURE_FORBIDDEN: "BAD_GATEWAY",
  AZURE_NOT_FOUND: "BAD_GATEWAY",
  AZURE_CONFLICT: "BAD_GATEWAY",
  AZURE_THROTTLED: "SERVICE_UNAVAILABLE",
  AZURE_REJECTED: "BAD_GATEWAY",
  AZURE_FAILED: "BAD_GATEWAY",
  AZURE_SAS_EXPIRED: "BAD_GATEWAY",
  DELTA_BASE_INVALID: "INTERNAL_SERVER_ERROR",
  VAULT_UNREACHABLE: "SERVICE_UNAVAILABLE",
  VAULT_FULL: "SERVICE_UNAVAILABLE",
  VAULT_NOT_INITIALISED: "SERVICE_UNAVAILABLE",
  VAULT_ALREADY_EXISTS: "CONFLICT",
  VAULT_VERSION_UNSUPPORTED: "INTERNAL_SERVER_ERROR",
  VAULT_KEY_WRONG: "INTERNAL_SERVER_ERROR",
  VAULT_DATA_DAMAGED: "INTERNAL_SERVER_ERROR",
  VAULT_OBJECT_MISSING: "INTERNAL_SERVER_ERROR",
  VAULT_OBJECT_EXISTS: "CONFLICT",
  DATABASE_UNREACHABLE: "SERVICE_UNAVAILABLE",
  DISK_FULL: "SERVICE_UNAVAILABLE",
  PORT_IN_USE: "INTERNAL_SERVER_ERROR",
  CANCELLED: "CLIENT_CLOSED_REQUEST",
  INTERNAL: "INTERNAL_SERVER_ERROR",
};

/** What every failed call carries in `error.data.kluis`. */
export interface ApiError extends ErrorView {
  readonly requestId: string;
}

/** HTTP status of a Kluis error, for route handlers that don't speak tRPC (downloads, reports). */
export function httpStatusOf(code: ErrorCode): number {
  return getHTTPStatusCodeFromError(new TRPCError({ code: trpcCodes[code] }));
}

/** Wraps a Kluis error for tRPC; the Kluis error stays its cause, so that the shape below can show it. */
export function toTrpcError(error: unknown): TRPCError {
  const known = kluisErrorOf(error);
  return new TRPCError({ code: trpcCodes[known.code], message: known.message, cause: known });
}

/** A stream's failure in its midst, for tRPC too: a client then knows whether coming back makes sense. */
export async function* withTrpcErrors<T>(stream: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw toTrpcError(error);
  }
}

/**
 * The Kluis error within anything that a procedure threw: Kluis errors as they are, invalid input as INPUT_INVALID with the
 * fields that are wrong, tRPC's own refusals by their meaning, and everything else as INTERNAL with the original as cause.
 */
export function kluisErrorOf(error: unknown): KluisError {
  if (isKluisError(error)) return error;
  if (error instanceof z.core.$ZodError) return invalidInput(error);
  if (error instanceof TRPCError) {
    // A Zod error behind INTERNAL_SERVER_ERROR is about our own output, not about the input.
    const isOutput = error.code === "INTERNAL_SERVER_ERROR" && error.cause instanceof z.core.$ZodError;
    if (isOutput) return fromTrpc(error);
    if (error.cause !== undefined && error.cause !== error) return kluisErrorOf(error.cause);
    return fromTrpc(error);
  }
  if (error instanceof Error && error.name === "AbortError") {
    return new KluisError("CANCELLED", { message: "The request was cancelled.", cause: error });
  }
  const ofDatabase = mapDatabaseError(error);
  if (isKluisError(ofDatabase)) return ofDatabase;
  return new KluisError("INTERNAL", {
    message: "Something went wrong inside Kluis.",
    action: "Try again; if it stays, give the request id to your Kluis administrator.",
    cause: error,
  });
}

function fromTrpc(error: TRPCError): KluisError {
  const { code, message } = error;
  if (code === "NOT_FOUND") {
    return new KluisError("NOT_FOUND", {
      reason: "procedure",
      message,
      action: "Check that client and server have the same version.",
      cause: error,
    });
  }
  if (code === "UNAUTHORIZED")
    return new KluisError("NOT_SIGNED_IN", { message, action: "Sign in.", cause: error });
  if (code === "FORBIDDEN") return new KluisError("FORBIDDEN", { message, cause: error });
  if (code === "INTERNAL_SERVER_ERROR") {
    return new KluisError("INTERNAL", { message: "Something went wrong inside Kluis.", cause: error });
  }
  return new KluisError("INPUT_INVALID", { message, cause: error });
}

function invalidInput(error: z.core.$ZodError): KluisError {
  const parts = error.issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.map(String).join(".")}: ${issue.message}`,
  );
  return new KluisError("INPUT_INVALID", {
    message: `The input is not valid: ${parts.slice(0, 5).join("; ")}`,
    action: "Correct the fields that are named and try again.",
    params: { fields: [...new Set(error.issues.map((issue) => issue.path.map(String).join(".")))].join(",") },
    cause: error,
  });
}

/** What leaves the server of an error: never a stack, never the text of something unexpected. */
export function apiErrorOf(error: unknown, requestId: string): ApiError {
  const known = kluisErrorOf(error);
  return {
    code: known.code,
    reason: known.reason ?? null,
    message: known.message,
    action: known.action ?? null,
    params: known.params,
    requestId,
  };
}
