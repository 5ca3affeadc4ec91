/** Three identities of a vault that was added: given by the CLI, stored by the API, tested by an engine, read by the portal. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { BlobServiceClient, ContainerSASPermissions } from "@azure/storage-blob";
import { parseEngineEnv, startEngine } from "@kluis/engine";
import { startAzurite } from "@kluis/local-stack/testing";
import { openAzureBlobStore } from "@kluis/vault";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Harness, startHarness, until } from "../test/harness.ts";

const container = "least-rights";
const forbidden = { code: "AZURE_FORBIDDEN" };
const signal = AbortSignal.timeout(180_000);
let harness: Harness;
let azurite: Awaited<ReturnType<typeof startAzurite>>;
let engine: Awaited<ReturnType<typeof startEngine>>;
beforeAll(async () => {
  harness = await startHarness();
  const { world } = harness;
  await world.stopEngine();
  azurite = await startAzurite({ dataDir: path.join(harness.folder, "azurite") });
  await serviceOf().getContainerClient(container).create();
  const env = {
    DATABASE_URL: world.database.url,
    KLUIS_VAULT_KIND: "folder",
    KLUIS_VAULT_FOLDER: path.join(world.folder, "vault"),
    KLUIS_VAULT_KEY_FILE: path.join(world.folder, "vault-key.json"),
    KLUIS_SECRETS_KEY_FILE: path.join(world.folder, "secrets-key"),
    KLUIS_LOG_LEVEL: "error",
  };
  engine = await startEngine(parseEngineEnv(env), { recurring: false });
});
afterAll(async () => {
  await engine.stop();
  await azurite.stop();
  await harness[Symbol.asyncDispose]();
});

function serviceOf(): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(azurite.connectionString);
}

const signatures: string[] = [];

/** r: read, c: create, l: list, d: delete; no w, so that nothing can be replaced. */
async function connectionWith(permissions: string): Promise<string> {
  const url = await serviceOf()
    .getContainerClient(container)
    .generateSasUrl({
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
  const { origin, pathname, search } = new URL(url);
  signatures.push(/[?&]sig=([^&]+)/u.exec(search)?.[1] ?? "");
  return `BlobEndpoint=${origin}/${pathname.split("/")[1] ?? ""};SharedAccessSignature=${search.slice(1)}`;
}

const broken = (connection: string): string => connection.replace(/sig=[^&;]+/u, "sig=AAAA");

/** Gives the three connection strings by `vaults rotate`. Returns what the engine's test found. */
async function rotate(given: {
  readonly writer: string;
  readonly collector?: string;
  readonly reader?: string;
}) {
  const options: string[] = [];
  const names = { writer: "secret", collector: "collector-secret", reader: "reader-secret" } as const;
  for (const key of ["writer", "collector", "reader"] as const) {
    const connection = given[key];
    if (connection === undefined) continue;
    const file = path.join(harness.folder, key);
    await writeFile(file, connection, { mode: 0o600 });
    options.push(`--${names[key]}-file`, file);
  }
  const { err } = await harness.kluis("owner", "vaults", "rotate", "least", ...options, "--no-wait");
  expect(err).toBe("");
  return tested();
}

async function tested(): Promise<readonly (readonly [string, string | undefined])[]> {
  const owner = await harness.world.as("owner");
  const find = async () => (await owner.vaults.list()).find(({ name }) => name === "least");
  await until(async () => (await find())?.test.pending === false);
  const checks = (await find())?.test.result?.checks ?? [];
  return checks.map(({ check, error }) => [check, error?.code] as const);
}

const all = ["reach", "key", "write", "conditional", "read", "clock", "delete"];
const passed = all.map((check) => [check, undefined] as const);

test("the writer cannot delete, the collector alone does, and the portal uses the reader alone", async () => {
  const { world } = harness;
  const { prisma } = world.api.db;
  const [writer, collector, reader] = await Promise.all(["rcl", "d", "rl"].map(connectionWith));
  if (writer === undefined || collector === undefined || reader === undefined) throw new Error("no strings");
  const file = path.join(harness.folder, "writer");
  await writeFile(file, writer, { mode: 0o600 });
  const place = ["--container", container, "--secret-file", file, "--no-wait"];
  expect((await harness.kluis("owner", "vaults", "add", "least", ...place)).err).toBe("");
  expect((await tested()).at(-1)).toEqual(["delete", "AZURE_FORBIDDEN"]);
  expect(await rotate({ writer, collector, reader })).toEqual(passed);

  // The portal refuses first, and the storage would refuse it.
  const { id } = await prisma.vault.findFirstOrThrow({ where: { name: "least" } });
  const { store } = await world.api.vaults.keyPlace(prisma, id);
  await expect(store.put("checks/x", [Buffer.from("x")], signal)).rejects.toMatchObject({ code: "INTERNAL" });
  await expect(store.delete("vault.json", signal)).rejects.toMatchObject({ code: "INTERNAL" });
  const account = { connectionString: reader };
  const raw = await openAzureBlobStore({ account, container, maxTries: 1, createContainer: false }, signal);
  await expect(raw.put("checks/x", [Buffer.from("x")], signal)).rejects.toMatchObject(forbidden);
  await expect(raw.delete("vault.json", signal)).rejects.toMatchObject(forbidden);

  // Only the reader's opens the vault for the portal, and only the others' for the engine.
  const owner = await world.as("owner");
  expect(await rotate({ writer: broken(writer), collector: broken(collector), reader })).toMatchObject([
    ["reach", expect.stringMatching(/AZURE/u)],
  ]);
  expect((await owner.vaultKeys.list({ vault: "least" })).keys).toHaveLength(1);
  expect(await rotate({ writer, collector, reader: broken(reader) })).toEqual(passed);
  await expect(owner.vaultKeys.list({ vault: "least" })).rejects.toThrow(/./u);

  // Each role is needed: without the collector the writer tries to delete, and may not.
  expect((await rotate({ writer, reader })).at(-1)).toEqual(["delete", "AZURE_FORBIDDEN"]);

  // No secret is in what others read.
  const shown = await harness.kluis("owner", "vaults", "show", "least", "--json");
  const stored = [
    await prisma.ledgerEvent.findMany(),
    await prisma.vault.findMany({ omit: { sealedSecret: true } }),
    await prisma.$queryRaw`SELECT payload::text FROM graphile_worker._private_jobs`,
  ];
  const text = JSON.stringify([shown, stored], (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  for (const signature of signatures) {
    expect(text).not.toContain(signature);
    expect(text).not.toContain(decodeURIComponent(signature));
  }
});
