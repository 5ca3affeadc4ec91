/** Keys in Azure Key Vault: what unwraps, and what each refusal means. */
import { publicEncrypt, randomBytes } from "node:crypto";
import { ClientSecretCredential } from "@azure/identity";
import { KeyClient } from "@azure/keyvault-keys";
import {
  CONTOSO_SUBSCRIPTION_ID,
  ENGINE_PRINCIPAL_ID,
  OWNER_CLIENT_ID,
  OWNER_PRINCIPAL_ID,
} from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type AzureHarness, startAzure } from "../test/harness.ts";
import { parseIdentityEnv } from "./config.ts";
import { createHttpClient } from "./http.ts";
import { createKeyVaultClient } from "./key-vault.ts";

const vault = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: "test-rg", location: "westeurope" };
const vaultUrl = "https://kluis-keys.vault.azure.net";
const address = `${vaultUrl}/keys/kluis`;
const officer = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603";
const encryptionUser = "e147488a-f6f5-4113-8e2d-b22465e65bf6";
const signal = AbortSignal.timeout(60_000);

let harness: AzureHarness;
let keys: KeyClient;
let scope = "";
beforeAll(async () => {
  harness = await startAzure();
  const { fabric, entra, tenantId } = harness.local;
  ({ id: scope } = await fabric.ensureKeyVault({ ...vault, name: "kluis-keys" }));
  await fabric.addRoleAssignment({ principalId: OWNER_PRINCIPAL_ID, scope, roleDefinitionId: officer });
  await fabric.addRoleAssignment({
    principalId: ENGINE_PRINCIPAL_ID,
    scope,
    roleDefinitionId: encryptionUser,
  });
  const { rewrite } = parseIdentityEnv(harness.env);
  const options = { httpClient: createHttpClient(rewrite), disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(tenantId, OWNER_CLIENT_ID, entra.secrets().owner, options);
  keys = new KeyClient(vaultUrl, credential, {
    httpClient: options.httpClient,
    retryOptions: { maxRetries: 0 },
  });
  await keys.createRsaKey("kluis");
});
afterEach(() => harness.local.control.clearFaults());
afterAll(() => harness[Symbol.asyncDispose]());

const client = (limitMs?: number) =>
  createKeyVaultClient(parseIdentityEnv(harness.env), limitMs === undefined ? {} : { limitMs });
const secret = randomBytes(32);

async function wrapped(key = address): Promise<{ keyId: string; bytes: Buffer }> {
  const { keyId, publicKey } = await client().publicKey(key, signal);
  const spki = { key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" } as const;
  return { keyId, bytes: publicEncrypt({ ...spki, oaepHash: "sha256" }, secret) };
}

async function unwrapped(keyId: string, bytes: Uint8Array): Promise<Buffer> {
  return Buffer.from(await client().unwrap(keyId, bytes, signal));
}

async function expectRefusal(reason: string, keyId: string, bytes: Uint8Array): Promise<void> {
  await expect(client().unwrap(keyId, bytes, signal)).rejects.toMatchObject({
    code: "KEY_VAULT_UNUSABLE",
    reason,
    params: { keyVault: "kluis-keys.vault.azure.net" },
  });
}

test("unwraps what was wrapped for the public half, also after a new version", async () => {
  const { keyId, bytes } = await wrapped();
  expect(keyId).toMatch(/^https:\/\/kluis-keys\.vault\.azure\.net\/keys\/kluis\/[0-9a-f]{32}$/);
  await keys.createRsaKey("kluis");
  expect(await unwrapped(keyId, bytes)).toEqual(secret);
  const later = await wrapped();
  expect(later.keyId).not.toBe(keyId);
  await expect(client().unwrap(later.keyId, bytes, signal)).rejects.toThrow(RangeError);
  await expect(client().unwrap(keyId, randomBytes(256), signal)).rejects.toThrow(RangeError);
});

test("an expired key still unwraps; a disabled one does not", async () => {
  const { keyId, bytes } = await wrapped();
  const version = keyId.split("/").at(-1) ?? "";
  await keys.updateKeyProperties("kluis", version, { expiresOn: new Date("2020-01-01") });
  expect(await unwrapped(keyId, bytes)).toEqual(secret);
  await keys.updateKeyProperties("kluis", version, { enabled: false });
  await expectRefusal("disabled", keyId, bytes);
  await keys.updateKeyProperties("kluis", version, { enabled: true });
  expect(await unwrapped(keyId, bytes)).toEqual(secret);
});

test("a deleted key is missing until it is recovered, and its name is taken", async () => {
  await keys.createRsaKey("gone");
  const { keyId, bytes } = await wrapped(`${vaultUrl}/keys/gone`);
  await keys.beginDeleteKey("gone");
  await expectRefusal("missing", keyId, bytes);
  await expect(keys.createRsaKey("gone")).rejects.toMatchObject({ statusCode: 409 });
  await keys.beginRecoverDeletedKey("gone");
  expect(await unwrapped(keyId, bytes)).toEqual(secret);
});

test("refusals of Key Vault say what is wrong", async () => {
  const { keyId, bytes } = await wrapped();
  const { control, fabric } = harness.local;
  await control.addFault({
    match: { operation: "keyvault.unwrapKey" },
    times: 1,
    effect: { type: "throttle", retryAfterSeconds: 7 },
  });
  await expect(client().unwrap(keyId, bytes, signal)).rejects.toMatchObject({
    reason: "throttled",
    retryAfterMs: 7000,
  });
  await control.addFault({
    match: { operation: "keyvault.unwrapKey" },
    times: 1,
    effect: { type: "fail", status: 503 },
  });
  await expectRefusal("no-answer", keyId, bytes);
  await control.addFault({ match: { operation: "keyvault.unwrapKey" }, times: 1, effect: { type: "drop" } });
  await expectRefusal("no-answer", keyId, bytes);
  await control.addFault({ match: { operation: "keyvault.unwrapKey" }, times: 1, effect: { type: "hang" } });
  await expect(client(50).unwrap(keyId, bytes, signal)).rejects.toMatchObject({ reason: "no-answer" });
  const closed = await fabric.ensureKeyVault({ ...vault, name: "kluis-keys" });
  closed.publicNetworkAccess = "Disabled";
  await expectRefusal("network", keyId, bytes);
  closed.publicNetworkAccess = "Enabled";
  await control.removeRoleAssignments(ENGINE_PRINCIPAL_ID);
  await expectRefusal("forbidden", keyId, bytes);
  await fabric.addRoleAssignment({
    principalId: ENGINE_PRINCIPAL_ID,
    scope,
    roleDefinitionId: encryptionUser,
  });
  const other = keyId.replace("kluis-keys", "other-keys");
  await expect(client().unwrap(other, bytes, signal)).rejects.toMatchObject({ reason: "no-answer" });
});

test("a right to unwrap alone is enough; only the public half needs the right to read", async () => {
  const { keyId, bytes } = await wrapped();
  await harness.local.control.removeRoleAssignments(ENGINE_PRINCIPAL_ID);
  await harness.local.fabric.addCustomRole({
    name: "b1c4b1a0-1f7e-4e5a-8f6e-2a1b3c4d5e6f",
    roleName: "Unwrap only",
    assignableScopes: ["/"],
    permissions: [{ dataActions: ["Microsoft.KeyVault/vaults/keys/unwrap/action"] }],
  });
  const roleDefinitionId = "b1c4b1a0-1f7e-4e5a-8f6e-2a1b3c4d5e6f";
  await harness.local.fabric.addRoleAssignment({ principalId: ENGINE_PRINCIPAL_ID, scope, roleDefinitionId });
  expect(await unwrapped(keyId, bytes)).toEqual(secret);
  await expect(client().publicKey(address, signal)).rejects.toMatchObject({ reason: "forbidden" });
});
