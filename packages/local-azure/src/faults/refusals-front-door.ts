/** Refusals of Resource Manager, before a provider sees the call. */
import {
  children,
  everyCall,
  everyChange,
  everyCreate,
  everyWrite,
  type Refusal,
  type RefusalFacts,
  row,
} from "./refusal-kinds.ts";
import type { RefusalName } from "./refusal-names.ts";

const verb = ({ action }: RefusalFacts): string => (action.endsWith("/delete") ? "delete" : "write");

export const frontDoorRefusals = {
  InvalidAuthenticationToken: row(401, "InvalidAuthenticationToken")(
    everyCall,
    "The access token is invalid.",
  ),
  ExpiredAuthenticationToken: row(401, "ExpiredAuthenticationToken")(
    everyCall,
    ({ now }) => `The access token expiry UTC time '${now}' is earlier than current UTC time '${now}'.`,
  ),
  InvalidAuthenticationTokenTenant: row(401, "InvalidAuthenticationTokenTenant")(
    everyCall,
    "The access token is from the wrong issuer. It must match the tenant associated with this subscription. Please use correct authority to get the token.",
  ),
  AuthorizationFailed: row(403, "AuthorizationFailed")(
    everyCall,
    ({ caller, action, scope }) =>
      `${caller} does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  ),
  LinkedAuthorizationFailed: row(403, "LinkedAuthorizationFailed")(
    everyChange,
    ({ caller, action, scope }) =>
      `${caller} has permission to perform action '${action}' on scope '${scope}'; however, it does not have permission to perform action(s) '${action}' on the linked scope(s) '${scope}' (respectively) or the linked scope(s) are invalid.`,
  ),
  SubscriptionNotFound: row(404, "SubscriptionNotFound")(
    everyCall,
    ({ subscription }) => `The subscription '${subscription}' could not be found.`,
  ),
  ReadOnlyDisabledSubscription: row(409, "ReadOnlyDisabledSubscription")(
    everyWrite,
    ({ subscription }) =>
      `The subscription '${subscription}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
  ),
  MissingSubscriptionRegistration: row(409, "MissingSubscriptionRegistration")(
    everyWrite,
    "The subscription is not registered to use namespace 'Microsoft.Compute'. See https://aka.ms/rps-not-found for how to register subscriptions.",
  ),
  ResourceGroupNotFound: row(404, "ResourceGroupNotFound")(
    everyCall,
    ({ group }) => `Resource group '${group}' could not be found.`,
  ),
  ResourceGroupBeingDeleted: row(409, "ResourceGroupBeingDeleted")(
    everyCreate,
    ({ group }) =>
      `The resource group '${group}' is in deprovisioning state and cannot perform this operation.`,
  ),
  ResourceNotFound: row(404, "ResourceNotFound")(
    everyCall,
    ({ type, name, group }) =>
      `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  ),
  ParentResourceNotFound: row(404, "ParentResourceNotFound")(
    children,
    ({ type, name }) =>
      `Failed to perform 'write' on resource(s) of type '${type}', because the parent resource '${name}' could not be found.`,
  ),
  ScopeLocked: row(409, "ScopeLocked")(
    everyWrite,
    (facts) =>
      `The scope '${facts.scope}' cannot perform ${verb(facts)} operation because following scope(s) are locked: '${facts.scope}'. Please remove the lock and try again.`,
  ),
  RequestDisallowedByPolicy: row(403, "RequestDisallowedByPolicy")(
    everyChange,
    ({ name, subscription }) =>
      `Resource '${name}' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Fault","id":"/subscriptions/${subscription}/providers/Microsoft.Authorization/policyAssignments/fault"},"policyDefinition":{"name":"Fault","id":"/subscriptions/${subscription}/providers/Microsoft.Authorization/policyDefinitions/fault"}}]'.`,
  ),
  LocationNotAvailableForResourceType: row(400, "LocationNotAvailableForResourceType")(
    everyCreate,
    ({ location, type }) =>
      `The provided location '${location}' is not available for resource type '${type}'. List of available regions for the resource type is 'eastus,northeurope'.`,
  ),
  InvalidResourceLocation: row(409, "InvalidResourceLocation")(
    everyCreate,
    ({ name, group, location }) =>
      `The resource '${name}' already exists in location 'eastus' in resource group '${group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
  ),
  SubscriptionRequestsThrottled: row(429, "SubscriptionRequestsThrottled")(
    everyCall,
    ({ subscription }) =>
      `Number of requests for subscription '${subscription}' exceeded the limit. Please try again after '17' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
    { retryAfterSeconds: 17 },
  ),
  InternalServerError: row(500, "InternalServerError")(everyCall, "Encountered internal server error."),
  ServiceUnavailable: row(503, "ServiceUnavailable")(everyCall, "The service is temporarily unavailable.", {
    retryAfterSeconds: 5,
  }),
  GatewayTimeout: row(504, "GatewayTimeout")(
    everyCall,
    "The gateway did not receive a response from 'Microsoft.Compute' within the specified time period.",
  ),
} as const satisfies Partial<Record<RefusalName, Refusal>>;
