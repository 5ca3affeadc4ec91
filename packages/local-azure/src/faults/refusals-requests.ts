/** Refusals of what a request says, and of calls that manage groups, roles, locks, policies and tags. */
import {
  diskCreation,
  everyCall,
  everyChange,
  everyCreate,
  everyWrite,
  groupCreation,
  lockReads,
  moves,
  nicDeletion,
  policyDeletion,
  polls,
  type Refusal,
  roleAssignmentCreation,
  roleDeletion,
  row,
  tagDeletion,
} from "./refusal-kinds.ts";
import type { RefusalName } from "./refusal-names.ts";

export const requestRefusals = {
  InvalidSubscriptionId: row(400, "InvalidSubscriptionId")(
    everyCall,
    ({ subscription }) => `The provided subscription identifier '${subscription}' is malformed or invalid.`,
  ),
  MissingApiVersionParameter: row(400, "MissingApiVersionParameter")(
    everyCall,
    "The api-version query parameter (?api-version=) is required for all requests.",
  ),
  InvalidApiVersionParameter: row(400, "InvalidApiVersionParameter")(
    everyCall,
    "The api-version '2015-01-01' is invalid. The supported versions are '2025-04-01,2024-11-01'.",
  ),
  NoRegisteredProviderFound: row(400, "NoRegisteredProviderFound")(
    everyCall,
    ({ location, type }) =>
      `No registered resource provider found for location '${location}' and API version '2015-01-01' for type '${type}'. The supported api-versions are '2026-04-01'. The supported locations are 'eastus, northeurope'.`,
  ),
  InvalidResourceType: row(404, "InvalidResourceType")(
    everyCall,
    "The resource type could not be found in the namespace 'Microsoft.Compute' for api version '2026-04-01'.",
  ),
  InvalidResourceNamespace: row(404, "InvalidResourceNamespace")(
    everyCall,
    "The resource namespace 'Microsoft.Compute' is invalid.",
  ),
  HttpMethodNotAllowed: row(405, "HttpMethodNotAllowed")(
    everyCall,
    "The HTTP method is not allowed for this resource.",
  ),
  UnsupportedMediaType: row(415, "UnsupportedMediaType")(
    everyWrite,
    "The content media type 'text/plain' is not supported. Only 'application/json' is supported.",
  ),
  InvalidRequestContent: row(400, "InvalidRequestContent")(
    everyChange,
    "The request content was invalid and could not be deserialized: 'Could not find member 'x' on object of type 'ResourceDefinition'. Path 'x', line 1, position 5.'.",
  ),
  LocationRequired: row(400, "LocationRequired")(
    everyCreate,
    "The location property is required for this definition.",
  ),
  InvalidParameter: row(400, "InvalidParameter")(everyChange, "The value of parameter location is invalid."),
  BadRequest: row(400, "BadRequest")(
    everyChange,
    "Could not find member 'x' on object of type 'Properties'. Path 'properties.x', line 1, position 20.",
  ),
  NotFound: row(404, "NotFound")(everyChange, ({ name }) => `Resource ${name} is not found.`),
  InvalidAvailabilityZone: row(400, "InvalidAvailabilityZone")(
    diskCreation,
    ({ name, location }) =>
      `The zone(s) '7' for resource 'Microsoft.Compute/disks/${name}' is not supported. The supported zones for location '${location}' are '1,2,3'.`,
  ),
  LocationNotSupportAvailabilityZones: row(400, "LocationNotSupportAvailabilityZones")(
    diskCreation,
    ({ name, location }) =>
      `The resource 'Microsoft.Compute/disks/${name}' does not support availability zones at location '${location}'.`,
  ),
  PlatformImageNotFound: row(404, "PlatformImageNotFound")(
    diskCreation,
    "The platform image 'Contoso:Server:1:latest' is not available. Verify that all fields in the storage profile are correct.",
  ),
  OperationNotFound: row(404, "NotFound")(polls, "The entity was not found in this Azure location."),
  InvalidResourceGroupLocation: row(409, "InvalidResourceGroupLocation")(
    groupCreation,
    ({ location }) =>
      `Invalid resource group location '${location}'. The Resource group already exists in location 'eastus'.`,
  ),
  LocationNotAvailableForResourceGroup: row(400, "LocationNotAvailableForResourceGroup")(
    groupCreation,
    ({ location }) =>
      `The provided location '${location}' is not available for resource group. List of available regions is 'eastus,northeurope'.`,
  ),
  ResourceMoveProviderValidationFailed: row(409, "ResourceMoveProviderValidationFailed")(
    moves,
    "Resource move validation failed. Please see details.",
  ),
  NicInUse: row(400, "NicInUse")(
    nicDeletion,
    ({ scope }) =>
      `Network Interface ${scope} is used by existing resource. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
  ),
  RoleAssignmentExists: row(409, "RoleAssignmentExists")(
    roleAssignmentCreation,
    "The role assignment already exists. The ID of the conflicting role assignment is 0123456789abcdef0123456789abcdef.",
  ),
  RoleDefinitionHasAssignments: row(409, "RoleDefinitionHasAssignments")(
    roleDeletion,
    "There are existing role assignments referencing role.",
  ),
  InvalidDeletePolicyDefinitionRequest: row(400, "InvalidDeletePolicyDefinitionRequest")(
    policyDeletion,
    ({ name, scope }) =>
      `The policy definition '${name}' cannot be deleted. It is referenced by the policy assignment '${scope.replace(/policyDefinitions\/[^/]*$/i, "policyAssignments/any")}'. Please delete all policy assignments referencing the policy.`,
  ),
  LockNotFound: row(404, "LockNotFound")(lockReads, ({ name }) => `The lock '${name}' could not be found.`),
  TagInUse: row(409, "TagInUse")(
    tagDeletion,
    ({ name }) => `The tag name '${name}' cannot be deleted. It is associated to one or more resources.`,
  ),
} as const satisfies Partial<Record<RefusalName, Refusal>>;
