import { type ErrorCode, errorCatalog } from "@kluis/domain";
import { z } from "zod";

/** What a page shows of a failure. Never a stack, never a secret. */
export interface ErrorView {
  readonly code: ErrorCode | "NETWORK";
  readonly title: string;
  readonly message: string;
  readonly action: string | null;
  readonly requestId: string | null;
  /** Trying again may help. */
  readonly retryable: boolean;
}

const infoSchema = z.object({
  code: z.string(),
  message: z.string(),
  action: z.string().nullish(),
  requestId: z.string().nullish(),
});

/** Where the API puts its ErrorInfo on a tRPC error, and where an ErrorInfo stored with a job is: both are read. */
const carriers = z.union([
  z.object({ data: z.object({ kluis: infoSchema }) }).transform((error) => error.data.kluis),
  z
    .object({ shape: z.object({ data: z.object({ kluis: infoSchema }) }) })
    .transform((error) => error.shape.data.kluis),
  infoSchema,
]);

const titles: Partial<Record<ErrorCode | "NETWORK", string>> = {
  FORBIDDEN: "Your role does not allow this",
  NOT_SIGNED_IN: "You are signed out",
  NOT_FOUND: "Not found",
  VM_NOT_FOUND: "Virtual machine not found",
  POINT_NOT_FOUND: "Recovery point not found",
  POLICY_NOT_FOUND: "Policy not found",
  INPUT_INVALID: "Something in the input is not right",
  CONFLICT: "This changed in the meantime",
  JOB_ALREADY_RUNNING: "A job is already running",
  DATABASE_UNREACHABLE: "The database does not answer",
  VAULT_UNREACHABLE: "The vault does not answer",
  AZURE_UNREACHABLE: "Azure does not answer",
  NETWORK: "The portal does not answer",
};

/** Turns anything that failed in the browser into what a page shows. */
export function describeError(error: unknown): ErrorView {
  const parsed = carriers.safeParse(error);
  if (parsed.success && isErrorCode(parsed.data.code)) {
    const { code, message, action, requestId } = parsed.data;
    return {
      code,
      title: titles[code] ?? "That did not work",
      message,
      action: action ?? null,
      requestId: requestId ?? null,
      retryable: errorCatalog[code] !== "never" || code === "INTERNAL",
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const network = /failed to fetch|network|load failed|fetch failed/i.test(message);
  return {
    code: network ? "NETWORK" : "INTERNAL",
    title: network ? "The portal does not answer" : "That did not work",
    message: network ? "The request did not reach the portal." : message,
    action: network
      ? "Check that Kluis is running, then try again."
      : "Try again; if it stays, tell the platform owner the code.",
    requestId: null,
    retryable: true,
  };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalog, code);
}
