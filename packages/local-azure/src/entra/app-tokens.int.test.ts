import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ClientSecretCredential, ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import {
  CONTOSO_TENANT_ID,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  FABRIKAM_ENGINE_CLIENT_ID,
  FABRIKAM_TENANT_ID,
  MANAGED_IDENTITY_PRINCIPAL_ID,
  OWNER_CLIENT_ID,
  ownerPrincipalOf,
} from "./directory.ts";
import { type EntraHarness, loginOverLoopback, startEntra } from "./test/local-entra.ts";

const arm = "https://management.azure.com";
const secretsFile = z.looseObject({
  clientIds: z.record(z.string(), z.string()).optional(),
  clientSecrets: z.record(z.string(), z.string()),
});
let harness: EntraHarness;

beforeAll(async () => {
  harness = await startEntra();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await harness[Symbol.asyncDispose]();
});

function engine(
  options: { tenant?: string; clientId?: string; secret?: string } = {},
): ClientSecretCredential {
  return new ClientSecretCredential(
    options.tenant ?? CONTOSO_TENANT_ID,
    options.clientId ?? ENGINE_CLIENT_ID,
    options.secret ?? harness.entra.secrets().engine,
    {
      authorityHost: "https://login.microsoftonline.com",
      disableInstanceDiscovery: true,
      httpClient: loginOverLoopback(harness.url),
      retryOptions: { maxRetries: 0 },
    },
  );
}

async function engineToken(scope = `${arm}/.default`): Promise<string> {
  const token = await engine().getToken(scope);
  return token.token;
}

describe("tokens for the engine", () => {
  test("ClientSecretCredential gets a token that ARM accepts", async () => {
    const claims = await harness.entra.verifyAccessToken(await engineToken(), arm);
    expect(claims).toMatchObject({
      tid: CONTOSO_TENANT_ID,
      oid: ENGINE_PRINCIPAL_ID,
      appid: ENGINE_CLIENT_ID,
    });
  });

  test("ManagedIdentityCredential gets a token from the metadata endpoint", async () => {
    vi.stubEnv("AZURE_POD_IDENTITY_AUTHORITY_HOST", harness.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const token = await new ManagedIdentityCredential().getToken(`${arm}/.default`);
    const claims = await harness.entra.verifyAccessToken(token.token, arm);
    expect(claims.oid).toBe(MANAGED_IDENTITY_PRINCIPAL_ID);
  });

  test("the metadata endpoint requires its header and refuses other identities", async () => {
    const path = `${harness.url}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(arm)}`;
    expect((await fetch(path)).status).toBe(400);
    const other = await fetch(`${path}&client_id=${ENGINE_CLIENT_ID}`, { headers: { metadata: "true" } });
    expect(await other.json()).toMatchObject({ error_description: "Identity not found" });
  });

  test.each([
    [{ secret: "wrong" }, "AADSTS7000215"],
    [{ clientId: FABRIKAM_ENGINE_CLIENT_ID }, "AADSTS700016"],
    [{ tenant: "99999999-9999-4999-8999-999999999999" }, "AADSTS90002"],
  ])("%j is refused with %s", async (options, words) => {
    await expect(engine(options).getToken(`${arm}/.default`)).rejects.toThrow(words);
  });

  test("a token for an unknown resource is refused", async () => {
    await expect(engineToken("https://nowhere.example/.default")).rejects.toThrow("AADSTS500011");
  });
});

describe("verifyAccessToken", () => {
  const reason = (token: string, audience = arm) =>
    harness.entra.verifyAccessToken(token, audience).then(
      () => "accepted",
      (error: unknown) => (error instanceof Error && "reason" in error ? error.reason : error),
    );

  test("refuses another audience", async () => {
    expect(await reason(await engineToken("https://storage.azure.com/.default"))).toBe("audience");
  });

  test("refuses a token of another installation", async () => {
    await using other = await startEntra();
    const foreign = new ClientSecretCredential(
      CONTOSO_TENANT_ID,
      ENGINE_CLIENT_ID,
      other.entra.secrets().engine,
      { disableInstanceDiscovery: true, httpClient: loginOverLoopback(other.url) },
    );
    const { token } = await foreign.getToken(`${arm}/.default`);
    expect(await reason(token)).toBe("signature");
  });

  test("refuses a changed token, an empty token and the algorithm 'none'", async () => {
    const [head, body = "", signature] = (await engineToken()).split(".");
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString());
    const changed = Buffer.from(JSON.stringify({ ...Object(claims), tid: FABRIKAM_TENANT_ID })).toString(
      "base64url",
    );
    expect(await reason(`${head}.${changed}.${signature}`)).toBe("signature");
    expect(await reason("")).toBe("malformed");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    expect(await reason(`${none}.${body}.`)).toBe("malformed");
  });

  test("refuses a token after one hour", async () => {
    const token = await engineToken();
    harness.clock.nowMs += 3_601_000;
    expect(await reason(token)).toBe("expired");
  });
});

test("a token for either name of Resource Manager is accepted by it", async () => {
  const audience = async (scope: string): Promise<string> =>
    (await harness.entra.verifyAccessToken(await engineToken(scope), arm)).aud;
  expect(await audience("https://management.core.windows.net//.default")).toBe(
    "https://management.core.windows.net/",
  );
  expect(await audience("https://management.core.windows.net/.default")).toBe(
    "https://management.core.windows.net",
  );
  expect(await audience("https://management.azure.com//.default")).toBe(`${arm}/`);
});

test("the Owner app signs in to both tenants", async () => {
  const secret = harness.entra.secrets().owner;
  for (const tenant of [CONTOSO_TENANT_ID, FABRIKAM_TENANT_ID]) {
    const { token } = await engine({ tenant, clientId: OWNER_CLIENT_ID, secret }).getToken(`${arm}/.default`);
    const claims = await harness.entra.verifyAccessToken(token, arm);
    expect([claims.tid, claims.oid]).toEqual([tenant, ownerPrincipalOf(tenant)]);
  }
});

describe("secrets", () => {
  test("a file without the Owner app gains it and keeps the rest", async () => {
    await using older = await startEntra();
    const path = join(older.dataDir, "entra", "secrets.json");
    const { clientIds: _, ...file } = secretsFile.parse(JSON.parse(await readFile(path, "utf8")));
    const { owner: __, ...clientSecrets } = file.clientSecrets;
    await writeFile(path, JSON.stringify({ ...file, clientSecrets }));
    await using again = await startEntra(older.dataDir);
    const upgraded = secretsFile.parse(JSON.parse(await readFile(path, "utf8")));
    expect(upgraded).toMatchObject({ ...file, clientSecrets, clientIds: { owner: OWNER_CLIENT_ID } });
    expect(again.entra.secrets().owner).toBe(upgraded.clientSecrets["owner"]);
    expect(upgraded.clientIds?.["engine"]).toBe(ENGINE_CLIENT_ID);
  });

  test("survive a restart in a file that only the owner can read", async () => {
    await using again = await startEntra(harness.dataDir);
    expect(again.entra.secrets()).toEqual(harness.entra.secrets());
    const file = await stat(join(harness.dataDir, "entra", "secrets.json"));
    expect(file.mode & 0o777).toBe(0o600);
    expect((await stat(join(harness.dataDir, "entra"))).mode & 0o777).toBe(0o700);
  });
});
