/** Typed errors: code, what happened, what to do. `api` maps codes to tRPC and HTTP; `azure` maps Azure's errors to codes. */
import {
  accessConflictReasons,
  accessInputReasons,
  accessMissingReasons,
  forbiddenReasons,
  policyConflictReasons,
} from "./access-reasons.ts";
import { bulkInputReasons } from "./bulk-reasons.ts";
import { guardrailReasons } from "./guardrail-reasons.ts";
import { keyConflictReasons, keyInputReasons } from "./key-reasons.ts";
import { ambiguousReasons, platformConflictReasons } from "./platform-reasons.ts";
import { pointMissingReasons } from "./point-reasons.ts";
import {
  azureFailedReasons,
  azureRejectedReasons,
  directoryReasons,
  heldConflictReasons,
  keyVaultReasons,
  vaultUnusableReasons,
} from "./reason-lists.ts";
import { ruleConflictReasons, ruleInputReasons, ruleMissingReasons } from "./rule-reasons.ts";

/**
 * Whether a retry can help: `never`, `backoff` (soon, with growing pauses), `after` (not before `retryAfterMs`), `turn` (nothing
 * was sent: when Kluis' own budget of requests has room), `state` (when something else has ended; with longer pauses), `bounded`
 * (the cause is unknown: for some minutes, then never).
 */
export const retryHints = ["never", "backoff", "after", "turn", "state", "bounded"] as const;
export type Retry = (typeof retryHints)[number];

/** Requests are limited: by the service, or by Kluis' own budget. */
export function isLimited(retry: Retry): boolean {
  return retry === "after" || retry === "turn";
}

/**
 * Every code with its retry hint, which an error of Azure may replace by that of its reason. Codes are stable: pages, scripts
 * and reports may depend on them.
 */
export const errorCatalog = {
  // Input and rights
  INPUT_INVALID: "never",
  NOT_FOUND: "never",
  CONFLICT: "never",
  NOT_SIGNED_IN: "never",
  TOKEN_INVALID: "never",
  FORBIDDEN: "never",
  GUARDRAIL: "never",
  RATE_LIMITED: "after",
  CONFIG_INVALID: "never",
  // Protection and backup
  VM_NOT_FOUND: "never",
  VM_NOT_PROTECTED: "never",
  POLICY_NOT_FOUND: "never",
  POINT_NOT_FOUND: "never",
  DISK_NOT_FOUND: "never",
  DISK_NOT_SUPPORTED: "never",
  JOB_ALREADY_RUNNING: "never",
  CONSISTENCY_NOT_REACHED: "backoff",
  EXTENSION_FAILED: "backoff",
  AGENT_NOT_READY: "backoff",
  GUEST_FAILED: "backoff",
  TRANSFER_GIVEN_UP: "never",
  // Azure
  AZURE_UNREACHABLE: "backoff",
  AZURE_AUTH_FAILED: "never",
  AZURE_FORBIDDEN: "never",
  AZURE_NOT_FOUND: "never",
  AZURE_SUBSCRIPTION_UNUSABLE: "never",
  AZURE_LIMIT_REACHED: "never",
  AZURE_CONFLICT: "backoff",
  AZURE_THROTTLED: "after",
  AZURE_REJECTED: "never",
  AZURE_FAILED: "backoff",
  AZURE_SAS_EXPIRED: "backoff",
  DISK_ACCESS_REFUSED: "never",
  DELTA_BASE_INVALID: "never",
  CONNECTION_UNUSABLE: "never",
  DIRECTORY_UNUSABLE: "backoff",
  // Vault
  VAULT_UNUSABLE: "never",
  VAULT_UNREACHABLE: "backoff",
  VAULT_FULL: "backoff",
  VAULT_NOT_INITIALISED: "never",
  VAULT_ALREADY_EXISTS: "never",
  VAULT_VERSION_UNSUPPORTED: "never",
  VAULT_KEY_WRONG: "never",
  KEY_VAULT_UNUSABLE: "backoff",
  VAULT_DATA_DAMAGED: "never",
  VAULT_OBJECT_MISSING: "never",
  VAULT_OBJECT_EXISTS: "never",
  // The installation
  CLOCK_WRONG: "never",
  DATABASE_UNREACHABLE: "backoff",
  DISK_FULL: "backoff",
  PORT_IN_USE: "never",
  CANCELLED: "never",
  INTERNAL: "backoff",
} as const satisfies Record<string, Retry>;

export type ErrorCode = keyof typeof errorCatalog;

/**
 * The reasons of each code. Code, reason and parameters together let a page explain the error in any language. A code with
 * only one text has no reasons. The portal's catalog is total over codes and reasons, or it does not compile.
 */
