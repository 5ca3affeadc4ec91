/** Access and id tokens: how they are signed, and how access tokens are checked. */
import { createHash, createPublicKey, randomUUID } from "node:crypto";
import { errors, importJWK, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { AppRegistration, Tenant, User } from "./directory.ts";
import { findTenant } from "./directory.ts";
import type { SigningKey } from "./secrets.ts";

export const ACCESS_TOKEN_SECONDS = 3600;
/** Most groups in a JWT. */
const GROUPS_IN_TOKEN = 200;
const GRAPH = "https://graph.microsoft.com";
/** Tokens are valid from this long before they are issued: clocks differ. */
const NOT_BEFORE_SLACK_SECONDS = 300;

/** Resources for which tokens are issued; other resources are unknown (AADSTS500011). */
const audiences = [
  "https://management.azure.com",
  "https://management.core.windows.net",
  "https://storage.azure.com",
  "https://disk.azure.com",
  "https://vault.azure.net",
  GRAPH,
];

/** Resource Manager accepts tokens of its older name too; the Azure CLI still requests those. */
const armAudiences = ["https://management.core.windows.net", "https://management.azure.com"];

/**
 * The audience of a resource or of its `/.default` scope; null when it is unknown. A resource with
 * a trailing slash, `https://management.core.windows.net//.default`, keeps it.
 */
export function audienceOf(resourceOrScope: string): string | null {
  const resource = resourceOrScope.replace(/\/(\.default|user_impersonation)$/, "").toLowerCase();
  return audiences.includes(resource.replace(/\/+$/, "")) ? resource.replace(/\/+$/, "/") : null;
}

/** All spellings of an audience that the resource accepts. */
function acceptedAudiences(audience: string): string[] {
  const wanted = audience.replace(/\/+$/, "").toLowerCase();
  const names = armAudiences.includes(wanted) ? armAudiences : [wanted];
  return names.flatMap((name) => [`${name}/`, name]);
}

const claimsSchema = z.object({
  aud: z.string(),
  iss: z.string(),
  tid: z.string(),
  oid: z.string(),
  appid: z.string(),
  idtyp: z.enum(["app", "user"]),
  sub: z.string(),
  exp: z.number(),
  /** User name; absent in tokens of apps. */
  upn: z.string().optional(),
  /** Id of the token. */
  uti: z.string().optional(),
  roles: z.array(z.string()).optional(),
});

/** The claims of an access token. Role assignments name its `oid`. */
export type AccessClaims = z.infer<typeof claimsSchema>;

/** An access token that is not accepted. Its message goes into WWW-Authenticate. */
export class TokenRefused extends Error {
  readonly reason: "malformed" | "signature" | "expired" | "audience" | "issuer";

  constructor(reason: TokenRefused["reason"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TokenRefused";
    this.reason = reason;
  }
}

/**
 * The groups of a user. More than fit in a token are left out, with a pointer to where they can be read:
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim
 */
function groupClaims(tenant: Tenant, user: User): Record<string, unknown> {
  if (tenant.groupsClaim === false) return {};
  if (user.groups.length <= GROUPS_IN_TOKEN) return { groups: user.groups };
  const endpoint = `${GRAPH}/v1.0/users/${user.oid}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}

/** Pairwise subject, as in Entra: a user has a different `sub` in each app. */
function pairwiseSubject(oid: string, clientId: string): string {
  return createHash("sha256").update(`${oid}|${clientId}`).digest("base64url");
}

interface IdTokenInput {
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly user: User;
  readonly issuer: string;
  readonly nonce: string | null;
  readonly scopes: readonly string[];
  readonly sid: string;
}

export class TokenFactory {
  readonly #key: SigningKey;
  readonly #now: () => number;

  constructor(key: SigningKey, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  /** The public key, as the key endpoint returns it. */
  jwks(): { keys: Record<string, unknown>[] } {
    const { kty, kid, n, e } = this.#key;
    return { keys: [{ kty, use: "sig", alg: "RS256", kid, x5t: kid, n, e }] };
  }

  async idToken(input: IdTokenInput): Promise<string> {
    const { tenant, app, user, nonce } = input;
    return this.#sign({
      aud: app.clientId,
      iss: input.issuer,
      ver: "2.0",
      tid: tenant.id,
      sub: pairwiseSubject(user.oid, app.clientId),
      sid: input.sid,
      ...(nonce === null ? {} : { nonce }),
      ...(input.scopes.includes("profile")
        ? { oid: user.oid, name: user.name, preferred_username: user.userName, ...groupClaims(tenant, user) }
        : {}),
      ...(input.scopes.includes("email") ? { email: user.email } : {}),
    });
  }

  /** A token for an app (client credentials, managed identity), in the v1 format that ARM gets. */
  async appToken(tenant: Tenant, app: AppRegistration, audience: string): Promise<string> {
    return this.#sign({
      aud: audience,
      iss: issuerOf(tenant.id),
      ver: "1.0",
      tid: tenant.id,
      oid: app.principalId,
      sub: app.principalId,
      appid: app.clientId,
      idtyp: "app",
      ...(audience.startsWith(GRAPH) && app.graph !== undefined && { roles: app.graph }),
    });
  }

  /** A token for a signed-in user. The portal does not use it, but MSAL requires one. */
  async userToken(
    tenant: Tenant,
    app: AppRegistration,
    rest: { user: User; audience: string },
  ): Promise<string> {
    return this.#sign({
      aud: rest.audience,
      iss: issuerOf(tenant.id),
      ver: "1.0",
      tid: tenant.id,
      oid: rest.user.oid,
      sub: pairwiseSubject(rest.user.oid, app.clientId),
      appid: app.clientId,
      idtyp: "user",
      upn: rest.user.userName,
    });
  }

  /**
   * Checks the signature (RS256), the times, the audience (with or without a trailing slash), and
   * that the issuer is the tenant that the token names. @throws TokenRefused
   */
  async verifyAccessToken(token: string, audience: string): Promise<AccessClaims> {
    const wanted = acceptedAudiences(audience);
    const key = createPublicKey({ key: { ...this.jwks().keys[0] }, format: "jwk" });
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["RS256"],
        currentDate: new Date(this.#now()),
        audience: wanted,
        requiredClaims: ["exp", "nbf", "aud", "iss"],
      });
      const claims = claimsSchema.parse(payload);
      const tenant = findTenant(claims.tid);
      if (!tenant || claims.iss !== issuerOf(tenant.id)) {
        throw new TokenRefused("issuer", `The access token's issuer '${claims.iss}' is not the tenant's.`);
      }
      return claims;
    } catch (error) {
      throw refusal(error, { audiences: wanted, now: this.#now() });
    }
  }

  async #sign(claims: Record<string, unknown>): Promise<string> {
    const now = Math.floor(this.#now() / 1000);
    const key = await importJWK({ ...this.#key, alg: "RS256" }, "RS256");
    // Two tokens of one second differ, as in Entra.
    return new SignJWT({ ...claims, uti: randomUUID() })
      .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: this.#key.kid, x5t: this.#key.kid })
      .setIssuedAt(now)
      .setNotBefore(now - NOT_BEFORE_SLACK_SECONDS)
      .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
      .sign(key);
  }
}

function issuerOf(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/** A time as the error of an expired token has it: 6/15/2026 8:22:51 AM. */
function usTime(ms: number): string {
  return new Date(ms)
    .toLocaleString("en-US", { timeZone: "UTC" })
    .replaceAll(/,|\u202f/g, (found) => (found === "," ? "" : " "));
}

function refusal(error: unknown, context: { audiences: readonly string[]; now: number }): TokenRefused {
  if (error instanceof TokenRefused) return error;
  if (error instanceof errors.JWTExpired) {
    const expiry = usTime((error.payload.exp ?? 0) * 1000);
    return new TokenRefused(
      "expired",
      `The access token expiry UTC time '${expiry}' is earlier than current UTC time '${usTime(context.now)}'.`,
      error,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud") {
    const allowed = context.audiences.map((audience) => `'${audience}'`).join(",");
    return new TokenRefused(
      "audience",
      `The access token has been obtained for wrong audience or resource '${String(error.payload.aud)}'. It should exactly match with one of the allowed audiences ${allowed}.`,
      error,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenRefused("signature", "The access token's signature could not be verified.", error);
  }
  return new TokenRefused("malformed", "The access token is invalid.", error);
}
