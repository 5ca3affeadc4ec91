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
  BlobAuthorizationFailure: row(403, "AuthorizationFailure")(
    everyBlobCall,
    "This request is not authorized to perform this operation.",
  ),
  BlobPermissionMismatch: row(403, "AuthorizationPermissionMismatch")(
    everyBlobCall,
    "This request is not authorized to perform this operation using this permission.",
  ),
  BlobInvalidRange: row(416, "InvalidRange")(
    blobReads,
    "The range specified is invalid for the current size of the resource.",
  ),
  BlobInvalidPageRange: row(416, "InvalidPageRange")(blobWrites, "The page range specified is invalid."),
  BlobInvalidQueryParameter: row(400, "InvalidQueryParameterValue")(
    everyBlobCall,
    "Value for one of the query parameters specified in the request URI is invalid.",
  ),
  BlobPreviousSnapshotNotSupported: row(409, "PreviousSnapshotOperationNotSupported")(
    differences,
    "The operation on a previous snapshot is not supported for disk restore points.",
  ),
  BlobRequestBodyTooLarge: row(413, "RequestBodyTooLarge")(
    blobWrites,
    "The request body is too large and exceeds the maximum permissible limit.",
  ),
  BlobUnsupportedHeader: row(400, "UnsupportedHeader")(
    blobWrites,
    "One of the HTTP headers specified in the request is not supported.",
  ),
} as const satisfies Partial<Record<RefusalName, Refusal>>;
