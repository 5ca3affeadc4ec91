import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientSecretCredential } from "@azure/identity";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import {
  CONTOSO_TENANT_ID,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  FABRIKAM_ENGINE_CLIENT_ID,
  FABRIKAM_TENANT_ID,
  type SecretName,
  users,
} from "../src/entra/directory.ts";
import { loginOverLoopback } from "../src/entra/test/local-entra.ts";
import { type LocalAzure, startLocalAzure } from "../src/index.ts";
import { containing } from "./matchers.ts";
import { type RawAnswer, rawRequest } from "./raw.ts";

const contoso = "aaaaaaaa-0000-4000-8000-000000000001";
const fabrikam = "bbbbbbbb-0000-4000-8000-000000000002";
let dir = "";
let azure: LocalAzure;

/** Two subscriptions in two tenants. The engine has a role in the first one only. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "local-azure-tenants-"));
  azure = await startLocalAzure({ dataDir: dir });
  await azure.fabric.ensureSubscription({ id: contoso, name: "Contoso", tenantId: CONTOSO_TENANT_ID });
  await azure.fabric.ensureSubscription({ id: fabrikam, name: "Fabrikam", tenantId: FABRIKAM_TENANT_ID });
});
afterAll(async () => {
  await azure.stop();
  await rm(dir, { recursive: true, force: true });
});

const secretsFile = z.object({
  clientIds: z.record(z.string(), z.string()),
  clientSecrets: z.record(z.string(), z.string()),
});

/** An access token that an app gets with its secret from `entra/secrets.json`. */
async function tokenOf(app: SecretName, options: { tenant?: string; scope?: string } = {}): Promise<string> {
  const { clientIds, clientSecrets } = secretsFile.parse(
    JSON.parse(await readFile(join(dir, "entra", "secrets.json"), "utf8")),
  );
  const { tenant = CONTOSO_TENANT_ID, scope = "https://management.azure.com/.default" } = options;
  const credential = new ClientSecretCredential(tenant, clientIds[app] ?? "", clientSecrets[app] ?? "", {
    httpClient: loginOverLoopback(azure.url),
    disableInstanceDiscovery: true,
  });
  return (await credential.getToken(scope)).token;
}

const get = (path: string, token: string): Promise<RawAnswer> => rawRequest(azure.url, path, { token });
const subscriptionIds = z.object({ value: z.array(z.object({ subscriptionId: z.string() })) });
const visible = async (token: string): Promise<string[]> =>
  subscriptionIds
    .parse((await get("/subscriptions?api-version=2022-12-01", token)).body)
    .value.map(({ subscriptionId }) => subscriptionId);

test("the Owner app sees and manages the subscriptions of each tenant", async () => {
  for (const [tenant, id] of [
    [CONTOSO_TENANT_ID, contoso],
    [FABRIKAM_TENANT_ID, fabrikam],
  ] as const) {
    const token = await tokenOf("owner", { tenant });
    expect(await visible(token)).toEqual([id]);
    const lock = `/subscriptions/${id}/providers/Microsoft.Authorization/locks/x?api-version=2016-09-01`;
    const body = { properties: { level: "CanNotDelete" } };
    expect((await rawRequest(azure.url, lock, { method: "PUT", token, body })).status).toBe(201);
    expect((await rawRequest(azure.url, lock, { method: "DELETE", token })).status).toBe(200);
  }
});

test("an app without a role sees no subscription, and cannot read one", async () => {
  const token = await tokenOf("engine");
  expect(await visible(token)).toEqual([]);
  const refused = await get(`/subscriptions/${contoso}?api-version=2022-12-01`, token);
  expect([refused.status, refused.code]).toEqual([403, "AuthorizationFailed"]);
  expect(refused.message).toContain(`The client '${ENGINE_CLIENT_ID}' with object id '`);
  expect(refused.message).toContain(
    `'Microsoft.Resources/subscriptions/read' over scope '/subscriptions/${contoso}' or`,
  );
  expect(refused.headers.get("x-ms-failure-cause")).toBe("gateway");
});

