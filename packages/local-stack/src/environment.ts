/**
 * Settings that lead engine and portal to the local Azure: the same variables that an operator sets for the real one. Public
 * host names stay and are rewritten to loopback, so that the SDKs run their usual sign-in and checks.
 */
import {
  CONTOSO_SUBSCRIPTION_ID,
  CONTOSO_TENANT_ID,
  ENGINE_CLIENT_ID,
  PORTAL_CLIENT_ID,
} from "@kluis/local-azure";

export interface AzureEnvOptions {
  /** Base URL of the local Azure, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly clientSecretFile: string;
}

/** Variables that `parseAzureEnv` of @kluis/azure reads. */
export function azureEnv({ url, clientSecretFile }: AzureEnvOptions): Record<string, string> {
  return {
    KLUIS_AZURE_TENANT_ID: CONTOSO_TENANT_ID,
    KLUIS_AZURE_CLIENT_ID: ENGINE_CLIENT_ID,
    KLUIS_AZURE_CLIENT_SECRET_FILE: clientSecretFile,
    KLUIS_AZURE_SUBSCRIPTIONS: CONTOSO_SUBSCRIPTION_ID,
    KLUIS_AZURE_REWRITE: `management.azure.com=${url},login.microsoftonline.com=${url},*.vault.azure.net=${url},graph.microsoft.com=${url}`,
  };
}

/** Sign-in variables that `parsePortalEnv` of the portal reads. A browser reaches these endpoints without a certificate. */
export function entraEnv({ url, clientSecretFile }: AzureEnvOptions): Record<string, string> {
  const tenant = `${url}/${CONTOSO_TENANT_ID}`;
  return {
    KLUIS_ENTRA_TENANT_ID: CONTOSO_TENANT_ID,
    KLUIS_ENTRA_CLIENT_ID: PORTAL_CLIENT_ID,
    KLUIS_ENTRA_CLIENT_SECRET_FILE: clientSecretFile,
    KLUIS_ENTRA_AUTHORITY: `https://login.microsoftonline.com/${CONTOSO_TENANT_ID}`,
    KLUIS_ENTRA_AUTHORIZATION_ENDPOINT: `${tenant}/oauth2/v2.0/authorize`,
    KLUIS_ENTRA_TOKEN_ENDPOINT: `${tenant}/oauth2/v2.0/token`,
    KLUIS_ENTRA_JWKS_URI: `${tenant}/discovery/v2.0/keys`,
    KLUIS_ENTRA_END_SESSION_ENDPOINT: `${tenant}/oauth2/v2.0/logout`,
    KLUIS_ENTRA_ISSUER: `${tenant}/v2.0`,
  };
}
