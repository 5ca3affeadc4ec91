/** Makes the golden vault of a format version. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransferLimits, createVault, SEGMENT_BYTES } from "../../src/index.ts";
import { backUp, clock, ModelDisk, manifestOf, noise, sha256, signal, testKeys } from "../fixtures.ts";
import { MemoryStore } from "../memory-store.ts";

/**
 * Makes the golden vault of the current format version: `node packages/vault/test/vectors/make.ts`. Run it once per version
 * and never again: with the golden vault a build proves that it still reads the vaults of older builds.
 */
const DISK_BYTES = SEGMENT_BYTES + 3 * 1024 * 1024 + 4608;

const store = new MemoryStore();
const limits = createTransferLimits({ packBytes: 64 * 1024 });
const vault = await createVault({ store, keys: testKeys("golden"), limits, clock, signal });
const disk = new ModelDisk(DISK_BYTES);
disk.write(70_000, Buffer.alloc(300_000, "Kluis keeps what is compressible small. "));
disk.write(SEGMENT_BYTES - 5000, noise(20_000, 1));
disk.write(DISK_BYTES - 1000, noise(1000, 2));
const points: Record<
  string,
  {
    extents: { offset: number; length: number; sha256: string }[];
    rootDigest: string;
    manifestDigest: string;
    diskBytes: number;
  }
> = {};

async function take(pointId: string, base: Awaited<ReturnType<typeof backUp>> | null) {
  const changes = disk.takeChanges();
  const sealed = await backUp(vault, {
    source: disk,
    extents: base === null ? disk.allocated() : changes,
    delta: base === null ? "digest-comparison" : "changed-ranges",
    base: base?.root ?? null,
  });
  const { digest } = await vault.putManifest(
    manifestOf(vault, pointId, { ...sealed, diskBytes: DISK_BYTES }),
    signal,
  );
  const extents = [];
  for await (const { offset, length } of vault.openDisk(sealed.root, DISK_BYTES).extents(signal)) {
    extents.push({ offset, length, sha256: sha256(disk.bytes(offset, length)) });
  }
  points[pointId] = {
    extents,
    rootDigest: sealed.rootDigest,
    manifestDigest: digest,
    diskBytes: DISK_BYTES,
  };
  return sealed;
}

const first = await take("first", null);
disk.write(200_000, noise(3000, 3));
disk.clear(SEGMENT_BYTES, 65_536);
await take("second", first);

const objects = Object.fromEntries(
  [...store.objects].map(([name, bytes]) => [name, bytes.toString("base64")]),
);
const golden = { version: 1, key: "golden", vaultId: vault.id, points, objects };
await writeFile(join(import.meta.dirname, "vault-v1.json"), `${JSON.stringify(golden, null, 2)}\n`);