test("a token of the other tenant is refused with the right authority", async () => {
  const token = await tokenOf("fabrikamEngine", { tenant: FABRIKAM_TENANT_ID });
  expect(FABRIKAM_ENGINE_CLIENT_ID).not.toBe(ENGINE_CLIENT_ID);
  const refused = await get(`/subscriptions/${contoso}?api-version=2022-12-01`, token);
  expect(refused).toMatchObject({ status: 401, code: "InvalidAuthenticationTokenTenant" });
  expect(refused.headers.get("www-authenticate")).toEqual(
    containing(`authorization_uri="https://login.windows.net/${CONTOSO_TENANT_ID}"`),
  );
});

test("both names of Resource Manager are audiences; others are refused by name", async () => {
  const older = await tokenOf("owner", { scope: "https://management.core.windows.net//.default" });
  expect(await visible(older)).toEqual([contoso]);
  const wrong = await tokenOf("owner", { scope: "https://storage.azure.com/.default" });
  expect(await get("/subscriptions?api-version=2022-12-01", wrong)).toMatchObject({
    status: 401,
    code: "InvalidAuthenticationTokenAudience",
    message:
      "The access token has been obtained for wrong audience or resource 'https://storage.azure.com'. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.",
  });
});

test("unknown and malformed subscriptions, and missing tokens, have Azure's codes", async () => {
  const token = await tokenOf("owner");
  const path = (id: string): string => `/subscriptions/${id}/resourcegroups?api-version=2022-09-01`;
  expect(await get(path("cccccccc-0000-4000-8000-000000000003"), token)).toMatchObject({
    status: 404,
    code: "SubscriptionNotFound",
  });
  expect(await get(path("x"), token)).toMatchObject({
    status: 400,
    code: "InvalidSubscriptionId",
    message: "The provided subscription identifier 'x' is malformed or invalid.",
  });
  expect(await rawRequest(azure.url, path(contoso), {})).toMatchObject({
    status: 401,
    code: "AuthenticationFailed",
  });
});

test("Graph names principals to a caller of their tenant", async () => {
  const token = await tokenOf("owner", { scope: "https://graph.microsoft.com/.default" });
  const byApp = await get(
    `/v1.0/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '${ENGINE_CLIENT_ID}')`,
    token,
  );
  expect(byApp.body).toMatchObject({ value: [{ id: ENGINE_PRINCIPAL_ID, displayName: "Kluis engine" }] });
  const named = await rawRequest(azure.url, "/v1.0/directoryObjects/getByIds", {
    method: "POST",
    token,
    body: { ids: [ENGINE_PRINCIPAL_ID, users.olivia.oid, "other"] },
  });
  expect(named.body).toMatchObject({
    value: [
      { "@odata.type": "#microsoft.graph.servicePrincipal", appId: ENGINE_CLIENT_ID },
      { "@odata.type": "#microsoft.graph.user", userPrincipalName: users.olivia.userName },
    ],
  });
  expect((await get(`/v1.0/users/${users.olivia.userName}`, token)).status).toBe(200);
  expect((await get("/v1.0/users/none", token)).code).toBe("Request_ResourceNotFound");
  expect((await get("/v1.0/users", await tokenOf("owner"))).status).toBe(401);
});

test("an expired token is refused with both times", async () => {
  const token = await tokenOf("owner");
  await azure.control.advanceClock(3_700_000);
  const refused = await get("/subscriptions?api-version=2022-12-01", token);
  expect([refused.status, refused.code]).toEqual([401, "ExpiredAuthenticationToken"]);
  expect(refused.message).toMatch(
    /^The access token expiry UTC time '\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M' is earlier than current UTC time '\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M'\.$/,
  );
  expect(await visible(await tokenOf("owner"))).toEqual([contoso]);
});
