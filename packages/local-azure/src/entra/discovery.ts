/** Metadata documents: OpenID configuration and instance discovery. */
import type { Tenant } from "./directory.ts";

/** OpenID provider metadata of a tenant. All links start with `base`. */
export function openIdConfiguration(tenant: Tenant, base: string): Record<string, unknown> {
  const own = `${base}/${tenant.id}`;
  return {
    issuer: `${own}/v2.0`,
    authorization_endpoint: `${own}/oauth2/v2.0/authorize`,
    token_endpoint: `${own}/oauth2/v2.0/token`,
    end_session_endpoint: `${own}/oauth2/v2.0/logout`,
    jwks_uri: `${own}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    code_challenge_methods_supported: ["S256"],
    claims_supported: [
      "sub",
      "iss",
      "aud",
      "exp",
      "iat",
      "nbf",
      "nonce",
      "oid",
      "tid",
      "name",
      "preferred_username",
      "email",
      "groups",
      "sid",
      "ver",
    ],
    request_uri_parameter_supported: false,
    tenant_region_scope: "EU",
  };
}

/** The answer of GET /common/discovery/instance: the hosts that form one cloud. */
export function instanceDiscovery(host: string, authorizeUrl: string): Record<string, unknown> {
  const tenant = URL.canParse(authorizeUrl) ? new URL(authorizeUrl).pathname.split("/")[1] : "common";
  return {
    tenant_discovery_endpoint: `https://${host}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}
