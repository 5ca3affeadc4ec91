import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAzurite, type TestAzurite } from "../../test/azurite.ts";
import { backUp, ModelDisk, manifestOf, newVault, noise, readAll, signal } from "../../test/fixtures.ts";
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

  it("opens a container again with what is in it", async () => {
    await (await open("again")).put("vault.json", [Buffer.from("{}")], signal);
    expect(await (await open("again")).head("vault.json", signal)).toEqual({ name: "vault.json", bytes: 2 });
  });

  it("says that the key is refused, without saying the key", async () => {
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

  it("says that nothing answers", async () => {
    const connectionString = azurite.connectionString.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:9");
    const unreachable = openAzureBlobStore(
      { account: { connectionString }, container: "nobody", maxTries: 1 },
      signal,
    );
    await expect(unreachable).rejects.toMatchObject({ code: "VAULT_UNREACHABLE", retry: "backoff" });
  });

  it("holds a whole vault: backup, read, verify, collect", async () => {
    const { vault, store, index } = await newVault(await open("vault"));
    const disk = new ModelDisk(12 * 1024 * 1024 + 512);
    disk.write(0, noise(3_000_000, 1));
    disk.write(disk.size - 200_000, noise(200_000, 2));
    const first = await backUp(vault, {
      source: disk,
      extents: disk.allocated(),
      delta: "digest-comparison",
      base: null,
    });
    await vault.putManifest(manifestOf(vault, "p1", { ...first, diskBytes: disk.size }), signal);
    const frozen = disk.bytes(0, disk.size);
    disk.takeChanges();
    disk.write(1_000_000, noise(100_000, 3));
    const second = await backUp(vault, {
      source: disk,
      extents: disk.takeChanges(),
      delta: "changed-ranges",
      base: first.root,
    });
    await vault.putManifest(manifestOf(vault, "p2", { ...second, diskBytes: disk.size }), signal);
    expect((await readAll(vault.openDisk(first.root, disk.size))).equals(frozen)).toBe(true);
    expect((await readAll(vault.openDisk(second.root, disk.size))).equals(disk.bytes(0, disk.size))).toBe(
      true,
    );
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
