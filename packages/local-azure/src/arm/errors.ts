/** Errors of ARM and of the Compute provider: status, code and text are Azure's. */
import type { AccessClaims } from "../entra/index.ts";

/** One reason of several. What a provider says to Resource Manager has no code. */
export interface ErrorDetail {
  code?: string;
  target?: string;
  message: string;
}

export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  /** The parameter that is wrong. */
  readonly target: string | undefined;
  readonly details: ErrorDetail[] | undefined;
  readonly additionalInfo: { type: string; info: object }[] | undefined;

  constructor(
    answer: { status: number; code: string },
    message: string,
    extra: {
      headers?: Record<string, string>;
      target?: string;
      details?: ErrorDetail[];
      additionalInfo?: { type: string; info: object }[];
    } = {},
  ) {
    super(message);
    this.name = "ArmError";
    this.status = answer.status;
    this.code = answer.code;
    this.headers = extra.headers ?? {};
    this.target = extra.target;
    this.details = extra.details;
    this.additionalInfo = extra.additionalInfo;
  }

  /** The same error with further headers. */
  with(headers: Record<string, string>): ArmError {
    const { status, code, message, target, details, additionalInfo } = this;
    return new ArmError({ status, code }, message, {
      headers: { ...headers, ...this.headers },
      ...(target === undefined ? {} : { target }),
      ...(details ? { details } : {}),
      ...(additionalInfo ? { additionalInfo } : {}),
    });
  }
}

const withMessage =
  (status: number, code: string): ((message: string) => ArmError) =>
  (message) =>
    new ArmError({ status, code }, message);

export const badRequest = withMessage(400, "BadRequest");
export const invalidParameter = withMessage(400, "InvalidParameter");
export const invalidRequestContent = withMessage(400, "InvalidRequestContent");
export const operationNotAllowed = withMessage(409, "OperationNotAllowed");
export const conflict = withMessage(409, "Conflict");
export const propertyChangeNotAllowed = withMessage(409, "PropertyChangeNotAllowed");
export const diskRestorePointInUse = withMessage(409, "DiskRestorePointUsedByCustomer");

/** 409 for a property that is fixed when the resource is created. */
export function fixedProperty(property: string): ArmError {
  return new ArmError(
    { status: 409, code: "PropertyChangeNotAllowed" },
    `Changing property '${property}' is not allowed.`,
    { target: property },
  );
}

