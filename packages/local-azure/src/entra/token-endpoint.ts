/** The token endpoint: codes, refresh tokens and client credentials. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import {
  AadError,
  aadErrorBody,
  appNotFound,
  requiredParameter,
  userDisabled,
  userNotFound,
} from "./aad-error.ts";
import { clientInfo, codeSchema } from "./authorize.ts";
import { type AppRegistration, findApp, type Tenant, type User } from "./directory.ts";
import { readForm, sendJson } from "./http.ts";
import { ACCESS_TOKEN_SECONDS, audienceOf } from "./tokens.ts";
import type { EntraContext } from "./types.ts";

const REFRESH_MS = 90 * 86_400_000;
const GRAPH = "https://graph.microsoft.com";

const refreshSchema = z.object({
  tenantId: z.string(),
  clientId: z.string(),
  oid: z.string(),
  sid: z.string(),
  scopes: z.array(z.string()),
});

interface TokenCall {
  readonly context: EntraContext;
  readonly tenant: Tenant;
  readonly form: URLSearchParams;
  readonly issuer: string;
  readonly authorization: string | undefined;
}

function sameSecret(given: string, known: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | null {
  if (!header?.toLowerCase().startsWith("basic ")) return null;
  const [id = "", ...rest] = Buffer.from(header.slice(6), "base64").toString("utf8").split(":");
  return { id: decodeURIComponent(id), secret: decodeURIComponent(rest.join(":")) };
}

/** Authenticates the app by id and secret, from the body or HTTP Basic. @throws AadError */
function authenticateApp({ context, tenant, form, authorization }: TokenCall): AppRegistration {
  const basic = basicCredentials(authorization);
  const clientId = basic?.id ?? requiredParameter(form, "client_id");
  const app = findApp(tenant, clientId);
  if (!app || app.secretName === null) throw appNotFound(clientId, tenant);
  const secret = basic?.secret ?? form.get("client_secret");
  if (!secret) {
    if (form.has("client_assertion"))
      throw new AadError(
        700213,
        "invalid_client",
        "No matching federated identity record found: the local Entra supports client secrets only.",
      );
    throw new AadError(
      7000218,
      "invalid_client",
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  if (!sameSecret(secret, context.secrets[app.secretName])) {
    throw new AadError(
      7000215,
      "invalid_client",
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value for app '${app.clientId}'.`,
    );
  }
  return app;
}

async function byClientCredentials(call: TokenCall): Promise<unknown> {
  const app = authenticateApp(call);
  const scope = requiredParameter(call.form, "scope");
  if (!scope.endsWith("/.default")) {
    throw new AadError(1002012, "invalid_scope", `The provided value for scope ${scope} is not valid.`);
  }
  const audience = audienceOf(scope);
  if (audience === null) {
    const resource = scope.slice(0, -"/.default".length);
    throw new AadError(
      500011,
      "invalid_resource",
      `The resource principal named ${resource} was not found in the tenant named ${call.tenant.name}.`,
    );
  }
  return {
    token_type: "Bearer",
    expires_in: ACCESS_TOKEN_SECONDS,
    ext_expires_in: ACCESS_TOKEN_SECONDS,
    access_token: await call.context.tokens.appToken(call.tenant, app, audience),
  };
}

interface UserGrant {
  readonly app: AppRegistration;
  readonly user: User;
  readonly scopes: readonly string[];
  readonly sid: string;
  readonly nonce: string | null;
  readonly withClientInfo: boolean;
}

async function userTokens({ context, tenant, issuer }: TokenCall, grant: UserGrant): Promise<unknown> {
  const { app, user, scopes, sid, nonce } = grant;
  const renewable = { tenantId: tenant.id, clientId: app.clientId, oid: user.oid, sid, scopes };
  return {
    token_type: "Bearer",
    scope: scopes.filter((scope) => scope !== "offline_access").join(" "),
    expires_in: ACCESS_TOKEN_SECONDS,
    ext_expires_in: ACCESS_TOKEN_SECONDS,
    access_token: await context.tokens.userToken(tenant, app, { user, audience: GRAPH }),
    ...(scopes.includes("offline_access")
      ? { refresh_token: context.sealer.seal("refresh", renewable, context.now() + REFRESH_MS) }
      : {}),
    id_token: await context.tokens.idToken({ tenant, app, user, issuer, nonce, scopes, sid }),
    ...(grant.withClientInfo ? { client_info: clientInfo(tenant.id, user.oid) } : {}),
  };
}

function findUser(tenant: Tenant, oid: string): User {
  const user = tenant.users.find((known) => known.oid === oid);
  if (!user) throw userNotFound("invalid_grant");
  if (user.enabled === false) throw userDisabled("invalid_grant");
  return user;
}

/** Marks a code as redeemed until it would have expired. @throws AadError 54005 the second time */
function redeem(context: EntraContext, jti: string, expiresAt: number): void {
  const now = context.now();
  for (const [known, until] of context.redeemed) if (until <= now) context.redeemed.delete(known);
  if (context.redeemed.has(jti)) {
    throw new AadError(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed.");
  }
  context.redeemed.set(jti, expiresAt);
}

async function byCode(call: TokenCall): Promise<unknown> {
  const { context, tenant, form } = call;
  const app = authenticateApp(call);
  const opened = context.sealer.open("code", requiredParameter(form, "code"), {
    schema: codeSchema,
    now: context.now(),
  });
  if (opened?.value.request.tenantId !== tenant.id) {
    throw new AadError(9002313, "invalid_grant", "The provided authorization code is malformed or invalid.");
  }
  const { request, oid, sid } = opened.value;
  if (opened.expired) {
    throw new AadError(70008, "invalid_grant", "The provided authorization code has expired.");
  }
  if (request.clientId !== app.clientId) {
    throw new AadError(700003, "invalid_grant", "The authorization code was issued to another application.");
  }
  if (request.redirectUri !== form.get("redirect_uri")) {
    throw new AadError(
      500112,
      "invalid_client",
      "The reply address does not match the reply address of the authorization request.",
    );
  }
  const challenge = createHash("sha256").update(requiredParameter(form, "code_verifier")).digest("base64url");
  if (challenge !== request.codeChallenge) {
    throw new AadError(
      501481,
      "invalid_grant",
      "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    );
  }
  redeem(context, opened.jti, opened.expiresAt);
  return userTokens(call, {
    app,
    user: findUser(tenant, oid),
    scopes: request.scopes,
    sid,
    nonce: request.nonce,
    withClientInfo: request.clientInfo || form.get("client_info") === "1",
  });
}

async function byRefreshToken(call: TokenCall): Promise<unknown> {
  const { context, tenant, form } = call;
  const app = authenticateApp(call);
  const text = requiredParameter(form, "refresh_token");
  const opened = context.sealer.open("refresh", text, { schema: refreshSchema, now: context.now() });
  if (opened?.value.tenantId !== tenant.id || opened.value.clientId !== app.clientId) {
    throw new AadError(
      9002313,
      "invalid_grant",
      "The refresh token is malformed or was issued to another application.",
    );
  }
  if (opened.expired) {
    throw new AadError(700082, "invalid_grant", "The refresh token has expired due to inactivity.");
  }
  const { oid, sid, scopes } = opened.value;
  const withClientInfo = form.get("client_info") === "1";
  return userTokens(call, {
    app,
    user: findUser(tenant, oid),
    scopes,
    sid,
    nonce: null,
    withClientInfo,
  });
}

async function tokensFor(call: TokenCall): Promise<unknown> {
  const grant = requiredParameter(call.form, "grant_type");
  if (grant === "client_credentials") return byClientCredentials(call);
  if (grant === "authorization_code") return byCode(call);
  if (grant === "refresh_token") return byRefreshToken(call);
  throw new AadError(
    70003,
    "unsupported_grant_type",
    `The app requested an unsupported grant type '${grant}'.`,
  );
}

interface TokenRequest {
  readonly context: EntraContext;
  readonly tenant: Tenant;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly url: URL;
}

/** POST …/oauth2/v2.0/token. */
export async function issueTokens({ context, tenant, req, res, url }: TokenRequest): Promise<void> {
  let correlation = url.searchParams.get("client-request-id");
  try {
    const form = await readForm(req);
    correlation ??= form.get("client-request-id");
    const issuer = `${context.publicBase(req)}/${tenant.id}/v2.0`;
    const body = await tokensFor({ context, tenant, form, issuer, authorization: req.headers.authorization });
    sendJson(res, 200, body);
  } catch (error) {
    if (!(error instanceof AadError)) throw error;
    sendJson(res, error.status, aadErrorBody(error, context.now(), correlation));
  }
}
