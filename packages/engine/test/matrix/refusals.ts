/** How Azure or the vault can refuse a call: the columns of the matrix. */
import type { FaultInput } from "@kluis/local-azure";
import type { VaultFault } from "./vault-proxy.ts";

export const refusals = [
  "401",
  "403 role",
  "403 policy",
  "404",
  "409 lock",
  "409 busy",
  "429",
  "500",
  "503",
  "drop",
  "hang",
  "lost answer",
] as const;
export type Refusal = (typeof refusals)[number];

type Effect = FaultInput["effect"];
const fail = (status: number, code: string, message: string): Effect => ({
  type: "fail",
  status,
  code,
  message,
});

/** As Resource Manager answers. */
export const armRefusals: Record<Refusal, Effect> = {
  "401": { type: "reject-token", revoked: false },
  "403 role": fail(
    403,
    "AuthorizationFailed",
    "The client 'app' with object id 'oid' does not have authorization to perform action 'Microsoft.Compute/matrix/action' over scope '/subscriptions/s'.",
  ),
  "403 policy": fail(403, "RequestDisallowedByPolicy", "Resource 'x' was disallowed by policy."),
  "404": fail(404, "ResourceNotFound", "The Resource under resource group 'commerce-rg' was not found."),
  "409 lock": fail(
    409,
    "ScopeLocked",
    "The scope cannot perform the operation because following scope(s) are locked.",
  ),
  "409 busy": fail(409, "AnotherOperationInProgress", "Another operation is in progress."),
  // The limit of one resource: that of a subscription rightly stops all of its VMs.
  "429": fail(429, "TooManyRequests", "Too many requests for this resource. Please try again later."),
  "500": fail(500, "InternalServerError", "Encountered internal server error."),
  "503": fail(503, "ServiceUnavailable", "The service is temporarily unavailable."),
  drop: { type: "drop" },
  hang: { type: "hang" },
  "lost answer": { type: "cut", bytes: 0 },
};

/** As the blob service behind an access URL answers. */
export const blobRefusals: Record<Refusal, Effect> = {
  ...armRefusals,
  "403 role": fail(403, "AuthorizationPermissionMismatch", "This request is not authorized."),
  "403 policy": fail(
    403,
    "AuthorizationFailure",
    "This request is not authorized to perform this operation.",
  ),
  "404": fail(404, "BlobNotFound", "The specified blob does not exist."),
  "409 lock": fail(
    409,
    "BlobImmutableDueToPolicy",
    "This operation is not permitted as the blob is immutable.",
  ),
  "409 busy": fail(409, "OperationNotAllowedOnIncrementalCopyBlob", "A copy is in progress."),
  "500": fail(500, "InternalError", "The server encountered an internal error."),
  "503": fail(503, "ServerBusy", "The server is busy."),
};

/** As the storage account of a vault answers. */
export const vaultRefusals: Record<Refusal, VaultFault> = {
  "401": { status: 401, code: "InvalidAuthenticationInfo" },
  "403 role": { status: 403, code: "AuthorizationPermissionMismatch" },
  "403 policy": { status: 403, code: "AuthorizationFailure" },
  "404": { status: 404, code: "ContainerNotFound" },
  "409 lock": { status: 409, code: "BlobImmutableDueToPolicy" },
  "409 busy": { status: 409, code: "ContainerBeingDeleted" },
  "429": { status: 429, code: "TooManyRequests" },
  "500": { status: 500, code: "InternalError" },
  "503": { status: 503, code: "ServerBusy" },
  drop: "drop",
  hang: "hang",
  "lost answer": "lost answer",
};
