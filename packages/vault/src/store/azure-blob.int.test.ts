import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAzurite, type TestAzurite } from "../../test/azurite.ts";
import {
  changedBackup,
  holds,
  newVault,
  noise,
  noiseDisk,
  putPoint,
  readAll,
  signal,
  takePoint,
} from "../../test/fixtures.ts";
import { storeConformance } from "../../test/store-conformance.ts";
import { openAzureBlobStore } from "./azure-blob.ts";

describe("a store in Azure Blob", () => {
  let azurite: TestAzurite;
  let made = 0;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite[Symbol.asyncDispose]());

  const open = (container: string) =>
    openAzureBlobStore(
      { account: { connectionString: azurite.connectionString }, container, maxTries: 1 },
      signal,
    );

  storeConformance(() => open(`conformance-${made++}`));

  it("opens an existing container with its content", async () => {
    await (await open("again")).put("vault.json", [Buffer.from("{}")], signal);
    expect(await (await open("again")).head("vault.json", signal)).toMatchObject({
      name: "vault.json",
      bytes: 2,
    });
  });

  it("reports a refused key without the key", async () => {
    const wrong = Buffer.alloc(32).toString("base64");
    const connectionString = azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${wrong}`);
    const refused = openAzureBlobStore(
      { account: { connectionString }, container: "refused", maxTries: 1 },
      signal,
    );
    const error: unknown = await refused.then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ code: "AZURE_FORBIDDEN" });
    expect(error).not.toHaveProperty("cause");
    expect(JSON.stringify(error)).not.toContain(wrong);
  });

  it("reports an unreachable service", async () => {
    const connectionString = azurite.connectionString.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:9");
    const unreachable = openAzureBlobStore(
      { account: { connectionString }, container: "unreachable", maxTries: 1 },
      signal,
    );
    await expect(unreachable).rejects.toMatchObject({ code: "VAULT_UNREACHABLE", retry: "backoff" });
  });

  it("holds a whole vault: backup, read, verify, collect", async () => {
    const { vault, store, index } = await newVault(await open("vault"));
    const disk = noiseDisk(12 * 1024 * 1024 + 512, 3_000_000);
    disk.write(disk.size - 200_000, noise(200_000, 2));
    const first = await takePoint(vault, "p1", { disk });
    const frozen = disk.bytes(0, disk.size);
    disk.takeChanges();
    disk.write(1_000_000, noise(100_000, 3));
    const second = await changedBackup(vault, disk, first.root);
    await putPoint(vault, "p2", { disk, backup: second });
    expect((await readAll(vault.openDisk(first.root, disk.size))).equals(frozen)).toBe(true);
    expect(await holds(vault, second.root, disk)).toBe(true);
    expect(await vault.verifyPoint("p2", { mode: "full", signal })).toMatchObject({ ok: true, problems: [] });
    await vault.deleteManifest("p1", signal);
    await vault.deleteManifest("p2", signal);
    const { condemned } = await vault.planCollection({ keep: [], signal });
    index.condemn(condemned);
    const { deleted } = await vault.sweep({ condemned, keep: [], signal });
    expect(deleted.length).toBe(condemned.length);
    expect(await Array.fromAsync(store.list("packs/", signal))).toEqual([]);
  });
});
