/** Errors of ARM and of the Compute provider: status, code and text are Azure's. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  /** The parameter that is wrong. */
  readonly target: string | undefined;
  readonly details: { code: string; target?: string; message: string }[] | undefined;

  constructor(
    answer: { status: number; code: string },
    message: string,
    extra: {
      headers?: Record<string, string>;
      target?: string;
      details?: { code: string; target?: string; message: string }[];
    } = {},
  ) {
    super(message);
    this.name = "ArmError";
    this.status = answer.status;
    this.code = answer.code;
    this.headers = extra.headers ?? {};
    this.target = extra.target;
    this.details = extra.details;
  }
}

const withMessage =
  (status: number, code: string): ((message: string) => ArmError) =>
  (message) =>
    new ArmError({ status, code }, message);

export const invalidParameter = withMessage(400, "InvalidParameter");
export const invalidRequestContent = withMessage(400, "InvalidRequestContent");
export const operationNotAllowed = withMessage(409, "OperationNotAllowed");
export const conflict = withMessage(409, "Conflict");
export const propertyChangeNotAllowed = withMessage(409, "PropertyChangeNotAllowed");
export const diskRestorePointInUse = withMessage(409, "DiskRestorePointUsedByCustomer");

/** 404; `type` and `name` as in the id of the resource. */
export function resourceNotFound(type: string, name: string, group: string): ArmError {
  return new ArmError(
    { status: 404, code: "ResourceNotFound" },
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

export function parentNotFound(type: string, name: string): ArmError {
  return new ArmError(
    { status: 404, code: "ParentResourceNotFound" },
    `Failed to perform 'write' on resource(s) of type '${type}', because the parent resource '${name}' could not be found.`,
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

/** 401 with the challenge that names the tenant's sign-in address. */
export function invalidToken(
  tenantId: string,
  message: string,
  code = "InvalidAuthenticationToken",
): ArmError {
  const text = message.replaceAll('"', "'");
  return new ArmError({ status: 401, code }, message, {
    headers: {
      "www-authenticate": `Bearer authorization_uri="https://login.microsoftonline.com/${tenantId}", error="invalid_token", error_description="${text}"`,
    },
  });
}

export function authorizationFailed(principalId: string, action: string, scope: string): ArmError {
  return new ArmError(
    { status: 403, code: "AuthorizationFailed" },
    `The client '${principalId}' with object id '${principalId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** 429 as the Compute provider sends it. */
export function tooManyRequests(target: string, retryAfterSeconds: number): ArmError {
  return new ArmError(
    { status: 429, code: "OperationNotAllowed" },
    "The server rejected the request because too many requests have been received for this resource.",
    {
      headers: { "retry-after": String(retryAfterSeconds) },
      details: [{ code: "TooManyRequests", target, message: `Retry after ${retryAfterSeconds} seconds.` }],
    },
  );
}

/** The JSON body of an error. */
export function errorBody(error: ArmError): {
  error: { code: string; message: string; target?: string; details?: unknown };
} {
  const { code, message, target, details } = error;
  return {
    error: { code, message, ...(target === undefined ? {} : { target }), ...(details ? { details } : {}) },
  };
}
