/** Error codes of the endpoint that serves the bytes of disks: those of the blob service. */
import { type CodeTable, row, rows } from "./row.ts";

/** Only the XML body names the header that the endpoint refuses. */
const versionHeader = /x-ms-version/i;
/** Answers to HEAD have no body; of the headers that Kluis sends, only the version can be refused. */
const otherHeader = /<HeaderName>(?!\s*x-ms-version)/i;

export const diskCodes: CodeTable = {
  // An URL that expired or was revoked has the same code as a wrong signature.
  AuthenticationFailed: row("storage", "access-ended"),
  // Network rules of the disk: access only through a private endpoint, or not at all.
  ...rows("storage", "access-network", [
    "AuthorizationFailure",
    "PublicAccessNotPermitted",
    "NetworkSecurityPerimeterAccessDenied",
  ]),
  AuthorizationSourceIPMismatch: row("sas", "access-network"),
  // Disks with data access authentication by Entra answer with a challenge for a token.
  ...rows("storage", "access-entra", [
    "NoAuthenticationInformation",
    "InvalidAuthenticationInfo",
    "KeyBasedAuthenticationNotPermitted",
  ]),
  ...rows("sas", "access-permission", [
    "AuthorizationPermissionMismatch",
    "AuthorizationProtocolMismatch",
    "AuthorizationServiceMismatch",
    "AuthorizationResourceTypeMismatch",
  ]),
  ...rows("storage", "access-permission", ["InsufficientAccountPermissions"]),
  ...rows("blob", "access-permission", ["UnauthorizedBlobOverwrite", "BlobImmutableDueToPolicy"]),
  ...rows("storage", "access-account", ["AccountIsDisabled"]),
  ...rows("blob", "access-account", ["ContainerDisabled"]),
  ...rows("blob", "missing", ["BlobNotFound", "ContainerNotFound", "ContainerBeingDeleted"]),
  ResourceNotFound: row("storage", "missing"),
  ...rows("storage", "changed", ["ConditionNotMet"]),
  ...rows("blob", "changed", ["TargetConditionNotMet", "SourceConditionNotMet"]),
  ...rows("blob", "base", [
    "BlobGenerationMismatch",
    "BlobOverwritten",
    "PreviousSnapshotCannotBeNewer",
    "PreviousSnapshotNotFound",
    "PreviousSnapshotOperationNotSupported",
  ]),
  ...rows("storage", "throttled", ["ServerBusy"]),
  ...rows("blob", "throttled", ["SystemInUse", "SnapshotOperationRateExceeded"]),
  ...rows("storage", "failed", ["InternalError", "OperationTimedOut", "Md5Mismatch"]),
  ...rows("blob", "failed", ["Crc64Mismatch"]),
  FeatureVersionMismatch: row("blob", "storage-version"),
  UnsupportedHeader: row("storage", "request", [{ message: versionHeader, outcome: "storage-version" }]),
  InvalidHeaderValue: row("storage", "storage-version", [{ message: otherHeader, outcome: "request" }]),
  InvalidQueryParameterValue: row("storage", "request"),
  ...rows("storage", "request", [
    "ConditionHeadersNotSupported",
    "InvalidHttpVerb",
    "InvalidInput",
    "InvalidMd5",
    "InvalidRange",
    "InvalidResourceName",
    "InvalidUri",
    "InvalidXmlDocument",
    "MissingContentLengthHeader",
    "MissingRequiredHeader",
    "MissingRequiredQueryParameter",
    "MultipleConditionHeadersNotSupported",
    "OutOfRangeInput",
    "OutOfRangeQueryParameterValue",
    "RequestBodyTooLarge",
    "RequestUrlFailedToParse",
    "ResourceTypeMismatch",
    "UnsupportedHttpVerb",
    "UnsupportedQueryParameter",
  ]),
  ...rows("blob", "request", [
    "InvalidBlobType",
    "InvalidOperation",
    "InvalidPageRange",
    "InvalidVersionForPageBlobOperation",
    "SequenceNumberConditionNotMet",
  ]),
  ...rows("blob", "busy", [
    "LeaseAlreadyPresent",
    "LeaseIdMismatchWithBlobOperation",
    "LeaseIdMissing",
    "LeaseLost",
    "PendingCopyOperation",
  ]),
};
