import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { AadError, aadErrorBody } from "./aad-error.ts";
import { clientInfo, codeSchema } from "./authorize.ts";
import { type AppRegistration, findApp, type Person, type Tenant } from "./directory.ts";
import { readForm, sendJson } from "./http.ts";
import { ACCESS_TOKEN_SECONDS, audienceOf } from "./tokens.ts";
import type { EntraContext } from "./types.ts";

const refreshDays = 90;
const day = 86_400_000;
const graph = "https://graph.microsoft.com";

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

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value) return value;
  throw new AadError(
    900144,
    "invalid_request",
    `The request body must contain the following parameter: '${name}'.`,
  );
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

/** Knows the app by id and secret (in the body or as HTTP Basic); a federated assertion is refused, honestly. */
function authenticateApp({ context, tenant, form, authorization }: TokenCall): AppRegistration {
  const basic = basicCredentials(authorization);
  const clientId = basic?.id ?? required(form, "client_id");
  const app = findApp(tenant, clientId);
  if (!app || app.secretName === null) {
    const sentence = `Application with identifier '${clientId}' was not found in the directory '${tenant.name}'.`;
    throw new AadError(700016, "unauthorized_client", sentence);
  }
  const secret = basic?.secret ?? form.get("client_secret");
  if (!secret) {
    const sentence =
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    const federated =
      "No matching federated identity record found: the local Entra only knows client secrets.";
    if (form.has("client_assertion")) throw new AadError(700213, "invalid_client", federated);
    throw new AadError(7000218, "invalid_client", sentence);
  }
  if (!sameSecret(secret, context.secrets[app.secretName])) {
    const sentence = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value for app '${app.clientId}'.`;
    throw new AadError(7000215, "invalid_client", sentence);
  }
  return app;
}

async function byClientCredentials(call: TokenCall): Promise<unknown> {
  const app = authenticateApp(call);
  const scope = required(call.form, "scope");
  if (!scope.endsWith("/.default")) {
    throw new AadError(1002012, "invalid_scope", `The provided value for scope ${scope} is not valid.`);
  }
  const audience = audienceOf(scope);
  if (audience === null) {
    const resource = scope.slice(0, -"/.default".length);
    const sentence = `The resource principal named ${resource} was not found in the tenant named ${call.tenant.name}.`;
    throw new AadError(500011, "invalid_resource", sentence);
  }
  return {
    token_type: "Bearer",
    expires_in: ACCESS_TOKEN_SECONDS,
    ext_expires_in: ACCESS_TOKEN_SECONDS,
    access_token: await call.context.tokens.appToken(call.tenant, app, audience),
  };
}

interface PersonGrant {
  readonly app: AppRegistration;
  readonly person: Person;
  readonly scopes: readonly string[];
  readonly sid: string;
  readonly nonce: string | null;
  readonly withClientInfo: boolean;
}

async function personTokens({ context, tenant, issuer }: TokenCall, grant: PersonGrant): Promise<unknown> {
  const { app, person, scopes, sid, nonce } = grant;
  const renewable = { tenantId: tenant.id, clientId: app.clientId, oid: person.oid, sid, scopes };
  return {
    token_type: "Bearer",
    scope: scopes.filter((scope) => scope !== "offline_access").join(" "),
    expires_in: ACCESS_TOKEN_SECONDS,
    ext_expires_in: ACCESS_TOKEN_SECONDS,
    access_token: await context.tokens.personToken(tenant, app, { person, audience: graph }),
    ...(scopes.includes("offline_access")
      ? { refresh_token: context.sealer.seal("refresh", renewable, context.now() + refreshDays * day) }
      : {}),
    id_token: await context.tokens.idToken({ tenant, app, person, issuer, nonce, scopes, sid }),
    ...(grant.withClientInfo ? { client_info: clientInfo(tenant.id, person.oid) } : {}),
  };
}

function findPerson(tenant: Tenant, oid: string): Person {
  const person = tenant.people.find((known) => known.oid === oid);
  if (person) return person;
  throw new AadError(50034, "invalid_grant", "The user account does not exist in the directory.");
}

/** A code is good once: `redeemed` remembers those that were used until they would have expired anyway. */
function spend(context: EntraContext, jti: string, expiresAt: number): void {
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
  const opened = context.sealer.open("code", required(form, "code"), {
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
    const sentence = "The reply address does not match the one that was given when the code was asked for.";
    throw new AadError(500112, "invalid_client", sentence);
  }
  const challenge = createHash("sha256").update(required(form, "code_verifier")).digest("base64url");
  if (challenge !== request.codeChallenge) {
    const sentence =
      "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
    throw new AadError(501481, "invalid_grant", sentence);
  }
  spend(context, opened.jti, opened.expiresAt);
  return personTokens(call, {
    app,
    person: findPerson(tenant, oid),
    scopes: request.scopes,
    sid,
    nonce: request.nonce,
    withClientInfo: request.clientInfo || form.get("client_info") === "1",
  });
}

async function byRefreshToken(call: TokenCall): Promise<unknown> {
  const { context, tenant, form } = call;
  const app = authenticateApp(call);
  const text = required(form, "refresh_token");
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
  return personTokens(call, {
    app,
    person: findPerson(tenant, oid),
    scopes,
    sid,
    nonce: null,
    withClientInfo,
  });
}

async function tokensFor(call: TokenCall): Promise<unknown> {
  const grant = required(call.form, "grant_type");
  if (grant === "client_credentials") return byClientCredentials(call);
  if (grant === "authorization_code") return byCode(call);
  if (grant === "refresh_token") return byRefreshToken(call);
  throw new AadError(
    70003,
    "unsupported_grant_type",
    `The app requested an unsupported grant type '${grant}'.`,
  );
}

export interface TokenRequest {
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
