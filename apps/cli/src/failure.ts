import { type ErrorCode, KluisError } from "@kluis/domain";
import { TRPCClientError } from "@trpc/client";
import { z } from "zod";

/** What the process answers to the shell. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  unreachable: 5,
  interrupted: 130,
} as const;

/** A failure as the terminal shows it: what happened, what to do, and the exit code that says which kind it is. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly action: string | null;
  readonly requestId: string | null;
  readonly exitCode: number;
}

/** The server cannot be reached at all: the only failure that is not the server's own. */
export class UnreachableError extends Error {
  readonly url: string;
  constructor(url: string, cause: unknown) {
    super(`Kluis does not answer at ${url}.`, { cause });
    this.name = "UnreachableError";
    this.url = url;
  }
}

const serverError = z.object({
  code: z.string(),
  message: z.string(),
  action: z.string().nullable(),
  requestId: z.string().nullish(),
});
export const apiErrorBody = z.object({ error: serverError });
const trpcData = z.object({ kluis: serverError });

/** An error that the server answered with, on any of its routes. */
export class ServerError extends Error {
  readonly info: z.infer<typeof serverError>;
  constructor(info: z.infer<typeof serverError>) {
    super(info.message);
    this.name = "ServerError";
    this.info = info;
  }
}

/** What a tRPC call threw, as ours: the server's own error, or that it cannot be reached. */
export function fromTrpc(error: unknown, url: string): unknown {
  if (!(error instanceof TRPCClientError)) return error;
  const known = trpcData.safeParse(error.data);
  if (known.success) return new ServerError(known.data.kluis);
  // Routes before tRPC (a proxy, the portal's own checks) answer with our plain error shape.
  const plain = apiErrorBody.safeParse(error.meta?.["responseJSON"]);
  if (plain.success) return new ServerError(plain.data.error);
  return new UnreachableError(url, error);
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ServerError) {
    const { code, message, action, requestId } = error.info;
    return { code, message, action, requestId: requestId ?? null, exitCode: exitCodeOf(code) };
  }
  if (error instanceof UnreachableError) {
    const action = "Check that Kluis runs (npm start) and that KLUIS_URL is its address.";
    return {
      code: "UNREACHABLE",
      message: error.message,
      action,
      requestId: null,
      exitCode: exitCodes.unreachable,
    };
  }
  if (error instanceof KluisError) {
    const { code, message, action } = error;
    return { code, message, action: action ?? null, requestId: null, exitCode: exitCodeOf(code) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "INTERNAL", message, action: null, requestId: null, exitCode: exitCodes.failed };
}

const exitCodeByError: Readonly<Partial<Record<ErrorCode, number>>> = {
  NOT_FOUND: exitCodes.notFound,
  VM_NOT_FOUND: exitCodes.notFound,
  POLICY_NOT_FOUND: exitCodes.notFound,
  POINT_NOT_FOUND: exitCodes.notFound,
  DISK_NOT_FOUND: exitCodes.notFound,
  NOT_SIGNED_IN: exitCodes.notAllowed,
  TOKEN_INVALID: exitCodes.notAllowed,
  FORBIDDEN: exitCodes.notAllowed,
  INPUT_INVALID: exitCodes.usage,
  CANCELLED: exitCodes.interrupted,
};

function exitCodeOf(code: string): number {
  return new Map<string, number>(Object.entries(exitCodeByError)).get(code) ?? exitCodes.failed;
}
