/** Failures as the terminal shows them, and their exit codes. */
import { type ErrorCode, isKluisError } from "@kluis/domain/core";
import { z } from "zod";

/** The exit codes of the process. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  unreachable: 5,
  /** A second person must approve it. */
  requested: 6,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly action: string | null;
  readonly requestId: string | null;
  readonly exitCode: ExitCode;
}

/** The server cannot be reached: the only failure that the server does not report itself. */
export class UnreachableError extends Error {
  readonly url: string;
  constructor(url: string, cause: unknown) {
    super(`Kluis does not respond at ${url}.`, { cause });
    this.name = "UnreachableError";
    this.url = url;
  }
}

/**
 * A failure on this machine, with a code of the catalog. Not a KluisError: it never reaches the server or the portal, which has
 * a translated text for each of those.
 */
export class LocalError extends Error {
  readonly code: ErrorCode;
  readonly action: string | null;
  constructor(
    code: ErrorCode,
    init: { readonly message: string; readonly action?: string | null; readonly cause?: unknown },
  ) {
    super(init.message, { cause: init.cause });
    this.name = "LocalError";
    this.code = code;
    this.action = init.action ?? null;
  }
}

/** The command line is wrong: INPUT_INVALID, exit code 2. */
export class UsageError extends LocalError {
  constructor(message: string, action: string | null = null) {
    super("INPUT_INVALID", { message, action });
    this.name = "UsageError";
  }
}

export const serverError = z.object({
  code: z.string(),
  message: z.string(),
  action: z.string().nullable(),
  requestId: z.string().nullish(),
});
export const apiErrorBody = z.object({ error: serverError });

/** An error that the server returned, on any of its routes. */
export class ServerError extends Error {
  readonly info: z.infer<typeof serverError>;
  constructor(info: z.infer<typeof serverError>) {
    super(info.message);
    this.name = "ServerError";
    this.info = info;
  }
}

/** A change was requested instead of made: a second person must approve it. The message says how to follow it. */
export class RequestedError extends Error {
  readonly requested: unknown;
  constructor(requested: unknown, message: string) {
    super(message);
    this.name = "RequestedError";
    this.requested = requested;
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ServerError) {
    const { code, message, action, requestId } = error.info;
    return { code, message, action, requestId: requestId ?? null, exitCode: exitCodeOf(code) };
  }
  if (error instanceof UnreachableError) {
    const action = "Check that Kluis runs (npm start) and that KLUIS_URL is its address.";
    return local("UNREACHABLE", { message: error.message, action, exitCode: exitCodes.unreachable });
  }
  if (error instanceof LocalError) {
    const { code, message, action } = error;
    return local(code, { message, action, exitCode: exitCodeOf(code) });
  }
  if (isKluisError(error)) {
    const { code, message, action = null } = error;
    return local(code, { message, action, exitCode: exitCodeOf(code) });
  }
  const message = error instanceof Error ? error.message : String(error);
  return local("INTERNAL", { message, action: null, exitCode: exitCodes.failed });
}

function local(code: string, rest: Pick<Failure, "message" | "action" | "exitCode">): Failure {
  return { code, ...rest, requestId: null };
}

const exitCodeByError: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  NOT_FOUND: exitCodes.notFound,
  VM_NOT_FOUND: exitCodes.notFound,
  POLICY_NOT_FOUND: exitCodes.notFound,
  POINT_NOT_FOUND: exitCodes.notFound,
  DISK_NOT_FOUND: exitCodes.notFound,
  NOT_SIGNED_IN: exitCodes.notAllowed,
  TOKEN_INVALID: exitCodes.notAllowed,
  FORBIDDEN: exitCodes.notAllowed,
  AZURE_AUTH_FAILED: exitCodes.notAllowed,
  AZURE_FORBIDDEN: exitCodes.notAllowed,
  VAULT_KEY_WRONG: exitCodes.notAllowed,
  KEY_VAULT_UNUSABLE: exitCodes.unreachable,
  DIRECTORY_UNUSABLE: exitCodes.unreachable,
  VAULT_NOT_INITIALISED: exitCodes.notFound,
  VAULT_UNREACHABLE: exitCodes.unreachable,
  INPUT_INVALID: exitCodes.usage,
  CANCELLED: exitCodes.interrupted,
};

function exitCodeOf(code: string): ExitCode {
  return new Map<string, ExitCode>(Object.entries(exitCodeByError)).get(code) ?? exitCodes.failed;
}