export const errorReasons = {
  INPUT_INVALID: [
    "fields",
    "request",
    "value",
    "team-required",
    "all-disks-excluded",
    "policy-restore-points",
    "policy-runs",
    ...keyInputReasons,
    ...accessInputReasons,
    ...ruleInputReasons,
    ...bulkInputReasons,
  ],
  NOT_FOUND: [
    "approval",
    "bulk",
    "job",
    "team",
    "token",
    "procedure",
    "connection",
    "vault",
    "vault-key",
    ...accessMissingReasons,
    ...ruleMissingReasons,
  ],
  CONFLICT: [
    ...ambiguousReasons,
    "job-ended",
    ...heldConflictReasons,
    ...policyConflictReasons,
    "guardrails-changed",
    "catalog-in-use",
    "disk-name-taken",
    "encryption-set-missing",
    "disk-access-missing",
    "disk-resized",
    "verification-open",
    "other-vault",
    "other-migrations",
    "already-started",
    ...platformConflictReasons,
    ...keyConflictReasons,
    ...accessConflictReasons,
    ...ruleConflictReasons,
    "no-secrets-key",
    "no-folder-vaults",
  ],
  NOT_SIGNED_IN: ["signed-out", "session-ended", "sign-in-failed", "disabled"],
  TOKEN_INVALID: ["unknown", "revoked", "expired", "idle", "owner-removed", "owner-disabled"],
  FORBIDDEN: forbiddenReasons,
  GUARDRAIL: guardrailReasons,
  RATE_LIMITED: ["calls", "claim-guesses"],
  CONFIG_INVALID: [],
  VM_NOT_FOUND: ["unknown", "gone", "replaced"],
  VM_NOT_PROTECTED: ["no-policy", "nothing-to-stop"],
  POLICY_NOT_FOUND: [],
  POINT_NOT_FOUND: pointMissingReasons,
  DISK_NOT_FOUND: ["in-vm", "in-point", "in-azure"],
  DISK_NOT_SUPPORTED: [
    "disk-kind",
    "no-disk-left",
    "not-whole-sectors",
    "not-a-vhd",
    "confidential-vm",
    "uniform-scale-set",
    "size-without-premium-storage",
  ],
  JOB_ALREADY_RUNNING: [],
  CONSISTENCY_NOT_REACHED: ["required", "lower"],
  EXTENSION_FAILED: ["reported", "not-published", "other-installed"],
  AGENT_NOT_READY: ["reported", "required", "crash-only"],
  GUEST_FAILED: [
    "vss-writers",
    "com-plus",
    "transactions",
    "runtime",
    "resources",
    "network",
    "scripts",
    "reported",
  ],
  CLOCK_WRONG: ["database", "azure"],
  TRANSFER_GIVEN_UP: ["superseded", "not-started", "expired", "restore-expired", "copy-expired"],
  AZURE_UNREACHABLE: [],
  AZURE_AUTH_FAILED: [
    "connection",
    "vault",
    "secret-wrong",
    "secret-expired",
    "app-unknown",
    "app-disabled",
    "tenant-unknown",
    "tenant-blocked",
    "conditional-access",
    "consent",
    "clock",
    "assertion",
    "no-identity",
    "token-refused",
  ],
  AZURE_FORBIDDEN: ["connection", "vault", "linked", "policy", "lock", "denied", "unknown"],
  AZURE_NOT_FOUND: ["resource", "resource-group", "parent", "operation"],
  AZURE_SUBSCRIPTION_UNUSABLE: ["unknown", "other-tenant", "disabled", "not-registered", "feature"],
  AZURE_LIMIT_REACHED: ["quota", "size", "capacity", "restore-points", "snapshots", "open-access"],
  AZURE_CONFLICT: [
    "busy",
    "restore-point-running",
    "vm-changed",
    "being-read",
    "being-deleted",
    "vm-running",
    "exists",
    "unknown",
  ],
  AZURE_THROTTLED: ["connection", "vault"],
  AZURE_REJECTED: azureRejectedReasons,
  AZURE_FAILED: azureFailedReasons,
  AZURE_SAS_EXPIRED: [],
  DISK_ACCESS_REFUSED: ["network", "entra", "permission", "account", "not-renewed", "unknown"],
  DELTA_BASE_INVALID: ["refused", "too-many-ranges", "snapshot-missing", "list-incomplete"],
  /** `none`: no connection reads the subscription. `environment`, `secret`: the credential cannot be read. */
  CONNECTION_UNUSABLE: ["disabled", "none", "no-connection", "sees-nothing", "environment", "secret"],
  DIRECTORY_UNUSABLE: directoryReasons,
  VAULT_UNUSABLE: vaultUnusableReasons,
  VAULT_UNREACHABLE: ["folder", "azure-blob", "immutable"],
  VAULT_FULL: [],
  VAULT_NOT_INITIALISED: ["no-vault", "no-container", "not-recorded"],
  VAULT_ALREADY_EXISTS: [],
  VAULT_VERSION_UNSUPPORTED: ["vault", "manifest"],
  VAULT_KEY_WRONG: [],
  KEY_VAULT_UNUSABLE: keyVaultReasons,
  VAULT_DATA_DAMAGED: [],
  VAULT_OBJECT_MISSING: [],
  VAULT_OBJECT_EXISTS: [],
  DATABASE_UNREACHABLE: [],
  DISK_FULL: [],
  PORT_IN_USE: [],
  CANCELLED: [],
  INTERNAL: [],
} as const satisfies Record<ErrorCode, readonly string[]>;

