/** Every structure in a store, changed: a reader returns right bytes or names what is wrong, and reads no more than it has to. */
import { generateKeyPairSync, privateDecrypt } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  clock,
  fullBackup,
  ModelDisk,
  newVault,
  noise,
  putPoint,
  signal,
  testKeys,
} from "../test/fixtures.ts";
import { changed, isAnswered, MeasuredStore } from "../test/fuzz.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { movePack } from "../test/move-pack.ts";
import { objectStructures, type StoredStructure } from "../test/structures.ts";
import { MemoryChunkIndex, type NodeRef, openVault, SEGMENT_BYTES } from "./index.ts";
import { addSlot } from "./keys/key-slots.ts";
import { KeyVaultKey, keyVaultRecipient } from "./keys/key-vault.ts";
import { openKeys } from "./keys/open-keys.ts";
import type { KeyProvider } from "./keys/provider.ts";
import { createRecoveryKey } from "./keys/recovery.ts";
import { createShares } from "./keys/shares.ts";
import { parseSlot } from "./keys/slot.ts";
import { leafChunks } from "./map/leaf.ts";
import { packName, packOfName } from "./names.ts";
import { splitNodeRef } from "./node-ref.ts";
import type { PackKind } from "./pack/kind.ts";
import { TRAILER_BYTES } from "./pack/table.ts";
import { NodeReader } from "./read/node-reader.ts";
import { PackReader } from "./read/pack-reader.ts";
import type { ChunkPlace } from "./types.ts";

const MIB = 1024 * 1024;
const address = "https://kluis-keys.vault.azure.net/keys/kluis";
const docs = new URL("../../../docs/vault-format.md", import.meta.url);

/** A part of an object, and another one of its kind. */
interface Region {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly other: Buffer;
  readonly lengths?: readonly number[];
  /** The only key, when the structure is its slot. */
  readonly key?: KeyProvider;
}

const disk = new ModelDisk(SEGMENT_BYTES + 64 * MIB);
const used = [0, MIB, SEGMENT_BYTES, SEGMENT_BYTES + MIB].map((offset) => ({ offset, length: 100_000 }));
let original: ReadonlyMap<string, Buffer>;
let root: NodeRef | null;
let regions: Readonly<Record<StoredStructure, Region>>;

const bytesOf = (name: string): Buffer => original.get(name) ?? Buffer.alloc(0);
const namesOf = (prefix: string): string[] => [...original.keys()].filter((name) => name.startsWith(prefix));

function whole(name: string, other: string): Region {
  return { name, from: 0, to: bytesOf(name).length, other: bytesOf(other) };
}

function item(kind: PackKind, a: ChunkPlace | undefined, b: ChunkPlace | undefined): Region {
  if (a === undefined || b === undefined) throw new Error("The vault has no such item.");
  const [name, from] = [packName({ pack: a.pack, kind }), a.offset];
  const other = bytesOf(packName({ pack: b.pack, kind })).subarray(b.offset, b.offset + b.length);
  return { name, from, to: from + a.length, other };
}

/** Table and trailer; the lengths are in the trailer. */
function tableOf(kind: PackKind): Region {
  const [name = "", second = ""] = [...original.keys()].filter((one) => packOfName(one)?.kind === kind);
  const tail = (one: string): Buffer => {
    const bytes = bytesOf(one);
    return bytes.subarray(bytes.length - TRAILER_BYTES - bytes.readUInt32BE(bytes.length - TRAILER_BYTES));
  };
  const to = bytesOf(name).length;
  const { length } = tail(name);
  const lengths = [length - TRAILER_BYTES, length - TRAILER_BYTES + 4];
  return { name, from: to - length, to, other: tail(second), lengths };
}

async function addKeys(store: MemoryStore): Promise<Map<string, KeyProvider>> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const client = {
    publicKey: () => Promise.resolve({ keyId: `${address}/${"0".repeat(32)}`, publicKey: spki }),
    unwrap: async (_keyId: string, wrapped: Uint8Array) =>
      await Promise.resolve(privateDecrypt({ key: privateKey, oaepHash: "sha256" }, wrapped)),
  };
  const place = { store, keys: testKeys(), clock, signal };
  const [recovery, shares] = [createRecoveryKey().key, (await createShares(2, 3)).key];
  for (const { recipient } of [recovery, shares]) await addSlot(place, { recipient, label: recipient.kind });
  await addSlot(place, { recipient: await keyVaultRecipient(client, address, signal), label: "remote" });
  const remote = new KeyVaultKey(client, { keyId: address });
  return new Map(Object.entries({ file: testKeys(), recovery, shares, "key-vault": remote }));
}

