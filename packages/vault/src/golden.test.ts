import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sha256, signal, testKeys } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { MemoryChunkIndex, openVault } from "./index.ts";

const goldenSchema = z.strictObject({
  version: z.literal(1),
  key: z.string(),
  vaultId: z.uuid(),
  points: z.record(
    z.string(),
    z.strictObject({
      extents: z.array(z.strictObject({ offset: z.number(), length: z.number(), sha256: z.string() })),
      rootDigest: z.string(),
      manifestDigest: z.string(),
      diskBytes: z.number(),
    }),
  ),
  objects: z.record(z.string(), z.base64()),
});

async function loadGolden(file: string) {
  const text = await readFile(join(import.meta.dirname, "../test/vectors", file), "utf8");
  const golden = goldenSchema.parse(JSON.parse(text));
  const store = new MemoryStore();
  for (const [name, bytes] of Object.entries(golden.objects))
    store.objects.set(name, Buffer.from(bytes, "base64"));
  return { golden, store };
}

describe.each(["vault-v1.json", "history-v1.json"])("the golden vault %s", (file) => {
  it("opens, and every point reads as written", async () => {
    const { golden, store } = await loadGolden(file);
    const vault = await openVault({ store, keys: testKeys(golden.key), signal });
    expect(vault.id).toBe(golden.vaultId);
    const listed = await Array.fromAsync(vault.listManifests(signal));
    expect(listed.map(({ pointId }) => pointId).sort()).toEqual(Object.keys(golden.points).sort());
    for (const [pointId, expected] of Object.entries(golden.points)) {
      const { manifest, digest } = await vault.getManifest(pointId, signal);
      expect(digest).toBe(expected.manifestDigest);
      const [disk] = manifest.disks;
      expect(disk?.rootDigest).toBe(expected.rootDigest);
      const reader = vault.openDisk(disk?.root ?? null, expected.diskBytes);
      const extents = [];
      for await (const { offset, length } of reader.extents(signal)) {
        extents.push({ offset, length, sha256: sha256(await reader.read(offset, length, signal)) });
      }
      expect(extents).toEqual(expected.extents);
      expect(await vault.verifyPoint(pointId, { mode: "full", signal })).toMatchObject({ ok: true });
    }
  });

  it("rebuilds its index from its packs", async () => {
    const { golden, store } = await loadGolden(file);
    const vault = await openVault({ store, keys: testKeys(golden.key), signal });
    const found = await vault.rebuildIndex(new MemoryChunkIndex(), signal);
    expect(found.packs).toBe(store.packs().length);
    expect(found.chunks).toBeGreaterThan(3);
  });
});
