/** Authorization requests: their checks, and the form in which they are sealed. */
import { z } from "zod";
import { AadError, appNotFound, requiredParameter } from "./aad-error.ts";
import { type AppRegistration, findApp, type Tenant } from "./directory.ts";
import { redirectAllowed } from "./redirects.ts";

export const authorizeSchema = z.object({
  tenantId: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
  state: z.string().nullable(),
  nonce: z.string().nullable(),
  codeChallenge: z.string(),
  responseMode: z.enum(["query", "fragment", "form_post"]),
  loginHint: z.string().nullable(),
  clientInfo: z.boolean(),
});

/** An authorization request that passed all checks; the sign-in form and the code contain it. */
export type AuthorizeRequest = z.infer<typeof authorizeSchema>;

/** A refusal that the app may receive by redirect: its redirect URI is registered. */
export class AuthorizeRefused extends Error {
  readonly target: Pick<AuthorizeRequest, "redirectUri" | "responseMode" | "state">;
  readonly refusal: AadError;

  constructor(target: AuthorizeRefused["target"], refusal: AadError) {
    super(refusal.message);
    this.name = "AuthorizeRefused";
    this.target = target;
    this.refusal = refusal;
  }
}

function knownApp(tenant: Tenant, clientId: string): AppRegistration {
  const app = findApp(tenant, clientId);
  if (app?.kind === "web") return app;
  throw appNotFound(clientId, tenant);
}

/**
 * Parses and checks an authorization request. PKCE with S256 is required, which Entra requires of
 * public clients only: the portal must use it in production.
 *
 * @throws AadError for an unknown app or redirect URI, which needs a page; AuthorizeRefused where a
 * redirect is safe
 */
export function parseAuthorize(
  tenant: Tenant,
  query: URLSearchParams,
  registered: readonly string[],
): AuthorizeRequest {
  const app = knownApp(tenant, requiredParameter(query, "client_id"));
  const redirectUri = requiredParameter(query, "redirect_uri");
  if (!redirectAllowed(redirectUri, registered)) {
    throw new AadError(
      50011,
      "invalid_request",
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${app.clientId}'.`,
    );
  }
  const mode = query.get("response_mode") ?? "query";
  const responseMode = mode === "fragment" || mode === "form_post" ? mode : "query";
  const target = { redirectUri, responseMode, state: query.get("state") } as const;
  const refuse = (number: number, oauthError: string, message: string): never => {
    throw new AuthorizeRefused(target, new AadError(number, oauthError, message));
  };

  if (query.get("response_type") !== "code") {
    refuse(700054, "unsupported_response_type", "Only response_type 'code' is enabled for the application.");
  }
  const codeChallenge = query.get("code_challenge") ?? "";
  if (query.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(codeChallenge)) {
    refuse(
      9002325,
      "invalid_request",
      "Proof Key for Code Exchange (S256) is required for the code redemption.",
    );
  }
  const scopes = (query.get("scope") ?? "").split(/\s+/).filter(Boolean);
  if (!scopes.includes("openid")) {
    refuse(
      70011,
      "invalid_scope",
      "The provided value for the input parameter 'scope' must contain 'openid'.",
    );
  }
  if (query.get("prompt") === "none") {
    refuse(50058, "login_required", "Session information is not sufficient for single-sign-on.");
  }
  return {
    ...target,
    tenantId: tenant.id,
    clientId: app.clientId,
    scopes,
    nonce: query.get("nonce"),
    codeChallenge,
    loginHint: query.get("login_hint"),
    clientInfo: query.get("client_info") === "1",
  };
}
