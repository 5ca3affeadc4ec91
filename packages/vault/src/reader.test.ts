/** docs/reader.mjs, which shares no code with this package and was written from docs/vault-format.md, reads what this package writes. */
import { execFile } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  backUp,
  changedBackup,
  clock,
  fullBackup,
  ModelDisk,
  noise,
  putPoint,
  sha256,
  signal,
  smallLimits,
  testKeys,
} from "../test/fixtures.ts";
import { useTempFolder } from "../test/temp-folder.ts";
import {
  addSlot,
  BLOCK_BYTES,
  type BlobStore,
  createFolderStore,
  createRecoveryKey,
  createVault,
  keyVaultRecipient,
  MemoryChunkIndex,
  type NodeRef,
  openVault,
  packName,
  packOfMovedName,
  packOfName,
  rotateKeys,
  SEGMENT_BYTES,
  type Vault,
} from "./index.ts";
import type { PackKind } from "./pack/kind.ts";

const reader = path.join(import.meta.dirname, "../../../docs/reader.mjs");
const vectors = path.join(import.meta.dirname, "../test/vectors");
const run = promisify(execFile);
const MIB = 1024 * 1024;

/** Runs the reader; returns its lines. */
async function read(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [reader, ...args]);
  return stdout.trim().split("\n");
}

/** The key file of `testKeys(name)`. */
async function writeKeyFile(file: string, name: string): Promise<void> {
  const key = createHash("sha256").update(name).digest("base64");
  await writeFile(file, JSON.stringify({ format: "kluis-key", version: 1, key }));
}

const goldenSchema = z.object({
  key: z.string(),
  points: z.record(
    z.string(),
    z.object({
      extents: z.array(z.object({ offset: z.number(), length: z.number(), sha256: z.string() })),
      diskBytes: z.number(),
    }),
  ),
  objects: z.record(z.string(), z.base64()),
});

const at = useTempFolder();

// Each test starts several processes.
describe("the independent reader", { timeout: 180_000 }, () => {
  it("restores every golden vault", async () => {
    const files = (await readdir(vectors)).filter((name) => name.endsWith(".json"));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const golden = goldenSchema.parse(JSON.parse(await readFile(path.join(vectors, file), "utf8")));
      const vault = at(file);
      for (const [name, content] of Object.entries(golden.objects)) {
        await mkdir(path.dirname(path.join(vault, name)), { recursive: true });
        await writeFile(path.join(vault, name), Buffer.from(content, "base64"));
      }
      const key = at(`${file}.key`);
      await writeKeyFile(key, golden.key);
      const verified = await read("verify", vault, "--key", key);
      expect(verified.map((line) => line.replace(/, .*/, ""))).toEqual(
        Object.keys(golden.points)
          .toSorted()
          .map((pointId) => `${pointId}: intact`),
      );
      for (const [pointId, expected] of Object.entries(golden.points)) {
        const to = at(`${pointId}.raw`);
        await read("restore", vault, "--key", key, pointId, "os", to);
        expect((await stat(to)).size).toBe(expected.diskBytes);
        expect(await digestsIn(to, expected.extents)).toEqual(expected.extents);
      }
    }
  });

  it("restores a vault that was written in this run, with a recovery key and after a rotation", async () => {
    const place = at("fresh");
    const store = createFolderStore(place);
    const keys = testKeys("fresh");
    const vault = await createVault({ store, keys, limits: smallLimits(), clock, signal });
    const disk = new ModelDisk(SEGMENT_BYTES + 40 * MIB + 512);
    disk.write(3000, Buffer.alloc(2 * MIB, "compressible "));
    disk.write(SEGMENT_BYTES - 100_000, noise(3 * MIB, 7));
    disk.write(disk.size - 600, randomBytes(600));
    const first = await fullBackup(vault, disk);
    await putPoint(vault, "first", { disk, backup: first });
    const { text, key } = createRecoveryKey();
    const recovery = at("paper.txt");
    await writeFile(recovery, text.toLowerCase().replaceAll("-", "\n"));
    await addSlot({ store, keys, clock, signal }, { recipient: key.recipient, label: "paper" });
    await rotateKeys({ store, keys, clock, signal });
    const before = disk.bytes(0, 4 * MIB);
    disk.takeChanges();
    disk.write(MIB, noise(70_000, 8));
    disk.clear(SEGMENT_BYTES, 2 * MIB);
    // As an engine does it: the keyring of the first one does not have the new epoch.
    const reopened = await openVault({ store, keys, limits: smallLimits(), signal });
    const backup = await changedBackup(reopened, disk, first.root);
    await putPoint(reopened, "second", { disk, backup });
    const other = new ModelDisk(5 * MIB);
    const empty = await backUp(reopened, {
      source: other,
      extents: [],
      delta: "digest-comparison",
      base: null,
    });
    await putPoint(reopened, "zeros", { disk: other, backup: empty });

    const listed = await read("ls", place, "--recovery-key", recovery);
    expect(listed.map((line) => line.split(" ")[0])).toEqual(["first", "second", "zeros"]);
    expect(await read("verify", place, "--recovery-key", recovery)).toHaveLength(3);
    const to = at("fresh.raw");
    await read("restore", place, "--recovery-key", recovery, "second", "os", to);
    expect(await isSame(to, disk)).toBe(true);
    await rm(to);
    await read("restore", place, "--recovery-key", recovery, "first", "os", to);
    const [head] = await digestsIn(to, [{ offset: 0, length: 4 * MIB }]);
    expect(head?.sha256).toBe(sha256(before));
  });

  it("restores from a vault that was compacted twice, and passes over slots in Key Vault", async () => {
    const place = at("compacted");
    const store = createFolderStore(place);
    const keys = testKeys("compacted");
    const vault = await createVault({ store, keys, limits: smallLimits(), clock, signal });
    const disk = new ModelDisk(6 * MIB + 512);
    disk.write(3000, noise(3 * MIB, 3));
    disk.write(disk.size - 600, noise(600, 4));
    const backup = await fullBackup(vault, disk);
    await putPoint(vault, "moved", { disk, backup });
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const keyId = `https://kluis-keys.vault.azure.net/keys/kluis/${"0".repeat(32)}`;
    const unused = () => Promise.reject(new RangeError("not used"));
    const client = { publicKey: async () => ({ keyId, publicKey: spki }), unwrap: unused };
    const recipient = await keyVaultRecipient(client, keyId, signal);
    await addSlot({ store, keys, clock, signal }, { recipient, label: "Key Vault" });
    for (const kind of ["chunks", "nodes", "chunks", "nodes"] as const)
      await moveAll({ vault, store, kind, root: backup.root });
    const key = at("compacted.key");
    await writeKeyFile(key, "compacted");
    expect(await read("verify", place, "--key", key)).toHaveLength(1);
    const to = at("compacted.raw");
    await read("restore", place, "--key", key, "moved", "os", to);
    expect(await isSame(to, disk)).toBe(true);
  });

  it("names a damaged pack, a wrong key and a typing error", async () => {
    const place = at("fresh");
    const key = at("fresh.key");
    await writeKeyFile(key, "fresh");
    const [pair = ""] = await readdir(path.join(place, "packs"));
    const [name = ""] = await readdir(path.join(place, "packs", pair));
    const file = path.join(place, "packs", pair, name);
    const bytes = await readFile(file);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const failing = (...args: readonly string[]) =>
      run(process.execPath, [reader, ...args]).then(
        () => "",
        (error: unknown) => String(z.object({ stdout: z.string(), stderr: z.string() }).parse(error).stdout),
      );
    expect(await failing("verify", place, "--key", key)).toContain(`packs/${pair}/${name}`);
    await writeKeyFile(key, "stranger");
    await expect(read("ls", place, "--key", key)).rejects.toThrow("No key slot");
    const paper = await readFile(at("paper.txt"), "utf8");
    await writeFile(key, paper.startsWith("0") ? `1${paper.slice(1)}` : `0${paper.slice(1)}`);
    await expect(read("ls", place, "--recovery-key", key)).rejects.toThrow("Group 1");
  });
});

