/** Three identities on one container, with the permissions of shared access signatures. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { BlobServiceClient, ContainerSASPermissions } from "@azure/storage-blob";
import { systemClock } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAzurite, type TestAzurite } from "../../test/azurite.ts";
import { checkStore } from "../check-store.ts";
import { openVaultStore } from "../settings.ts";
import type { BlobStore } from "./port.ts";

const signal = AbortSignal.timeout(120_000);
const container = "roles";
let azurite: TestAzurite;
let folder: string;

beforeAll(async () => {
  azurite = await startAzurite();
  folder = await mkdtemp(path.join(tmpdir(), "kluis-roles-"));
  await serviceOf().getContainerClient(container).create();
});
afterAll(async () => {
  await azurite[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function serviceOf(): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(azurite.connectionString);
}

/** r: read, c: create, l: list, d: delete; no w, so that nothing can be replaced. */
async function connectionWith(permissions: string): Promise<string> {
  const url = await serviceOf()
    .getContainerClient(container)
    .generateSasUrl({
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
  const { origin, search } = new URL(url);
  return `BlobEndpoint=${origin}/vaulttest;SharedAccessSignature=${search.slice(1)}`;
}

async function open(permissions: string, collector?: string): Promise<BlobStore> {
  const connectionString = await connectionWith(permissions);
  const roles = collector === undefined ? {} : { collector: await connectionWith(collector) };
  const keyFile = path.join(folder, "key");
  return openVaultStore(
    { kind: "azure-blob", name: "roles", keyFile, container, connectionString, ...roles },
    signal,
    { maxTries: 1 },
  );
}

const name = () => `packs/aa/${randomBytes(16).toString("hex")}`;
const refused = { code: "AZURE_FORBIDDEN" };

describe("identities with the fewest rights", () => {
  it("writer and collector together do all that a vault needs", async () => {
    const { checks } = await checkStore(await open("rcl", "d"), { clock: systemClock, signal });
    expect(checks.map(({ check, error }) => [check, error?.code])).toEqual(
      ["write", "conditional", "read", "clock", "delete"].map((check) => [check, undefined]),
    );
  });

  it("the writer cannot delete, and a test of the vault says that this right is missing", async () => {
    const writer = await open("rcl");
    const object = name();
    await writer.put(object, [Buffer.from("x")], signal);
    await expect(writer.delete(object, signal)).rejects.toMatchObject(refused);
    expect(await writer.head(object, signal)).toMatchObject({ bytes: 1 });
    const { checks } = await checkStore(writer, { clock: systemClock, signal });
    expect(checks.at(-1)).toMatchObject({ check: "delete", error: refused });
  });

  it("the writer cannot replace an object", async () => {
    const writer = await open("rcl");
    const object = name();
    await writer.put(object, [Buffer.from("first")], signal);
    await expect(writer.put(object, [Buffer.from("other")], signal)).rejects.toMatchObject({
      code: "VAULT_OBJECT_EXISTS",
    });
    expect(Buffer.from(await writer.get(object, { signal })).toString()).toBe("first");
  });

  it("the reader lists and reads, and can neither write nor delete", async () => {
    const object = name();
    await (await open("rcl")).put(object, [Buffer.from("x")], signal);
    const reader = await open("rl");
    expect(Buffer.from(await reader.get(object, { signal })).toString()).toBe("x");
    const names: string[] = [];
    for await (const one of reader.list("packs/", signal)) names.push(one.name);
    expect(names).toContain(object);
    await expect(reader.put(name(), [Buffer.from("x")], signal)).rejects.toMatchObject(refused);
    await expect(reader.delete(object, signal)).rejects.toMatchObject(refused);
  });
});
