/** Refusals of the access endpoint: codes and sentences of the blob service. */
import { blobReads, blobWrites, differences, everyBlobCall, type Refusal, row } from "./refusal-kinds.ts";
import type { RefusalName } from "./refusal-names.ts";

const BUSY = "The server is busy. Please retry the request.";

export const blobRefusals = {
  BlobAuthenticationFailed: row(403, "AuthenticationFailed")(
    everyBlobCall,
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
  ),
  BlobNotFound: row(404, "BlobNotFound")(everyBlobCall, "The specified blob does not exist."),
  BlobServerBusy: row(503, "ServerBusy")(everyBlobCall, BUSY, { retryAfterSeconds: 1 }),
  BlobOperationTimedOut: row(500, "OperationTimedOut")(
    everyBlobCall,
    "Operation could not be completed within the specified time.",
  ),
  BlobInternalError: row(500, "InternalError")(
    everyBlobCall,
    "The server encountered an internal error. Please retry the request.",
  ),
  BlobConditionNotMet: row(412, "ConditionNotMet")(
    blobReads,
    "The condition specified using HTTP conditional header(s) is not met.",
  ),
  BlobInvalidHeaderValue: row(400, "InvalidHeaderValue")(
    everyBlobCall,
    "The value for one of the HTTP headers is not in the correct format.",
  ),
  BlobPreviousSnapshotNotFound: row(409, "PreviousSnapshotNotFound")(
    differences,
    "The previous snapshot is not found.",
  ),
  BlobPreviousSnapshotCannotBeNewer: row(400, "PreviousSnapshotCannotBeNewer")(
    differences,
    "The prevsnapshot query parameter value cannot be newer than snapshot query parameter value.",
  ),
  BlobOverwritten: row(409, "BlobOverwritten")(
    differences,
    "The blob has been recreated since the previous snapshot was taken.",
  ),
  BlobMd5Mismatch: row(400, "Md5Mismatch")(
    blobWrites,
    "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
  ),
} as const satisfies Partial<Record<RefusalName, Refusal>>;
