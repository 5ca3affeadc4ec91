import { ConfidentialClientApplication, CryptoProvider } from "@azure/msal-node";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONTOSO_TENANT_ID, FABRIKAM_TENANT_ID, groups, PORTAL_CLIENT_ID, users } from "./directory.ts";
import { type EntraHarness, pickAccount, startEntra } from "./test/local-entra.ts";

const redirectUri = "http://localhost:3000/auth/callback";
const scopes = ["openid", "profile", "email", "offline_access"];
let harness: EntraHarness;

beforeAll(async () => {
  harness = await startEntra();
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

async function msal(secret = harness.entra.secrets().portal) {
  const own = `${harness.url}/${CONTOSO_TENANT_ID}`;
  const metadata: unknown = await (await fetch(`${own}/v2.0/.well-known/openid-configuration`)).json();
  return new ConfidentialClientApplication({
    auth: {
      clientId: PORTAL_CLIENT_ID,
      clientSecret: secret,
      authority: `https://login.kluis.invalid/${CONTOSO_TENANT_ID}`,
      knownAuthorities: ["login.kluis.invalid"],
      authorityMetadata: JSON.stringify(metadata),
    },
  });
}

async function start() {
  const app = await msal();
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const url = await app.getAuthCodeUrl({
    scopes,
    redirectUri,
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
    state: "the-state",
    nonce: "the-nonce",
  });
  return { app, verifier, url };
}

describe("sign-in through MSAL", () => {
  test("one click signs a demo user in; the id token verifies and names the groups", async () => {
    const { app, verifier, url } = await start();
    const back = await pickAccount(url, { oid: users.bram.oid });
    expect(back.origin + back.pathname).toBe(redirectUri);
    expect(back.searchParams.get("state")).toBe("the-state");
    const code = back.searchParams.get("code") ?? "";
    const result = await app.acquireTokenByCode(
      { scopes, redirectUri, code, codeVerifier: verifier, state: "the-state", nonce: "the-nonce" },
      { code, state: "the-state" },
    );
    expect(result.account?.homeAccountId).toBe(`${users.bram.oid}.${CONTOSO_TENANT_ID}`);
    expect(result.account?.username).toBe("bram@contoso.example");

    const keys = createRemoteJWKSet(new URL(`${harness.url}/${CONTOSO_TENANT_ID}/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(result.idToken, keys, {
      issuer: `${harness.url}/${CONTOSO_TENANT_ID}/v2.0`,
      audience: PORTAL_CLIENT_ID,
    });
    expect(payload).toMatchObject({
      oid: users.bram.oid,
      tid: CONTOSO_TENANT_ID,
      name: "Bram Backup-Admin",
      email: "bram@contoso.example",
      nonce: "the-nonce",
      groups: [groups.commerceAdmins.id],
      ver: "2.0",
    });

    if (result.account === null) throw new Error("no account");
    const renewed = await app.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true });
    expect(renewed.idTokenClaims).toMatchObject({ oid: users.bram.oid });
  });

  test("a code can be redeemed once, and only with its verifier", async () => {
    const { app, verifier, url } = await start();
    const back = await pickAccount(url, { oid: users.ada.oid });
    const code = back.searchParams.get("code") ?? "";
    const redeem = (codeVerifier: string) =>
      app.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier, nonce: "the-nonce" });
    await expect(redeem("x".repeat(43))).rejects.toThrow("AADSTS501481");
    await expect(redeem(verifier)).resolves.toMatchObject({ uniqueId: users.ada.oid });
    await expect(redeem(verifier)).rejects.toThrow("AADSTS54005");
  });

  test("a code expires after ten minutes", async () => {
    const { app, verifier, url } = await start();
    const back = await pickAccount(url, { oid: users.ada.oid });
    const code = back.searchParams.get("code") ?? "";
    harness.clock.nowMs += 601_000;
    await expect(
      app.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier: verifier, nonce: "the-nonce" }),
    ).rejects.toThrow("AADSTS70008");
  });

  test("Cancel answers the app with access_denied", async () => {
    const { url } = await start();
    const back = await pickAccount(url, { cancel: true });
    expect(back.searchParams.get("error")).toBe("access_denied");
    expect(back.searchParams.get("state")).toBe("the-state");
  });
});

describe("refused requests", () => {
  const authorize = (change: Record<string, string>) => {
    const url = new URL(`${harness.url}/${CONTOSO_TENANT_ID}/oauth2/v2.0/authorize`);
    const fields = {
      client_id: PORTAL_CLIENT_ID,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid profile",
      code_challenge: "c".repeat(43),
      code_challenge_method: "S256",
      ...change,
    };
    url.search = new URLSearchParams(fields).toString();
    return fetch(url, { redirect: "manual" });
  };

  test.each([
    [{ redirect_uri: "https://evil.example/auth/callback" }, "AADSTS50011"],
    [{ redirect_uri: "http://localhost:3000/elsewhere" }, "AADSTS50011"],
    [{ client_id: "no-such-app" }, "AADSTS700016"],
  ])("%j gets a page with %s, never a redirect", async (change, code) => {
    const answer = await authorize(change);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
    expect(await answer.text()).toContain(code);
  });

  test.each([
    [{ code_challenge_method: "plain" }, "invalid_request"],
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ prompt: "none" }, "login_required"],
    [{ scope: "profile" }, "invalid_scope"],
  ])("%j is answered by redirect with %s", async (change, error) => {
    const answer = await authorize(change);
    const location = new URL(answer.headers.get("location") ?? "");
    expect(location.searchParams.get("error")).toBe(error);
  });

  test("a redirect URI may have any port of this machine (RFC 8252)", async () => {
    expect((await authorize({ redirect_uri: "http://127.0.0.1:49152/auth/callback" })).status).toBe(200);
  });

  test("another tenant does not know the portal, and an unknown tenant is refused", async () => {
    const other = await fetch(`${harness.url}/${FABRIKAM_TENANT_ID}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "authorization_code", client_id: PORTAL_CLIENT_ID }),
    });
    expect(await other.json()).toMatchObject({ error: "unauthorized_client", error_codes: [700016] });
    const none = await fetch(`${harness.url}/unknown.example/v2.0/.well-known/openid-configuration`);
    expect(none.status).toBe(400);
    expect(await none.json()).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
  });

  test("a wrong client secret is refused", async () => {
    const app = await msal("not-the-secret");
    await expect(
      app.acquireTokenByClientCredential({ scopes: ["https://management.azure.com/.default"] }),
    ).rejects.toThrow("AADSTS7000215");
  });
});

describe("pages", () => {
  test("the account picker has a strict policy and no script", async () => {
    const { url } = await start();
    const page = await fetch(url);
    const html = await page.text();
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(html).not.toContain("<script");
    for (const user of Object.values(users)) expect(html).toContain(user.name);
  });

  test("sign-out returns to addresses of this machine only", async () => {
    const logout = (target: string) =>
      fetch(
        `${harness.url}/${CONTOSO_TENANT_ID}/oauth2/v2.0/logout?post_logout_redirect_uri=${encodeURIComponent(target)}`,
        { redirect: "manual" },
      );
    expect((await logout("http://localhost:3000/signed-out")).headers.get("location")).toBe(
      "http://localhost:3000/signed-out",
    );
    const refused = await logout("https://evil.example/");
    expect(refused.headers.get("location")).toBeNull();
    expect(await refused.text()).toContain("You signed out");
  });
});
