/**
 * Azure's documented codes for the operations that Kluis uses, by what they mean: code, reason and whether a retry helps.
 * Written by hand from the references in src/codes/row.ts. The tests compare the tables with it.
 */
import type { Surface } from "../src/codes/table.ts";

export const documented: Readonly<Record<Surface, Readonly<Record<string, string>>>> = {
  arm: {
    "AZURE_FORBIDDEN/connection never": "AuthorizationFailed",
    "AZURE_FORBIDDEN/linked never": "LinkedAuthorizationFailed LinkedAccessCheckFailed",
    "AZURE_REJECTED/request never":
      "LinkedInvalidPropertyId InvalidParameter BadRequest InvalidRequestContent InvalidRequestFormat InvalidRequest InvalidResourceReference InvalidResourceLocation InvalidResourceName InvalidResourceGroup InvalidResourceGroupLocation ReservedResourceName LocationRequired RequestContentTooLarge HttpMethodNotAllowed MismatchingResourceSegments UnsupportedMediaType InvalidAccountType NotSupported",
    "AZURE_FORBIDDEN/policy never": "RequestDisallowedByPolicy",
    "AZURE_FORBIDDEN/lock never": "ScopeLocked",
    "AZURE_FORBIDDEN/denied never": "DenyAssignmentAuthorizationFailed",
    "AZURE_AUTH_FAILED/token-refused bounded":
      "AuthenticationFailed AuthenticationFailedMissingToken AuthenticationFailedInvalidHeader ExpiredAuthenticationToken InvalidAuthenticationToken InvalidAuthenticationTokenAudience",
    "AZURE_SUBSCRIPTION_UNUSABLE/other-tenant never": "InvalidAuthenticationTokenTenant",
    "AZURE_SUBSCRIPTION_UNUSABLE/unknown never": "SubscriptionNotFound InvalidSubscriptionId",
    "AZURE_SUBSCRIPTION_UNUSABLE/disabled never":
      "ReadOnlyDisabledSubscription DisabledSubscription SubscriptionDisabled",
    "AZURE_SUBSCRIPTION_UNUSABLE/not-registered never":
      "MissingSubscriptionRegistration MissingRegistrationForLocation InvalidSubscriptionRegistrationState SubscriptionNotRegistered",
    "AZURE_SUBSCRIPTION_UNUSABLE/feature never": "FeatureNotRegistered",
    "AZURE_LIMIT_REACHED/quota never": "QuotaExceeded ResourceQuotaExceeded SubnetIsFull",
    "AZURE_LIMIT_REACHED/size never":
      "SkuNotAvailable LocationNotAvailableForResourceType RegionDoesNotAllowProvisioning InvalidAvailabilityZone LocationNotSupportAvailabilityZones ResourceTypeNotSupportMultiZones",
    "AZURE_LIMIT_REACHED/capacity state":
      "AllocationFailed ZonalAllocationFailed OverconstrainedAllocationRequest OverconstrainedZonalAllocationRequest",
    "AZURE_THROTTLED/connection after":
      "SubscriptionRequestsThrottled ResourceRequestsThrottled TenantRequestsThrottled TooManyRequests",
    "AZURE_NOT_FOUND/resource never":
      "ResourceNotFound EntityNotFound CopySourceNotFound NotFound VMNotFound",
    "AZURE_NOT_FOUND/operation never": "OperationNotFound",
    "AZURE_NOT_FOUND/resource-group never": "ResourceGroupNotFound",
    "AZURE_NOT_FOUND/parent never": "ParentResourceNotFound",
    "AZURE_CONFLICT/being-deleted never": "ResourceGroupBeingDeleted",
    "AZURE_CONFLICT/busy state":
      "AnotherOperationInProgress RetryableErrorDueToAnotherOperation AttachDiskWhileBeingDetached OperationPreempted ResourceUpdateBlockedOnPlatformUpdate Conflict OperationNotAllowed",
    "AZURE_CONFLICT/exists never": "ConflictingUserInput ResourceExists",
    "AZURE_REJECTED/api-version never":
      "NoRegisteredProviderFound InvalidApiVersionParameter MissingApiVersionParameter InvalidResourceType InvalidResourceNamespace",
    "AZURE_REJECTED/property never":
      "PropertyChangeNotAllowed OSDiskSwapNotSupportedForVMsUsingDiskEncryption",
    "AZURE_REJECTED/footer never": "InvalidVhd",
    "AGENT_NOT_READY/reported backoff": "VMAgentStatusCommunicationError VMAgentNotReady",
    "EXTENSION_FAILED/reported backoff":
      "VMExtensionProvisioningError VMExtensionProvisioningTimeout VMExtensionHandlerNonTransientError VMExtensionHandlerTransientError VMExtensionManagementInternalError",
    "EXTENSION_FAILED/not-published never": "ArtifactNotFound ArtifactVersionNotFound",
    "GUEST_FAILED/reported bounded": "VMRestorePointClientError",
    "AZURE_FAILED/reported backoff":
      "VMRestorePointInternalError InternalError InternalExecutionError InternalOperationError InternalDiskRestorePointError OSProvisioningClientError InternalServerError InternalDiskManagementError OSProvisioningInternalError OSProvisioningTimedOut OperationTimedOut VMStartTimedOut NetworkingInternalOperationError ServerTimeout GatewayTimeout ServiceUnavailable ServiceTimeout DiskProcessingError VMArtifactRepositoryInternalError",
    "AZURE_REJECTED/encryption-key never": "DiskRestorePointClientError KeyVaultAccessForbidden",
    "AZURE_CONFLICT/being-read state": "DiskRestorePointUsedByCustomer",
    "AZURE_FAILED/canceled bounded": "OperationCanceled Canceled",
  },
  disk: {
    "AZURE_SAS_EXPIRED bounded": "AuthenticationFailed",
    "DISK_ACCESS_REFUSED/network never":
      "AuthorizationFailure PublicAccessNotPermitted NetworkSecurityPerimeterAccessDenied AuthorizationSourceIPMismatch",
    "DISK_ACCESS_REFUSED/entra never":
      "NoAuthenticationInformation InvalidAuthenticationInfo KeyBasedAuthenticationNotPermitted",
    "DISK_ACCESS_REFUSED/permission never":
      "AuthorizationPermissionMismatch AuthorizationProtocolMismatch AuthorizationServiceMismatch AuthorizationResourceTypeMismatch InsufficientAccountPermissions UnauthorizedBlobOverwrite BlobImmutableDueToPolicy",
    "DISK_ACCESS_REFUSED/account never": "AccountIsDisabled ContainerDisabled",
    "AZURE_NOT_FOUND/resource never": "BlobNotFound ContainerNotFound ContainerBeingDeleted ResourceNotFound",
    "AZURE_REJECTED/changed never": "ConditionNotMet TargetConditionNotMet SourceConditionNotMet",
    "DELTA_BASE_INVALID/refused never":
      "BlobGenerationMismatch BlobOverwritten PreviousSnapshotCannotBeNewer PreviousSnapshotNotFound PreviousSnapshotOperationNotSupported",
    "AZURE_THROTTLED/connection after": "ServerBusy SystemInUse SnapshotOperationRateExceeded",
    "AZURE_FAILED/reported backoff": "InternalError OperationTimedOut Md5Mismatch Crc64Mismatch",
    "AZURE_REJECTED/storage-version never": "FeatureVersionMismatch InvalidHeaderValue",
    "AZURE_REJECTED/request never":
      "UnsupportedHeader InvalidQueryParameterValue ConditionHeadersNotSupported InvalidHttpVerb InvalidInput InvalidMd5 InvalidRange InvalidResourceName InvalidUri InvalidXmlDocument MissingContentLengthHeader MissingRequiredHeader MissingRequiredQueryParameter MultipleConditionHeadersNotSupported OutOfRangeInput OutOfRangeQueryParameterValue RequestBodyTooLarge RequestUrlFailedToParse ResourceTypeMismatch UnsupportedHttpVerb UnsupportedQueryParameter InvalidBlobType InvalidOperation InvalidPageRange InvalidVersionForPageBlobOperation SequenceNumberConditionNotMet",
    "AZURE_CONFLICT/busy state":
      "LeaseAlreadyPresent LeaseIdMismatchWithBlobOperation LeaseIdMissing LeaseLost PendingCopyOperation",
  },
  entra: {
    "AZURE_AUTH_FAILED/secret-wrong never": "AADSTS7000215 AADSTS7000216 AADSTS7000218",
    "AZURE_AUTH_FAILED/secret-expired never": "AADSTS7000222",
    "AZURE_AUTH_FAILED/app-unknown never": "AADSTS700016 AADSTS7000229",
    "AZURE_AUTH_FAILED/app-disabled never": "AADSTS7000112",
    "AZURE_AUTH_FAILED/tenant-unknown never":
      "AADSTS50059 AADSTS90002 AADSTS900021 AADSTS900023 AADSTS500011",
    "AZURE_AUTH_FAILED/tenant-blocked never": "AADSTS5000224 AADSTS5000225",
    "AZURE_AUTH_FAILED/conditional-access never":
      "AADSTS53000 AADSTS53001 AADSTS53002 AADSTS53003 AADSTS53004 AADSTS53011 AADSTS50076 AADSTS50079 AADSTS50158",
    "AZURE_AUTH_FAILED/consent never": "AADSTS65001 AADSTS650052 AADSTS650057",
    "AZURE_AUTH_FAILED/clock bounded": "AADSTS500133 AADSTS700024",
    "AZURE_AUTH_FAILED/assertion never":
      "AADSTS50013 AADSTS50027 AADSTS70021 AADSTS700021 AADSTS700027 AADSTS700211 AADSTS700212 AADSTS700213",
    "AZURE_THROTTLED/connection after": "AADSTS90055 AADSTS50196",
    "AZURE_FAILED/reported backoff": "AADSTS90006 AADSTS90033",
  },
};

