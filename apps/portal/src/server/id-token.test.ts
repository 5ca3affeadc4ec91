import { isKluisError } from "@kluis/domain";
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { type IdTokenRules, verifyIdToken } from "#server/id-token.ts";

const tenant = "7c3f9b52-4a1e-4c0d-9f27-5d1b6e80a001";
const good: JWTPayload = {
  oid: "person-1",
  tid: tenant,
  nonce: "n-1",
  name: "Olivia Owner",
  preferred_username: "olivia@contoso.example",
  groups: ["g1"],
};
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let stranger: Awaited<ReturnType<typeof generateKeyPair>>;
let rules: IdTokenRules;

beforeAll(async () => {
  keys = await generateKeyPair("RS256", { extractable: true });
  stranger = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "RS256" };
  rules = {
    keys: createLocalJWKSet({ keys: [jwk] }),
    issuer: "https://issuer.example/v2.0",
    audience: "client",
    tenantId: tenant.toUpperCase(),
    nonce: "n-1",
  };
});

interface TokenOptions {
  readonly claims?: JWTPayload;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: number;
  readonly key?: CryptoKey;
}

function token({
  claims = good,
  issuer = "https://issuer.example/v2.0",
  audience = "client",
  ...rest
}: TokenOptions = {}) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "k1" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now - 3600)
    .setExpirationTime(rest.expires ?? now + 3600)
    .sign(rest.key ?? keys.privateKey);
}

describe("verifyIdToken", () => {
  it("returns the user's ids, name and groups", async () => {
    expect(await verifyIdToken(await token(), rules)).toEqual({
      tenantId: tenant,
      objectId: "person-1",
      name: "Olivia Owner",
      username: "olivia@contoso.example",
      groupIds: ["g1"],
      hasMoreGroups: false,
    });
  });

  it("names no groups when the token has none, or points elsewhere", async () => {
    const { groups: _, ...claims } = good;
    for (const rest of [{}, { _claim_names: { groups: "src1" } }, { hasgroups: true }]) {
      const identity = await verifyIdToken(await token({ claims: { ...claims, ...rest } }), rules);
      expect(identity.groupIds).toBeNull();
    }
  });

  it.each<readonly [string, () => TokenOptions]>([
    ["another's signature", () => ({ key: stranger.privateKey })],
    ["another issuer", () => ({ issuer: "https://evil.example" })],
    ["another audience", () => ({ audience: "other" })],
    ["an end in the past", () => ({ expires: Math.floor(Date.now() / 1000) - 600 })],
    ["another nonce", () => ({ claims: { ...good, nonce: "n-2" } })],
    ["another tenant", () => ({ claims: { ...good, tid: "other" } })],
    ["no object id", () => ({ claims: { tid: tenant, nonce: "n-1" } })],
  ])("refuses a token with %s", async (_, options) => {
    const failure: unknown = await verifyIdToken(await token(options()), rules).catch(
      (error: unknown) => error,
    );
    expect(isKluisError(failure, "NOT_SIGNED_IN")).toBe(true);
  });

  it("refuses a token without a signature", async () => {
    const [, body] = (await token()).split(".");
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
    const failure: unknown = await verifyIdToken(none, rules).catch((error: unknown) => error);
    expect(isKluisError(failure, "NOT_SIGNED_IN")).toBe(true);
  });
});
