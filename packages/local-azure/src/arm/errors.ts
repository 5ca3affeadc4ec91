/** One answer that is an error of ARM or of a resource provider: status, code and text as Azure's. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  readonly details: { code: string; target?: string; message: string }[] | undefined;

  constructor(
    answer: { status: number; code: string },
    message: string,
    extra: {
      headers?: Record<string, string>;
      details?: { code: string; target?: string; message: string }[];
    } = {},
  ) {
    super(message);
    this.name = "ArmError";
    this.status = answer.status;
    this.code = answer.code;
    this.headers = extra.headers ?? {};
    this.details = extra.details;
  }
}

type Answer = (message: string) => ArmError;
const answer =
  (status: number, code: string): Answer =>
  (message) =>
    new ArmError({ status, code }, message);

export const invalidParameter = answer(400, "InvalidParameter");
export const invalidRequestContent = answer(400, "InvalidRequestContent");
export const operationNotAllowed = answer(409, "OperationNotAllowed");
export const conflict = answer(409, "Conflict");
export const propertyChangeNotAllowed = answer(409, "PropertyChangeNotAllowed");
export const diskRestorePointInUse = answer(409, "DiskRestorePointUsedByCustomer");

/** 404 in ARM's words; `type` and `name` as in the resource's id. */
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

/** 401 with the challenge that tells a client where to get a token. */
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

/** The Compute resource provider's 429. */
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

/** The JSON that ARM sends for an error. */
export function errorBody(error: ArmError): { error: { code: string; message: string; details?: unknown } } {
  const { code, message, details } = error;
  return { error: { code, message, ...(details ? { details } : {}) } };
}
