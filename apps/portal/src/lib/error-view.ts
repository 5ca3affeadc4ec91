import { type ErrorCode, errorCatalog } from "@kluis/domain";

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

/** The part of an error that is read here; checked by hand, because this is on every page and must stay small. */
interface Info {
  readonly code: ErrorCode;
  readonly message: string;
  readonly action: string | null;
  readonly requestId: string | null;
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function infoOf(value: unknown): Info | null {
  const code = field(value, "code");
  const message = field(value, "message");
  if (typeof code !== "string" || !isErrorCode(code) || typeof message !== "string") return null;
  return {
    code,
    message,
    action: textOrNull(field(value, "action")),
    requestId: textOrNull(field(value, "requestId")),
  };
}

/** Where the API puts its error on a tRPC error (`data.kluis`, or under `shape`), or the error as stored with a job. */
function findInfo(error: unknown): Info | null {
  const data = field(error, "data") ?? field(field(error, "shape"), "data");
  return infoOf(field(data, "kluis")) ?? infoOf(error);
}

const titles: Partial<Record<ErrorCode | "NETWORK", string>> = {
  FORBIDDEN: "Your role does not allow this",
  NOT_SIGNED_IN: "You are signed out",
  NOT_FOUND: "Not found",
  VM_NOT_FOUND: "Virtual machine not found",
  POINT_NOT_FOUND: "Recovery point not found",
  POLICY_NOT_FOUND: "Policy not found",
  INPUT_INVALID: "Something in the input is not right",
  CONFLICT: "Something stands in the way",
  JOB_ALREADY_RUNNING: "A job is already running",
  DATABASE_UNREACHABLE: "The database does not answer",
  VAULT_UNREACHABLE: "The vault does not answer",
  AZURE_UNREACHABLE: "Azure does not answer",
  NETWORK: "The portal does not answer",
};

/** Turns anything that failed in the browser into what a page shows. */
export function describeError(error: unknown): ErrorView {
  const info = findInfo(error);
  if (info !== null) {
    return {
      ...info,
      title: titles[info.code] ?? "That did not work",
      retryable: errorCatalog[info.code] !== "never",
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
