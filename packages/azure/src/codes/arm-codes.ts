/** Error codes of Azure Resource Manager and of its Compute provider, in answers and in failed operations. */
import { type Case, type CodeTable, row, rows } from "./row.ts";

/** Causes inside the guest that only the message of a failed restore point tells. */
const restorePointCases: readonly Case[] = [
  {
    message:
      /(?:pre|post)-script(?:executionfailed|notfound|timeout)|insufficientpermissionfor(?:pre|post)-script|incorrect(?:pluginhost|jsonconfig)file|failedprepost/i,
    outcome: "scripts",
  },
  { message: /shared disks?/i, outcome: "shared-disk" },
  { message: /concurrent/i, outcome: "point-running" },
  { message: /snapshot limit|maximum allowed|cannot exceed|can't exceed/i, outcome: "restore-points" },
  { message: /distributed transaction coordinator|msdtc/i, outcome: "transactions" },
  { message: /com\+/i, outcome: "com-plus" },
  { message: /vss writer/i, outcome: "vss" },
  { message: /extension.*provisioning/i, outcome: "busy" },
  { message: /visual c\+\+|redistributable/i, outcome: "runtime" },
  { message: /network connectivity|network access/i, outcome: "guest-network" },
  { message: /inadequate vm resources|vm resources/i, outcome: "guest-resources" },
];

const runningVm = /attached to (a |the )?running vm|running virtual machine/i;

const operationCases: readonly Case[] = [
  { message: runningVm, outcome: "vm-running" },
  { message: /too many requests|throttl/i, outcome: "throttled" },
  { message: /quota/i, outcome: "quota" },
  {
    message: /requires the vm to be running|vm is not running|no longer running|needs vm .* to be running/i,
    outcome: "agent",
  },
  { message: /has extension .* in failed state/i, outcome: "extension" },
  { message: /is generalized/i, outcome: "request" },
  { message: /changes were made to the virtual machine/i, outcome: "vm-changed" },
  { message: /not been allocated successfully/i, outcome: "disk-not-allocated" },
  { message: /shared disks? is not supported|with shared disks/i, outcome: "shared-disk" },
  {
    message: /networkaccesspolicy|denyall|export.*not (allowed|permitted).*polic/i,
    outcome: "export-denied",
  },
  { message: /(more than|at most|maximum of) (five|5) /i, outcome: "open-access" },
  {
    message: /snapshots?.*(limit|exceed|maximum)|more than \d+ (incremental )?snapshots/i,
    outcome: "snapshots",
  },
  { message: /restore points?.*(limit|exceed|maximum)/i, outcome: "restore-points" },
  { message: /restore point.*(in progress|being created)|concurrent/i, outcome: "point-running" },
  { message: /shared access signature|endgetaccess|active sas|activesas/i, outcome: "being-read" },
];

const conflictCases: readonly Case[] = [
  { message: runningVm, outcome: "vm-running" },
  { message: /networkaccesspolicy|denyall/i, outcome: "export-denied" },
];

const requestCases: readonly Case[] = [
  { message: /api-version/i, outcome: "api-version" },
  { message: /multiple vmextensions per handler/i, outcome: "extension-other" },
  { message: /networkaccesspolicy|denyall/i, outcome: "export-denied" },
  { message: /\bzones?\b/i, outcome: "zone" },
];

const identity: CodeTable = {
  AuthorizationFailed: row("arm", "role"),
  LinkedAuthorizationFailed: row("arm", "linked"),
  LinkedAccessCheckFailed: row("arm", "linked"),
  LinkedInvalidPropertyId: row("arm", "request"),
  RequestDisallowedByPolicy: row("arm", "policy"),
  ScopeLocked: row("locks", "lock"),
  DenyAssignmentAuthorizationFailed: row("deny", "denied"),
  ...rows("arm", "token", [
    "AuthenticationFailed",
    "AuthenticationFailedMissingToken",
    "AuthenticationFailedInvalidHeader",
    "ExpiredAuthenticationToken",
    "InvalidAuthenticationToken",
    "InvalidAuthenticationTokenAudience",
  ]),
  InvalidAuthenticationTokenTenant: row("arm", "other-tenant"),
  SubscriptionNotFound: row("arm", "subscription-unknown"),
  InvalidSubscriptionId: row("arm", "subscription-unknown"),
  ReadOnlyDisabledSubscription: row("arm", "subscription-disabled"),
  DisabledSubscription: row("arm", "subscription-disabled"),
  SubscriptionDisabled: row("arm", "subscription-disabled"),
  ...rows("arm", "not-registered", [
    "MissingSubscriptionRegistration",
    "MissingRegistrationForLocation",
    "InvalidSubscriptionRegistrationState",
    "SubscriptionNotRegistered",
  ]),
  FeatureNotRegistered: row("arm", "feature"),
};

const limits: CodeTable = {
  ...rows("arm", "quota", ["QuotaExceeded", "ResourceQuotaExceeded", "SubnetIsFull"]),
  ...rows("arm", "size", [
    "SkuNotAvailable",
    "LocationNotAvailableForResourceType",
    "RegionDoesNotAllowProvisioning",
    "InvalidAvailabilityZone",
    "LocationNotSupportAvailabilityZones",
    "ResourceTypeNotSupportMultiZones",
  ]),
  ...rows("arm", "capacity", [
    "AllocationFailed",
    "ZonalAllocationFailed",
    "OverconstrainedAllocationRequest",
    "OverconstrainedZonalAllocationRequest",
  ]),
  ...rows("limits", "throttled", [
    "SubscriptionRequestsThrottled",
    "ResourceRequestsThrottled",
    "TenantRequestsThrottled",
  ]),
  TooManyRequests: row("throttling", "throttled"),
};

const resources: CodeTable = {
  ...rows("arm", "missing", ["ResourceNotFound", "EntityNotFound", "CopySourceNotFound"]),
  // Also the answer for an unknown run command or an operation that Azure dropped.
  NotFound: row("arm", "missing", [
    { message: /operation/i, outcome: "operation-missing" },
    { message: /entity was not found in this azure location/i, outcome: "request" },
  ]),
  OperationNotFound: row("compute", "operation-missing"),
  ResourceGroupNotFound: row("arm", "group-missing"),
  ParentResourceNotFound: row("arm", "parent-missing"),
  ...rows("arm", "being-deleted", ["ResourceGroupBeingDeleted"]),
  ...rows("arm", "busy", ["AnotherOperationInProgress", "RetryableErrorDueToAnotherOperation"]),
  VMNotFound: row("compute", "missing"),
  ...rows("compute", "busy", [
    "AttachDiskWhileBeingDetached",
    "OperationPreempted",
    "ResourceUpdateBlockedOnPlatformUpdate",
  ]),
  Conflict: row("arm", "busy", conflictCases),
  OperationNotAllowed: row("restore-point", "busy", operationCases),
  ConflictingUserInput: row("compute", "exists"),
  ResourceExists: row("arm", "exists"),
};

const requests: CodeTable = {
  InvalidParameter: row("compute", "request", requestCases),
  BadRequest: row("restore-point", "request", requestCases),
  ...rows("arm", "request", [
    "InvalidRequestContent",
    "InvalidRequestFormat",
    "InvalidRequest",
    "InvalidResourceReference",
    "InvalidResourceLocation",
    "InvalidResourceName",
    "InvalidResourceGroup",
    "InvalidResourceGroupLocation",
    "ReservedResourceName",
    "LocationRequired",
    "RequestContentTooLarge",
    "HttpMethodNotAllowed",
    "MismatchingResourceSegments",
    "UnsupportedMediaType",
  ]),
  ...rows("compute", "request", ["InvalidAccountType", "NotSupported"]),
  ...rows("arm", "api-version", [
    "NoRegisteredProviderFound",
    "InvalidApiVersionParameter",
    "MissingApiVersionParameter",
    "InvalidResourceType",
    "InvalidResourceNamespace",
  ]),
  PropertyChangeNotAllowed: row("compute", "property"),
  OSDiskSwapNotSupportedForVMsUsingDiskEncryption: row("swap", "property"),
  InvalidVhd: row("upload", "footer"),
};

const guest: CodeTable = {
  ...rows("restore-point", "agent", ["VMAgentStatusCommunicationError", "VMAgentNotReady"]),
  ...rows("extension", "extension", [
    "VMExtensionProvisioningError",
    "VMExtensionProvisioningTimeout",
    "VMExtensionHandlerNonTransientError",
    "VMExtensionHandlerTransientError",
    "VMExtensionManagementInternalError",
  ]),
  ...rows("extension", "extension-missing", ["ArtifactNotFound", "ArtifactVersionNotFound"]),
  VMRestorePointClientError: row("restore-point", "guest", restorePointCases),
  VMRestorePointInternalError: row("restore-point", "failed"),
  DiskRestorePointClientError: row("restore-point", "encryption-key"),
  KeyVaultAccessForbidden: row("compute", "encryption-key"),
  DiskRestorePointUsedByCustomer: row("restore-point", "being-read"),
};

const platform: CodeTable = {
  ...rows("restore-point", "failed", [
    "InternalError",
    "InternalExecutionError",
    "InternalOperationError",
    "InternalDiskRestorePointError",
    "OSProvisioningClientError",
  ]),
  ...rows("compute", "failed", [
    "InternalServerError",
    "InternalDiskManagementError",
    "OSProvisioningInternalError",
    "OSProvisioningTimedOut",
    "OperationTimedOut",
    "VMStartTimedOut",
    "NetworkingInternalOperationError",
    "ServerTimeout",
    "GatewayTimeout",
    "ServiceUnavailable",
    "ServiceTimeout",
    "DiskProcessingError",
    "VMArtifactRepositoryInternalError",
  ]),
  ...rows("arm", "canceled", ["OperationCanceled", "Canceled"]),
};

export const armCodes: CodeTable = {
  ...identity,
  ...limits,
  ...resources,
  ...requests,
  ...guest,
  ...platform,
};
