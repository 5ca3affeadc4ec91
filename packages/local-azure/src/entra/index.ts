/** The local Entra ID: its endpoints, and the part that the rest of the local Azure uses. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { AadError, aadErrorBody } from "./aad-error.ts";
import { showPicker, signIn } from "./authorize.ts";
import { noChanges, tenantNow } from "./changes.ts";
import type { Tenant } from "./directory.ts";
import { instanceDiscovery, openIdConfiguration } from "./discovery.ts";
import { handleGraph } from "./graph.ts";
import { sendJson, sendPage, sendRedirect } from "./http.ts";
import { issueManagedIdentityToken } from "./managed-identity.ts";
import { renderSignedOut } from "./pages.ts";
import { logoutRedirectAllowed, portalRedirectUris } from "./redirects.ts";
import { Sealer } from "./seal.ts";
import { loadSecrets } from "./secrets.ts";
import { issueTokens } from "./token-endpoint.ts";
import { TokenFactory } from "./tokens.ts";
import type { Entra, EntraContext, EntraDeps } from "./types.ts";

export { findPrincipal, groupsOf, ownerPrincipalOf, tenants } from "./directory.ts";
export { type AccessClaims, TokenRefused } from "./tokens.ts";
export type { Entra, EntraDeps } from "./types.ts";

const defaultPublicHosts = ["login.microsoftonline.com", "login.windows.net", "sts.windows.net"];

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly url: URL;
}

type Endpoint = (context: EntraContext, tenant: Tenant, exchange: Exchange) => Promise<void>;

function signOut({ res, url }: Exchange): void {
  const target = url.searchParams.get("post_logout_redirect_uri");
  if (target !== null && logoutRedirectAllowed(target)) {
    const back = new URL(target);
    const state = url.searchParams.get("state");
    if (state !== null) back.searchParams.set("state", state);
    return sendRedirect(res, back.href);
  }
  sendPage(res, renderSignedOut);
}

/** Endpoints of a tenant by method and the path after the tenant. */
const endpoints: Readonly<Record<string, Endpoint>> = {
  "GET oauth2/v2.0/authorize": (context, tenant, exchange) => showPicker({ context, tenant, ...exchange }),
  "POST oauth2/v2.0/login": (context, tenant, exchange) => signIn({ context, tenant, ...exchange }),
  "POST oauth2/v2.0/token": (context, tenant, exchange) => issueTokens({ context, tenant, ...exchange }),
  "GET oauth2/v2.0/logout": async (_context, _tenant, exchange) => signOut(exchange),
  "GET discovery/v2.0/keys": async (context, _tenant, { res }) => sendJson(res, 200, context.tokens.jwks()),
  "GET v2.0/.well-known/openid-configuration": async (context, tenant, { req, res }) =>
    sendJson(res, 200, openIdConfiguration(tenant, context.publicBase(req))),
};

const knownPaths = new Set(Object.keys(endpoints).map((key) => key.slice(key.indexOf(" ") + 1)));

function unknownTenant(context: EntraContext, name: string, res: ServerResponse): void {
  const error = ["common", "organizations", "consumers"].includes(name)
    ? new AadError(
        50194,
        "invalid_request",
        "The application is not configured as a multi-tenant application: name its tenant.",
      )
    : new AadError(
        90002,
        "invalid_tenant",
        `Tenant '${name}' not found. Check to make sure you have the correct tenant ID.`,
      );
  sendJson(res, error.status, aadErrorBody(error, context.now()));
}

async function handle(context: EntraContext, exchange: Exchange): Promise<boolean> {
  const { req, res, url } = exchange;
  const method = req.method === "HEAD" ? "GET" : (req.method ?? "GET");
  if (/^\/metadata\/identity\/oauth2\/token\/?$/.test(url.pathname) && method === "GET") {
    await issueManagedIdentityToken(context, exchange);
    return true;
  }
  if (url.pathname === "/common/discovery/instance" && method === "GET") {
    const host = req.headers.host ?? "login.microsoftonline.com";
    sendJson(res, 200, instanceDiscovery(host, url.searchParams.get("authorization_endpoint") ?? ""));
    return true;
  }
  if (await handleGraph(context, exchange)) return true;
  const [, tenantName = "", path = ""] = /^\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  if (!knownPaths.has(path)) return false;
  const endpoint = endpoints[`${method} ${path}`];
  const tenant = context.tenantOf(decodeURIComponent(tenantName));
  if (!endpoint) {
    res.setHeader("allow", method === "GET" ? "POST" : "GET");
    const error = new AadError(900561, "invalid_request", "The method is not allowed.");
    sendJson(res, 405, aadErrorBody(error, context.now()));
  } else if (!tenant) unknownTenant(context, tenantName, res);
  else await endpoint(context, tenant, exchange);
  return true;
}

/**
 * Makes the Entra ID of a local Azure: OpenID Connect sign-in of the demo users, tokens for apps,
 * keys, sign-out and a managed identity. It keeps no sessions: every sign-in shows the picker;
 * codes and refresh tokens are sealed values.
 *
 * Links in answers start with the Host of the request: SDKs that use a public https name check that
 * the issuer has that name, and browsers on this machine get loopback addresses.
 */
export function createEntra(deps: EntraDeps): Entra {
  const { signingKey, sealKey, clientSecrets } = loadSecrets(deps.store.dataDir);
  const now = () => deps.clock.now();
  const publicHosts = new Set(deps.publicHosts ?? defaultPublicHosts);
  const context: EntraContext = {
    tokens: new TokenFactory(signingKey, now),
    sealer: new Sealer(sealKey),
    now,
    secrets: clientSecrets,
    redirectUris: deps.redirectUris ?? portalRedirectUris,
    redeemed: new Map(),
    tenantOf: (idOrDomain) => tenantNow(idOrDomain, deps.changes?.() ?? noChanges),
    publicBase: ({ headers }) =>
      publicHosts.has(headers.host ?? "") ? `https://${headers.host}` : deps.baseUrl(),
  };
  return {
    handle: (req, res, url) => handle(context, { req, res, url }),
    verifyAccessToken: (token, audience) => context.tokens.verifyAccessToken(token, audience),
    secrets: () => clientSecrets,
  };
}
