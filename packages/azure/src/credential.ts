/** Where the tokens of a connection come from: Entra, or the identity of this machine. */

import type { HttpClient } from "@azure/core-rest-pipeline";
import {
  type AccessToken,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";
import type { AzureCredentialConfig, IdentityConfig } from "./config.ts";

export interface TokenRequest {
  readonly scope: string;
  /** Ask the source, whatever a cache holds. */
  readonly fresh: boolean;
  /** Claims that Azure requires in the token (continuous access evaluation). */
  readonly claims: string | null;
  readonly signal: AbortSignal;
}

export type TokenSource = (request: TokenRequest) => Promise<AccessToken>;

/** Retries are few and short: a longer failure reschedules the job instead of holding a worker's slot. */
export const retries = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 };

/** The source of a connection's tokens. Sends nothing yet. */
export function tokenSource(config: IdentityConfig, httpClient: HttpClient): TokenSource {
  const { credential } = config;
  if (credential.kind === "managed-identity") return machineSource(credential.clientId);
  const make = credentialMaker(config, credential, httpClient);
  let current: TokenCredential | null = null;
  return async ({ scope, fresh, claims, signal }) => {
    // Made on first use: one that cannot be made fails only its connection, not all that are opened with it. A
    // credential caches its tokens and offers no way to drop one.
    if (fresh || current === null) current = make();
    const options = { abortSignal: signal, enableCae: true, ...(claims === null ? {} : { claims }) };
    return required(await current.getToken(scope, options));
  };
}

type AppCredential = Exclude<AzureCredentialConfig, { kind: "managed-identity" }>;

function credentialMaker(
  { tenantId, authorityHost, rewrite }: IdentityConfig,
  credential: AppCredential,
  httpClient: HttpClient,
): () => TokenCredential {
  const options = {
    authorityHost,
    httpClient,
    retryOptions: retries,
    disableInstanceDiscovery: rewrite.size > 0,
  };
  const { clientId } = credential;
  if (credential.kind === "secret") {
    return () => new ClientSecretCredential(tenantId, clientId, credential.secret, options);
  }
  if (credential.kind === "certificate") {
    const { certificate } = credential;
    return () => new ClientCertificateCredential(tenantId, clientId, { certificate }, options);
  }
  const { tokenFile: tokenFilePath } = credential;
  return () => new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath });
}

/** A managed identity. Its tokens are cached for the whole process, and only MSAL itself can ask past that cache. */
function machineSource(clientId: string | null): TokenSource {
  const identity = new ManagedIdentityCredential({
    retryOptions: retries,
    ...(clientId === null ? {} : { clientId }),
  });
  const managedIdentityIdParams = clientId === null ? {} : { userAssignedClientId: clientId };
  const application = new ManagedIdentityApplication({ managedIdentityIdParams });
  return async ({ scope, fresh, claims, signal }) => {
    if (!fresh) return required(await identity.getToken(scope, { abortSignal: signal }));
    const resource = scope.replace(/\/\.default$/, "");
    const found = await application.acquireToken({
      resource,
      ...(claims === null ? { forceRefresh: true } : { claims }),
    });
    const expiresOnTimestamp = found.expiresOn?.getTime() ?? 0;
    return { token: found.accessToken, expiresOnTimestamp };
  };
}

function required(token: AccessToken | null): AccessToken {
  if (token) return token;
  throw Object.assign(new Error("The identity has no token for Azure."), { name: "AuthenticationError" });
}

/** A source whose tokens end by another clock than the machine's, by which the libraries count. */
export function byClock(source: TokenSource, now: () => number): TokenSource {
  return async (request) => {
    const token = await source(request);
    return { ...token, expiresOnTimestamp: token.expiresOnTimestamp + now() - Date.now() };
  };
}
