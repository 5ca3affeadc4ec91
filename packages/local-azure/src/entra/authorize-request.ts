import { z } from "zod";
import { AadError } from "./aad-error.ts";
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

/** An authorization request that passed every check; carried sealed through the sign-in form and into the code. */
export type AuthorizeRequest = z.infer<typeof authorizeSchema>;

/** A refusal that may be told to the app by redirect, because its redirect URI is known to be good. */
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

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value) return value;
  throw new AadError(
    900144,
    "invalid_request",
    `The request body must contain the following parameter: '${name}'.`,
  );
}

function knownApp(tenant: Tenant, clientId: string): AppRegistration {
  const app = findApp(tenant, clientId);
  if (app?.kind === "web") return app;
  const sentence = `Application with identifier '${clientId}' was not found in the directory '${tenant.name}'.`;
  throw new AadError(700016, "unauthorized_client", sentence);
}

/**
 * Reads and checks an authorization request. PKCE with S256 is required: Entra asks it of public clients only; an app that
 * leaves it out here would be weaker than it must be in production.
 *
 * @throws AadError when the answer must be a page (unknown app or redirect URI), AuthorizeRefused when it can be a redirect
 */
export function parseAuthorize(
  tenant: Tenant,
  query: URLSearchParams,
  registered: readonly string[],
): AuthorizeRequest {
  const app = knownApp(tenant, required(query, "client_id"));
  const redirectUri = required(query, "redirect_uri");
  if (!redirectAllowed(redirectUri, registered)) {
    const sentence = `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${app.clientId}'.`;
    throw new AadError(50011, "invalid_request", sentence);
  }
  const mode = query.get("response_mode") ?? "query";
  const responseMode = mode === "fragment" || mode === "form_post" ? mode : "query";
  const target = { redirectUri, responseMode, state: query.get("state") } as const;
  const refuse = (number: number, oauthError: string, sentence: string): never => {
    throw new AuthorizeRefused(target, new AadError(number, oauthError, sentence));
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