/** Codes whose message names the cause: surface is ARM, text as Azure documents or sends it. */
export const documentedCauses: readonly (readonly [code: string, text: string, meaning: string])[] = [
  [
    "VMRestorePointClientError",
    'Restore Point creation failed due to COM+ error. Please restart windows service "COM+ System Application" (COMSysApp). If the issue persists, restart the VM.',
    "GUEST_FAILED/com-plus bounded",
  ],
  [
    "VMRestorePointClientError",
    "Restore Point creation failed due to insufficient memory available in COM+ memory quota.",
    "GUEST_FAILED/com-plus bounded",
  ],
  [
    "VMRestorePointClientError",
    "Restore Point creation failed due to VSS Writers in bad state. Restart VSS Writer services and reboot VM.",
    "GUEST_FAILED/vss-writers bounded",
  ],
  [
    "VMRestorePointClientError",
    "Restore Point creation failed due to failure in installation of Visual C++ Redistributable for Visual Studio 2012.",
    "GUEST_FAILED/runtime bounded",
  ],
  [
    "VMRestorePointClientError",
    "Restore Point creation failed as the maximum allowed snapshot limit of one or more disk blobs has been reached. Please delete some existing restore points of this VM and then retry.",
    "AZURE_LIMIT_REACHED/restore-points never",
  ],
  [
    "VMRestorePointClientError",
    "The number of restore points across restore point collections and resource groups for a VM cannot exceed 18.",
    "AZURE_LIMIT_REACHED/restore-points never",
  ],
  [
    "VMRestorePointClientError",
    'Restore Point creation failed with the error "COM+ was unable to talk to the Microsoft Distributed Transaction Coordinator".',
    "GUEST_FAILED/transactions bounded",
  ],
  [
    "VMRestorePointClientError",
    "Restore Point creation failed due to inadequate VM resources. Increase VM resources by changing the VM size and retry the operation.",
    "GUEST_FAILED/resources bounded",
  ],
  [
    "VMRestorePointClientError",
    "Restore Point creation failed due to no network connectivity on the virtual machine. Ensure that VM has network access.",
    "GUEST_FAILED/network bounded",
  ],
  [
    "VMRestorePointClientError",
    "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
    "AZURE_CONFLICT/restore-point-running state",
  ],
  [
    "VMRestorePointClientError",
    "Creation of Restore Point of a Virtual Machine with Shared disks is not supported. You may exclude this disk from the restore point via excludeDisks property.",
    "AZURE_REJECTED/shared-disk never",
  ],
  [
    "OperationNotAllowed",
    "Creation of Restore Point of a Virtual Machine with Shared disks is not supported.",
    "AZURE_REJECTED/shared-disk never",
  ],
  [
    "OperationNotAllowed",
    "Changes were made to the Virtual Machine while the operation 'Create Restore Point' was in progress.",
    "AZURE_CONFLICT/vm-changed state",
  ],
  [
    "OperationNotAllowed",
    "Operation 'Create Restore Point' is not allowed as disk(s) have not been allocated successfully. Please exclude these disk(s) using excludeDisks property and retry.",
    "AZURE_REJECTED/disk-not-allocated never",
  ],
  [
    "OperationNotAllowed",
    "The operation requires the VM to be running (or set to run).",
    "AGENT_NOT_READY/reported backoff",
  ],
  [
    "OperationNotAllowed",
    "Cannot modify extensions in the VM when the VM is not running.",
    "AGENT_NOT_READY/reported backoff",
  ],
  [
    "OperationNotAllowed",
    "Operation 'x' is not allowed on VM 'v' since VM has extension 'e' in failed state.",
    "EXTENSION_FAILED/reported backoff",
  ],
  [
    "OperationNotAllowed",
    "Operation 'x' is not allowed on VM 'v' since the VM is generalized.",
    "AZURE_REJECTED/request never",
  ],
  [
    "OperationNotAllowed",
    "An ongoing operation is changing power state of Virtual Machine v to running. Please perform operation x after some time.",
    "AZURE_CONFLICT/busy state",
  ],
  [
    "OperationNotAllowed",
    "Operation could not be completed as it results in exceeding approved Total Regional Cores quota.",
    "AZURE_LIMIT_REACHED/quota never",
  ],
  [
    "OperationNotAllowed",
    "The server rejected the request because too many requests have been received for this subscription.",
    "AZURE_THROTTLED/connection after",
  ],
  [
    "Conflict",
    "Disk 'd' cannot be exported: access is not permitted because the disk is attached to running VM 'v'.",
    "AZURE_CONFLICT/vm-running never",
  ],
  [
    "BadRequest",
    "This request can be made with api-version '2021-03-01' or newer",
    "AZURE_REJECTED/api-version never",
  ],
  [
    "BadRequest",
    "Multiple VMExtensions per handler not supported for OS type 'Windows'. VMExtension 'x' with handler 'Microsoft.Azure.RecoveryServices.VMSnapshot' already added or specified in input.",
    "EXTENSION_FAILED/other-installed never",
  ],
  [
    "BadRequest",
    "Disk d cannot be attached to the VM because it is not in zone '2'.",
    "AZURE_REJECTED/zone never",
  ],
  ["NotFound", "The entity was not found in this Azure location", "AZURE_REJECTED/request never"],
  ["NotFound", "The operation 'x' was not found.", "AZURE_NOT_FOUND/operation never"],
];