beforeAll(async () => {
  const { vault, store } = await newVault(new MemoryStore(), 128 * 1024);
  for (const [n, { offset, length }] of used.entries()) disk.write(offset, noise(length, n));
  const backup = await fullBackup(vault, disk);
  ({ root } = backup);
  for (const id of ["p", "q"]) await putPoint(vault, id, { disk, backup });
  const keys = await addKeys(store);
  const opened = await openKeys({ store, keys: testKeys(), signal });
  const nodes = new NodeReader(new PackReader(store, opened.keys, 0), opened.keys);
  if (root === null) throw new Error("The disk has content.");
  const top = splitNodeRef(root);
  const seconds = (await nodes.inner(top, signal)).children.flatMap((child) => child ?? []);
  const inners = await Promise.all(seconds.map((place) => nodes.inner(place, signal)));
  const firsts = inners.flatMap(({ children }) => children.flatMap((child) => child ?? []));
  const below = await Promise.all(firsts.map((place) => nodes.inner(place, signal)));
  const leaves = below.flatMap(({ children }) => children.flatMap((child) => child ?? []));
  const chunks = (await Promise.all(leaves.map((place) => nodes.leaf(place, signal)))).flatMap(leafChunks);
  const lists = inners.flatMap(({ list }) => list ?? []);
  // Two packs that only their moved tables lead to.
  const gone = [...new Set(chunks.map(({ pack }) => pack))].slice(-2);
  const kept = chunks.filter(({ pack }) => !gone.includes(pack));
  for (const pack of gone) await movePack(store, opened.keys, { pack, kind: "chunks" });
  original = new Map(store.objects);
  const [moved = "", movedToo = ""] = namesOf("moved/");
  const slot = (kind: string): Region => {
    const [name = "", ...others] = namesOf("keys/").sort((one) => (isSlotOf(one, kind) ? -1 : 1));
    const key = keys.get(kind);
    if (key === undefined) throw new Error("There is no such key.");
    return { ...whole(name, others[0] ?? ""), key };
  };
  regions = {
    descriptor: whole("vault.json", "points/p"),
    "file slot": slot("file"),
    "recovery slot": slot("recovery"),
    "shares slot": slot("shares"),
    "key-vault slot": slot("key-vault"),
    "head, table or trailer of chunks": tableOf("chunks"),
    "head, table or trailer of nodes": tableOf("nodes"),
    chunk: item("chunks", kept[0], kept[1]),
    "node of level 0": item("nodes", leaves[0], leaves[1]),
    "node of level 1": item("nodes", firsts[0], firsts[1]),
    "node of level 2": item("nodes", seconds[0], seconds[1]),
    "node of level 3": item("nodes", top, seconds[0]),
    "pack list": item("nodes", lists[0], lists[1]),
    "moved table": whole(moved, movedToo),
    manifest: whole("points/p", "points/q"),
  };
});

function isSlotOf(name: string, kind: string): boolean {
  return parseSlot(bytesOf(name))?.kind === kind;
}

async function readAllWays(store: MeasuredStore, key: KeyProvider): Promise<void> {
  const vault = await openVault({ store, keys: key, signal });
  const ways = [
    async () => {
      for (const { offset, length } of used) {
        const read = Buffer.from(await vault.openDisk(root, disk.size).read(offset, length, signal));
        expect(read.equals(disk.bytes(offset, length))).toBe(true);
      }
    },
    async () => expect((await vault.getManifest("p", signal)).manifest.pointId).toBe("p"),
    () => vault.planCollection({ keep: [], signal }),
    () => vault.rebuildIndex(new MemoryChunkIndex(), signal),
    () => vault.verifyPoint("p", { mode: "full", signal }),
  ];
  for (const way of ways) await isAnswered(way);
}

const structures = Object.values(objectStructures).flat();

describe("structures in a store", () => {
  it.each(structures)("changed in any way, give right bytes or a named error: %s", async (structure) => {
    const { name, from, to, other, key, lengths = [] } = regions[structure];
    const bytes = bytesOf(name);
    const sample = { bytes: bytes.subarray(from, to), other, lengths };
    for (const [, part] of changed(sample)) {
      const store = new MeasuredStore();
      for (const [one, content] of original)
        if (key === undefined || one === name || !one.startsWith("keys/")) store.objects.set(one, content);
      store.objects.set(name, Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(to)]));
      await isAnswered(() => readAllWays(store, key ?? testKeys()));
      expect(store.longest).toBeLessThanOrEqual(2 * MIB);
    }
  });

  it("are those of every object that the format names", () => {
    const [, table = ""] = readFileSync(docs, "utf8").split("## Objects and maxima");
    const rows = (table.split("\n\n")[1] ?? "").matchAll(/^\| `([^`]+)`/gm);
    expect([...rows].map(([, name]) => name)).toEqual(Object.keys(objectStructures));
    expect(structures.toSorted()).toEqual(Object.keys(regions).toSorted());
  });
});