export type ErrorReason<C extends ErrorCode = ErrorCode> = (typeof errorReasons)[C][number];

/** A code without reasons. */
export type PlainErrorCode = { [C in ErrorCode]: [ErrorReason<C>] extends [never] ? C : never }[ErrorCode];
type CodeWithReason = Exclude<ErrorCode, PlainErrorCode>;

/** A code with one of its reasons, for tables of errors. */
export type ErrorKind =
  | { readonly code: PlainErrorCode; readonly reason?: undefined }
  | { [C in CodeWithReason]: { readonly code: C; readonly reason: ErrorReason<C> } }[CodeWithReason];

/** The arguments of `new KluisError`: a code that has reasons requires one of them. */
export type KluisErrorArguments =
  | readonly [kind: ErrorKind, texts: ErrorTexts]
  | readonly [code: PlainErrorCode, init: ErrorTexts & { readonly reason?: undefined }]
  | {
      [C in CodeWithReason]: readonly [code: C, init: ErrorTexts & { readonly reason: ErrorReason<C> }];
    }[CodeWithReason];

export interface ErrorTexts {
  /** What happened, in one English sentence. Never contains a secret. */
  readonly message: string;
  /** The next action of the user, in one English sentence. */
  readonly action?: string;
  /** Every name, number and id that the sentences mention, and Azure's own code. Never a secret. */
  readonly params?: Readonly<Record<string, string | number | boolean | null>>;
  /** Replaces the retry hint of the code. */
  readonly retry?: Retry;
  /** The shortest pause before a retry, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

export class KluisError extends Error {
  readonly code: ErrorCode;
  readonly reason: ErrorReason | undefined;
  readonly retry: Retry;
  readonly action: string | undefined;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
  readonly retryAfterMs: number | undefined;

  constructor(...[what, init]: KluisErrorArguments) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    const { code, reason } = typeof what === "string" ? { code: what, ...init } : what;
    this.name = "KluisError";
    this.code = code;
    this.reason = reason;
    this.retry = init.retry ?? errorCatalog[code];
    this.action = init.action;
    this.params = init.params ?? {};
    this.retryAfterMs = init.retryAfterMs;
  }
}

export function isKluisError(error: unknown, code?: ErrorCode): error is KluisError {
  return error instanceof KluisError && (code === undefined || error.code === code);
}

/** True when the guest or its extensions could not take part in a snapshot: a crash-consistent one needs neither. */
export function isGuestFailure(error: unknown): error is KluisError {
  return (
    isKluisError(error, "AGENT_NOT_READY") ||
    isKluisError(error, "EXTENSION_FAILED") ||
    isKluisError(error, "GUEST_FAILED")
  );
}

/** Converts any thrown value to a KluisError; unknown ones become INTERNAL with the original as cause. */
export function toKluisError(error: unknown): KluisError {
  if (error instanceof KluisError) return error;
  if (error instanceof Error && error.name === "AbortError") {
    return new KluisError("CANCELLED", { message: "The operation was canceled.", cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new KluisError("INTERNAL", { message: `Unexpected error: ${message}`, cause: error });
}

/** The part of an error that may be stored or sent to a browser. */
export interface ErrorInfo {
  readonly code: ErrorCode;
  /** One of `errorReasons` of the code; null when the code has none or the stored error predates them. */
  readonly reason: string | null;
  readonly message: string;
  readonly action: string | null;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

export function errorInfo(known: KluisError): ErrorInfo {
  return {
    code: known.code,
    reason: known.reason ?? null,
    message: known.message,
    action: known.action ?? null,
    params: known.params,
  };
}
