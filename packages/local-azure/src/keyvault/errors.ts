/**
 * Errors as the data plane of Key Vault sends them: `{error: {code, message, innererror: {code}}}`. README.md of the package has
 * the sources.
 */

export class KeyVaultError extends Error {
  override readonly name = "KeyVaultError";
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: { status: number; code: string; inner?: string },
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = kind.status;
    this.code = kind.code;
    this.inner = kind.inner;
    this.headers = headers;
  }
}

export function errorBody({ code, message, inner }: KeyVaultError): string {
  return JSON.stringify({
    error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) },
  });
}

/** The challenge names the tenant to sign in at, and the resource to name there. */
export function unauthorized(tenantId: string, message: string): KeyVaultError {
  const challenge = `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://vault.azure.net"`;
  return new KeyVaultError({ status: 401, code: "Unauthorized" }, message, { "www-authenticate": challenge });
}

export function badParameter(message: string): KeyVaultError {
  return new KeyVaultError({ status: 400, code: "BadParameter" }, message);
}

export function forbiddenByRbac(facts: {
  caller: { appid: string; oid: string; iss: string };
  action: string;
  resource: string;
  vault: { name: string; location: string };
}): KeyVaultError {
  const { caller, action, resource, vault } = facts;
  const lines = [
    "Caller is not authorized to perform action on resource.",
    "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
    `Caller: appid=${caller.appid};oid=${caller.oid};iss=${caller.iss}`,
    `Action: '${action}'`,
    `Resource: '${resource.toLowerCase()}'`,
    "Assignment: (not found)",
    "DenyAssignmentId: null",
    "DecisionReason: null ",
    `Vault: ${vault.name};location=${vault.location}`,
    "",
  ];
  return new KeyVaultError({ status: 403, code: "Forbidden", inner: "ForbiddenByRbac" }, lines.join("\r\n"));
}

export function forbiddenByFirewall(vault: string): KeyVaultError {
  return new KeyVaultError(
    { status: 403, code: "Forbidden", inner: "ForbiddenByConnection" },
    `Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\nVault: ${vault}`,
  );
}

export function keyNotFound(name: string): KeyVaultError {
  return new KeyVaultError(
    { status: 404, code: "KeyNotFound" },
    `A key with (name/id) ${name} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

export function keyDisabled(operation: string): KeyVaultError {
  return new KeyVaultError(
    { status: 403, code: "Forbidden", inner: "KeyDisabled" },
    `Operation ${operation} is not allowed on a disabled key.`,
  );
}

export function keyExpired(operation: string): KeyVaultError {
  return new KeyVaultError(
    { status: 403, code: "Forbidden", inner: "KeyExpired" },
    `Operation ${operation} is not allowed on an expired key.`,
  );
}

export function keyNotYetValid(operation: string): KeyVaultError {
  return new KeyVaultError(
    { status: 403, code: "Forbidden", inner: "KeyNotYetValid" },
    `Operation ${operation} is not allowed on a key that is not yet valid.`,
  );
}

export function operationNotPermitted(operation: string): KeyVaultError {
  return new KeyVaultError(
    { status: 403, code: "Forbidden", inner: "KeyOperationForbidden" },
    `Operation ${operation} is not permitted on this key.`,
  );
}

export function deletedButRecoverable(name: string): KeyVaultError {
  return new KeyVaultError(
    { status: 409, code: "Conflict", inner: "ObjectIsDeletedButRecoverable" },
    `Key ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged.`,
  );
}

export function methodNotAllowed(): KeyVaultError {
  return new KeyVaultError(
    { status: 405, code: "MethodNotAllowed" },
    "The HTTP method is not allowed on this resource.",
  );
}