/** 404; `type` and `name` as in the id of the resource. */
export function resourceNotFound(type: string, name: string, group: string): ArmError {
  return new ArmError(
    { status: 404, code: "ResourceNotFound" },
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** 404; `type` below the provider, `parent` the full id: as Resource Manager words it. */
export function parentNotFound(verb: "read" | "write" | "delete", type: string, parent: string): ArmError {
  return new ArmError(
    { status: 404, code: "ParentResourceNotFound" },
    `Failed to perform '${verb}' on resource(s) of type '${type}', because the parent resource '${parent}' could not be found.`,
  );
}

export function resourceGroupNotFound(name: string): ArmError {
  return new ArmError(
    { status: 404, code: "ResourceGroupNotFound" },
    `Resource group '${name}' could not be found.`,
  );
}

export function subscriptionNotFound(id: string): ArmError {
  return new ArmError(
    { status: 404, code: "SubscriptionNotFound" },
    `The subscription '${id}' could not be found.`,
  );
}

/** 400: the subscription in the path is not a GUID. */
export function subscriptionInvalid(id: string): ArmError {
  return new ArmError(
    { status: 400, code: "InvalidSubscriptionId" },
    `The provided subscription identifier '${id}' is malformed or invalid.`,
  );
}

/** 401 with the challenge that names the tenant's sign-in address. `reason`: text of the challenge. */
export function invalidToken(
  tenantId: string,
  message: string,
  { code = "InvalidAuthenticationToken", reason = message }: { code?: string; reason?: string } = {},
): ArmError {
  const text = reason.replaceAll('"', "'");
  return new ArmError({ status: 401, code }, message, {
    headers: {
      "www-authenticate": `Bearer authorization_uri="https://login.windows.net/${tenantId}", error="invalid_token", error_description="${text}"`,
    },
  });
}

/** 401: the subscription belongs to another tenant than the token. */
export function wrongTenant(subscriptionTenant: string, tokenTenant: string): ArmError {
  const issuer = (tenant: string): string => `https://sts.windows.net/${tenant}/`;
  return invalidToken(
    subscriptionTenant,
    `The access token is from the wrong issuer '${issuer(tokenTenant)}'. It must match the tenant '${issuer(subscriptionTenant)}' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${subscriptionTenant}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
    {
      code: "InvalidAuthenticationTokenTenant",
      reason:
        "The access token is from the wrong issuer. It must match the tenant associated with this subscription. Please use correct authority to get the token.",
    },
  );
}

/** How Azure names a caller: an app by its client id, a user by the user name. */
export function clientOf({ oid, appid, idtyp, upn }: AccessClaims): string {
  return `The client '${idtyp === "user" ? (upn ?? oid) : appid}' with object id '${oid}'`;
}

interface Permission {
  action: string;
  scope: string;
}

export function authorizationFailed(principal: AccessClaims, { action, scope }: Permission): ArmError {
  return new ArmError(
    { status: 403, code: "AuthorizationFailed" },
    `${clientOf(principal)} does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** 403: the caller has the call's action, but lacks one on a resource that the body names. */
export function linkedAuthorizationFailed(
  principal: AccessClaims,
  has: Permission,
  lacks: Permission,
): ArmError {
  return new ArmError(
    { status: 403, code: "LinkedAuthorizationFailed" },
    `${clientOf(principal)} has permission to perform action '${has.action}' on scope '${has.scope}'; however, it does not have permission to perform action(s) '${lacks.action}' on the linked scope(s) '${lacks.scope}' (respectively) or the linked scope(s) are invalid.`,
  );
}

/** 400: Resource Manager's own types do not have the api-version. */
export function apiVersionInvalid(version: string, versions: readonly string[]): ArmError {
  return new ArmError(
    { status: 400, code: "InvalidApiVersionParameter" },
    `The api-version '${version}' is invalid. The supported versions are '${versions.join(",")}'.`,
  );
}

/** 404: the type does not have the api-version; the call has no location. */
export function typeNotFoundForVersion(
  { namespace, type }: { namespace: string; type: string },
  version: string,
  versions: readonly string[],
): ArmError {
  return new ArmError(
    { status: 404, code: "InvalidResourceType" },
    `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'. The supported api-versions are '${versions.join(",")}'.`,
  );
}

/** 400: the type does not have the api-version in the location of the resource. */
export function providerNotFoundForVersion(
  { location, version, type }: { location: string; version: string; type: string },
  supported: { versions: readonly string[]; locations: readonly string[] },
): ArmError {
  return new ArmError(
    { status: 400, code: "NoRegisteredProviderFound" },
    `No registered resource provider found for location '${location}' and API version '${version}' for type '${type}'. The supported api-versions are '${supported.versions.join(", ")}'. The supported locations are '${supported.locations.join(", ")}'.`,
  );
}

/** 404: the provider is known, the type is not. */
export function typeNotFound(namespace: string, version: string): ArmError {
  return new ArmError(
    { status: 404, code: "InvalidResourceType" },
    `The resource type could not be found in the namespace '${namespace}' for api version '${version}'.`,
  );
}

export function namespaceInvalid(namespace: string): ArmError {
  return new ArmError(
    { status: 404, code: "InvalidResourceNamespace" },
    `The resource namespace '${namespace}' is invalid.`,
  );
}

/** The JSON body of an error. */
export function errorBody(error: ArmError): {
  error: { code: string; message: string; target?: string; details?: unknown; additionalInfo?: unknown };
} {
  const { code, message, target, details, additionalInfo } = error;
  return {
    error: {
      code,
      message,
      ...(target === undefined ? {} : { target }),
      ...(details ? { details } : {}),
      ...(additionalInfo ? { additionalInfo } : {}),
    },
  };
}
