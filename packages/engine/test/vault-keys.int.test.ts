/** Keys of a vault through the engine: changes that the portal requests, keys in Azure Key Vault, and strange objects among the slots. */
import { rm } from "node:fs/promises";
import { createHttpClient } from "@kluis/azure";
import { askKeyChange, inTransaction, readKeyChange } from "@kluis/db";
import { engineActor, type KeyChange } from "@kluis/domain";
import {
  CONTOSO_SUBSCRIPTION_ID,
  ENGINE_PRINCIPAL_ID,
  OWNER_CLIENT_ID,
  OWNER_PRINCIPAL_ID,
} from "@kluis/local-azure";
import { createRecoveryKey, openVault } from "@kluis/vault";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { parseEngineEnv } from "../src/env.ts";
import { checkKeys } from "../src/vault-keys/check.ts";
import { GROUP, MIB, random, standardPolicy, World } from "./world.ts";

const officer = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603";
const encryptionUser = "e147488a-f6f5-4113-8e2d-b22465e65bf6";
const keyVaultUrl = "https://kluis-keys.vault.azure.net";
const address = `${keyVaultUrl}/keys/kluis`;
const signal = AbortSignal.timeout(120_000);

let world: World;
let engine: Engine;
let vaultId = "";
let scope = "";
beforeAll(async () => {
  world = await World.start();
  const { fabric, url, entra, tenantId } = world.stack.localAzure;
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
  ({ id: scope } = await fabric.ensureKeyVault({ ...place, name: "kluis-keys" }));
  await fabric.addRoleAssignment({ principalId: OWNER_PRINCIPAL_ID, scope, roleDefinitionId: officer });
  await grant();
  const http = createHttpClient(
    new Map([
      ["login.microsoftonline.com", url],
      ["*.vault.azure.net", url],
    ]),
  );
  await createKey({ http, tenantId, secret: entra.secrets().owner });
  engine = await world.startEngine();
  vaultId = (await engine.deps.vaults.openDefault()).id;
});
afterAll(() => world.stop());

const grant = () =>
  world.stack.localAzure.fabric.addRoleAssignment({
    principalId: ENGINE_PRINCIPAL_ID,
    scope,
    roleDefinitionId: encryptionUser,
  });