/** Replaces all packs of a kind, and deletes them. */
async function moveAll({ vault, store, kind, root }: Moving): Promise<void> {
  const packs: string[] = [];
  for await (const { name } of store.list(kind === "chunks" ? "packs/" : "nodes/", signal))
    packs.push(packOfName(name)?.pack ?? "");
  const sources: string[] = [];
  for await (const { name } of store.list("moved/", signal)) sources.push(packOfMovedName(name) ?? "");
  const walk = vault.liveItems(new Set([...packs, ...sources]));
  let open = root === null ? [] : [root];
  while (open.length > 0) open = (await Promise.all(open.map((ref) => walk.below(ref, signal)))).flat();
  const index = new MemoryChunkIndex();
  const { failed } = await vault.compact({ packs, kind, items: walk.items(), index, signal });
  expect(failed).toEqual([]);
  for (const pack of packs) await store.delete(packName({ pack, kind }), signal);
}

interface Moving {
  readonly vault: Vault;
  readonly store: BlobStore;
  readonly kind: PackKind;
  readonly root: NodeRef | null;
}

async function digestsIn(
  file: string,
  places: readonly { readonly offset: number; readonly length: number }[],
): Promise<{ offset: number; length: number; sha256: string }[]> {
  await using handle = await open(file, "r");
  const found: { offset: number; length: number; sha256: string }[] = [];
  for (const { offset, length } of places) {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, offset);
    found.push({ offset, length, sha256: sha256(bytes) });
  }
  return found;
}

/** Every block with data; the rest of the file has none. */
async function isSame(file: string, disk: ModelDisk): Promise<boolean> {
  await using handle = await open(file, "r");
  const { size, blocks } = await handle.stat();
  const data = disk.blockIndexes();
  // 512: the unit of st_blocks.
  if (size !== disk.size || blocks * 512 > data.length * BLOCK_BYTES + MIB) return false;
  for (const index of data) {
    const offset = index * BLOCK_BYTES;
    const bytes = Buffer.alloc(Math.min(BLOCK_BYTES, disk.size - offset));
    await handle.read(bytes, 0, bytes.length, offset);
    if (!bytes.equals(disk.bytes(offset, bytes.length))) return false;
  }
  return true;
}
