import type { RouterInputs } from "@kluis/api/types";
import type { AzureCloud, CredentialKind } from "@kluis/domain";
import type { AppMessages } from "#messages/index.ts";

/** The form of a connection and its rules. The server checks again. */
export interface CredentialForm {
  readonly kind: CredentialKind;
  readonly clientId: string;
  /** Client secret or PEM. */
  readonly secret: string;
}

export interface TenantForm {
  readonly name: string;
  readonly tenantId: string;
  readonly cloud: AzureCloud;
}

export const emptyTenant: TenantForm = { name: "", tenantId: "", cloud: "public" };
export const emptyCredential: CredentialForm = { kind: "secret", clientId: "", secret: "" };

type ProblemKey = Extract<keyof AppMessages["connections"]["form"], `${string}Wrong`>;
export type Problems<T> = Partial<Record<keyof T, ProblemKey>>;

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/iu;
const settingName = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u;

export function isGuid(text: string): boolean {
  return guid.test(text.trim());
}

export function isSettingName(text: string): boolean {
  return settingName.test(text.trim());
}

export function tenantProblems({ name, tenantId }: TenantForm): Problems<TenantForm> {
  return {
    ...(isSettingName(name) ? {} : { name: "nameWrong" }),
    ...(isGuid(tenantId) ? {} : { tenantId: "guidWrong" }),
  };
}

export function credentialProblems({ kind, clientId, secret }: CredentialForm): Problems<CredentialForm> {
  const id = clientId.trim();
  const idOk = guid.test(id) || (kind === "managed-identity" && id === "");
  return {
    ...(idOk ? {} : { clientId: "guidWrong" }),
    ...(kind === "secret" && secret.trim() === "" ? { secret: "secretWrong" } : {}),
    ...(kind === "certificate" && !isPem(secret) ? { secret: "certificateWrong" } : {}),
  };
}

function isPem(text: string): boolean {
  return text.includes("-----BEGIN CERTIFICATE-----") && /-----BEGIN (?:RSA )?PRIVATE KEY-----/u.test(text);
}

export function toCredential(form: CredentialForm): RouterInputs["connections"]["add"]["credential"] {
  const clientId = form.clientId.trim();
  const secret = form.secret.trim();
  switch (form.kind) {
    case "secret":
      return { kind: form.kind, clientId, secret };
    case "certificate":
      return { kind: form.kind, clientId, certificate: secret };
    case "managed-identity":
      return { kind: form.kind, clientId: clientId === "" ? null : clientId };
    case "workload-identity":
      return { kind: form.kind, clientId };
  }
  return form.kind satisfies never;
}