/** Makes the RSA key as its officer does. */
async function createKey(given: {
  readonly http: ReturnType<typeof createHttpClient>;
  readonly tenantId: string;
  readonly secret: string;
}): Promise<void> {
  const { url } = world.stack.localAzure;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: OWNER_CLIENT_ID,
    client_secret: given.secret,
    scope: "https://vault.azure.net/.default",
  });
  const token = await fetch(`${url}/${given.tenantId}/oauth2/v2.0/token`, { method: "POST", body: form });
  const { access_token: bearer } = (await token.json()) as { access_token: string };
  const { default: http } = await import("node:http");
  const made = await new Promise<number>((resolve, reject) => {
    const request = http.request(
      `${url}/keys/kluis/create?api-version=7.4`,
      {
        method: "POST",
        headers: {
          host: "kluis-keys.vault.azure.net",
          authorization: `Bearer ${bearer}`,
          "content-type": "application/json",
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on("error", reject);
    request.end(JSON.stringify({ kty: "RSA" }));
  });
  expect(made).toBe(200);
}

/** As the API does: requests a change, and waits until the engine has made it. */
async function change(
  wanted: KeyChange,
): Promise<{ state: string; code: string | null; reason: string | null }> {
  const id = await inTransaction(world.db, (tx) =>
    askKeyChange(tx, { vaultId, change: wanted, actor: engineActor }),
  );
  return world.until("the change of keys", 30_000, async () => {
    const { state, error } = await readKeyChange(world.db.prisma, id);
    return state === "waiting" || state === "running"
      ? null
      : { state, code: error?.code ?? null, reason: error?.reason ?? null };
  });
}

const keys = () =>
  world.db.prisma.vaultKey.findMany({
    where: { vaultId },
    select: { kind: true, label: true, provenAt: true, provenBy: true },
    orderBy: { addedAt: "asc" },
  });
const attention = async () =>
  (
    await world.db.prisma.attention.findMany({
      where: { key: { startsWith: "vault-" } },
      orderBy: { key: "asc" },
    })
  ).map(({ kind }) => kind);
const holder = (n: number) => n.toString(16).padStart(16, "0");

test("the engine adds a recovery key of which it knows the public half only", async () => {
  const { text, key } = createRecoveryKey();
  const { kind, keyId, publicKey } = key.recipient;
  const wanted = {
    kind: "add",
    holder: holder(1),
    label: "Safe",
    recipient: { kind, keyId, publicKey },
  } as const;
  expect(await change(wanted)).toMatchObject({ state: "done" });
  const { store } = await engine.deps.vaults.open(vaultId);
  await openVault({ store, keys: key, signal });
  expect(await change({ ...wanted, holder: holder(2) })).toMatchObject({
    state: "failed",
    reason: "key-known",
  });
  const tables = await world.db.prisma.$queryRaw<{ text: string }[]>`
    SELECT (SELECT string_agg(c::text, '') FROM "VaultKeyChange" c) || (SELECT string_agg(e::text, '') FROM "LedgerEvent" e) AS text`;
  expect(tables[0]?.text).not.toContain(text.slice(0, 11));
  expect(await attention()).toEqual(["vault-recovery"]);
});

test("a key of Key Vault is added and proven at once; one that cannot be used leaves nothing", async () => {
  const wrong = { kind: "add-key-vault", holder: holder(3), label: "Azure", address: `${address}s` } as const;
  expect(await change(wrong)).toEqual({ state: "failed", code: "KEY_VAULT_UNUSABLE", reason: "missing" });
  expect(await change({ ...wrong, holder: holder(4), address })).toMatchObject({ state: "done" });
  expect(await keys()).toMatchObject([
    { kind: "file" },
    { kind: "recovery", provenAt: null },
    { kind: "key-vault", provenBy: "Kluis" },
  ]);
});

test("backups continue while Key Vault refuses; the attention names it, and ends when it opens the vault again", async () => {
  const image = await world.image("disk", 32 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
  await world.control.removeRoleAssignments(ENGINE_PRINCIPAL_ID);
  await world.stack.localAzure.fabric.addRoleAssignment({
    principalId: ENGINE_PRINCIPAL_ID,
    scope: `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`,
    role: "Owner",
  });
  await checkKeys(engine.deps, signal);
  expect(await world.db.prisma.attention.findFirstOrThrow({ where: { kind: "vault-key" } })).toMatchObject({
    message: expect.stringContaining("kluis-keys.vault.azure.net does not open vault") as string,
    error: { code: "KEY_VAULT_UNUSABLE", reason: "forbidden" },
  });
  // A week later, after restarts, the key file still opens the vault.
  await world.clock.advance({ days: 7 });
  const second = await world.startEngine();
  const { vault } = await second.deps.vaults.open(vaultId);
  expect(vault.keySlots().keys.map(({ kind, isUsed }) => [kind, isUsed])).toContainEqual([
    "key-vault",
    false,
  ]);
  await world.backUp(vmId);
  await change({ kind: "rotate", from: null });
  await grant();
  await checkKeys(engine.deps, signal);
  expect(await attention()).toEqual(["vault-recovery"]);
});

test("without the key file, Key Vault opens the vault for an engine", async () => {
  await rm(parseEngineEnv(world.engineEnv).vault.keyFile);
  const third = await world.startEngine();
  const { vault } = await third.deps.vaults.open(vaultId);
  expect(vault.keyId).toMatch(/^https:\/\/kluis-keys/);
});

test("junk and planted slots are named once, stop nothing, and are forgotten when they are gone", async () => {
  const { store } = await engine.deps.vaults.open(vaultId);
  const junk = ["keys/readme.txt", `keys/${"ab".repeat(16)}.json`];
  for (const name of junk) await store.put(name, [Buffer.from("{}")], signal);
  await checkKeys(engine.deps, signal);
  await checkKeys(engine.deps, signal);
  const events = await world.db.prisma.ledgerEvent.findMany({ where: { kind: "vault.key-slots-strange" } });
  expect(events).toMatchObject([{ data: { objects: junk.toReversed() } }]);
  expect(await attention()).toEqual(["vault-recovery", "vault-slots"]);
  for (const name of junk) await store.delete(name, signal);
  await checkKeys(engine.deps, signal);
  expect(await attention()).toEqual(["vault-recovery"]);
});
