import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KluisError } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAzureEnv } from "./config.ts";

const tenant = "7c3f9b52-4a1e-4c0d-9f27-5d1b6e80a001";
const client = "8ea47c16-05d9-4b3f-a2e8-619f0c7d1002";
const subscription = "3e6f0c8a-52b7-4d19-a4c3-9f81d27b5001";
let folder: string;
let secretFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-azure-"));
  secretFile = join(folder, "secret");
  await writeFile(secretFile, "s3cret\n");
  await writeFile(join(folder, "empty"), "\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function env(change: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    KLUIS_AZURE_TENANT_ID: tenant,
    KLUIS_AZURE_CLIENT_ID: client,
    KLUIS_AZURE_CLIENT_SECRET_FILE: secretFile,
    KLUIS_AZURE_SUBSCRIPTIONS: subscription,
    ...change,
  };
}

function messageOf(change: Record<string, string | undefined>): string {
  try {
    parseAzureEnv(env(change));
  } catch (error) {
    if (error instanceof KluisError && error.code === "CONFIG_INVALID") return error.message;
    throw error;
  }
  return "accepted";
}

describe("parseAzureEnv", () => {
  test("reads a secret from its file and defaults to Azure's addresses", () => {
    const config = parseAzureEnv(env({ KLUIS_AZURE_SUBSCRIPTIONS: `${subscription}, ${tenant}` }));
    expect(config).toMatchObject({
      tenantId: tenant,
      credential: { kind: "secret", clientId: client, secret: "s3cret" },
      subscriptions: [subscription, tenant],
      armUrl: "https://management.azure.com",
      authorityHost: "https://login.microsoftonline.com",
    });
    expect(config.rewrite.size).toBe(0);
  });

  test("no secret means the machine's managed identity", () => {
    const without = { KLUIS_AZURE_CLIENT_SECRET_FILE: undefined, KLUIS_AZURE_CLIENT_ID: "" };
    expect(parseAzureEnv(env(without)).credential).toEqual({ kind: "managed-identity", clientId: null });
  });

  test("a federated token file means workload identity", () => {
    const change = { KLUIS_AZURE_CLIENT_SECRET_FILE: undefined, KLUIS_AZURE_FEDERATED_TOKEN_FILE: "/token" };
    expect(parseAzureEnv(env(change)).credential).toEqual({
      kind: "workload-identity",
      clientId: client,
      tokenFile: "/token",
    });
  });

  test("redirects public hosts to this machine", () => {
    const text =
      "management.azure.com=http://127.0.0.1:41001, login.microsoftonline.com=http://127.0.0.1:41001/";
    expect([...parseAzureEnv(env({ KLUIS_AZURE_REWRITE: text })).rewrite]).toEqual([
      ["management.azure.com", "http://127.0.0.1:41001"],
      ["login.microsoftonline.com", "http://127.0.0.1:41001"],
    ]);
  });

  test.each([
    [{ KLUIS_AZURE_TENANT_ID: undefined }, "KLUIS_AZURE_TENANT_ID is not set"],
    [{ KLUIS_AZURE_SUBSCRIPTIONS: " , " }, "KLUIS_AZURE_SUBSCRIPTIONS must name at least one subscription"],
    [{ KLUIS_AZURE_STORAGE_VERSION: "newest" }, "KLUIS_AZURE_STORAGE_VERSION must be a version"],
    [{ KLUIS_AZURE_ARM_URL: "http://127.0.0.1:1" }, "KLUIS_AZURE_ARM_URL must be an https:// address"],
    [{ KLUIS_AZURE_REWRITE: "management.azure.com=http://10.0.0.1:80" }, "this machine only"],
    [{ KLUIS_AZURE_CLIENT_SECRET_FILE: "/nowhere/secret" }, "cannot be read"],
    [{ KLUIS_AZURE_CLIENT_ID: undefined }, "KLUIS_AZURE_CLIENT_ID must name the app"],
  ])("rejects %j with the variable's name", (change, words) => {
    expect(messageOf(change)).toContain(words);
  });

  test("rejects an empty secret file", () => {
    expect(messageOf({ KLUIS_AZURE_CLIENT_SECRET_FILE: join(folder, "empty") })).toContain("is empty");
  });
});
