import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VaultKeys } from "./keys/derive.ts";
import { createKeyring } from "./keys/keyring.ts";
import { decodeInner, encodeInner, type Inner } from "./map/inner.ts";
import { decodeLeaf, encodeLeaf, type Leaf } from "./map/leaf.ts";
import { decodePackList, encodePackList, PackTally } from "./map/pack-list.ts";
import { newMovedName } from "./names.ts";
import { formatNodeRef, parseNodeRef, splitNodeRef } from "./node-ref.ts";
import { openTable, type PackItem, sealTable } from "./pack/table.ts";
import { decodeMovedTable, encodeMovedTable } from "./read/moved.ts";
import {
  ITEM_CHUNK,
  ITEM_LIST,
  ITEM_NODE,
  itemContext,
  itemNonce,
  packCompressed,
  packRaw,
  seal,
  unseal,
} from "./seal.ts";

const VAULT = "00000000-0000-4000-8000-000000000001";
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((data) => Buffer.from(data));
const hex = (length: number) => bytes(length).map((data) => data.toString("hex"));
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const offset = fc.integer({ min: 0, max: 40 * 1024 * 1024 });

const chunk = fc.record({
  id: hex(24),
  pack: hex(16),
  offset,
  length: fc.integer({ min: 18, max: 1024 * 1024 + 17 }),
  blocks: fc.constant(16),
});
const leaf: fc.Arbitrary<Leaf> = fc
  .tuple(
    fc.uniqueArray(chunk, {
      minLength: 1,
      maxLength: 16,
      selector: ({ pack, offset }) => `${pack}:${offset}`,
    }),
    fc.array(fc.option(fc.record({ digest: bytes(24), pick: fc.nat(15), position: fc.nat(15) })), {
      minLength: 16,
      maxLength: 16,
    }),
  )
  .map(([chunks, blocks]) => ({
    blocks: blocks.map((block) => {
      const used = chunks[(block?.pick ?? 0) % chunks.length];
      return block === null || used === undefined
        ? null
        : { digest: block.digest, chunk: used, position: block.position };
    }),
  }))
  .filter(({ blocks }) => blocks.some((block) => block !== null));
const place = fc.record({
  digest: hex(24),
  pack: hex(16),
  offset,
  length: fc.integer({ min: 18, max: 65_535 }),
});
const list = fc.record({ id: hex(24), pack: hex(16), offset, length: fc.integer({ min: 18, max: 524_288 }) });
const inner: fc.Arbitrary<Inner> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.option(place), { minLength: 32, maxLength: 32 }), list)
  .map(([level, children, packs]) => ({
    level,
    list: level === 2 ? packs : null,
    children: children.map((child) => (child === null ? null : { level: level - 1, ...child })),
  }))
  .filter(({ children }) => children.some((child) => child !== null));

describe("codecs of the format", () => {
  it("decode an encoded leaf", () => {
    fc.assert(
      fc.property(leaf, (value) => {
        expect(decodeLeaf(encodeLeaf(value))).toEqual(value);
      }),
    );
  });

  it("decode an encoded inner node", () => {
    fc.assert(
      fc.property(inner, (value) => {
        expect(decodeInner(encodeInner(value))).toEqual(value);
      }),
    );
  });

  it("split a formatted node reference", () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 6 }), (value, level) => {
        expect(splitNodeRef(formatNodeRef({ level, ...value }))).toEqual({ level, ...value });
      }),
    );
    for (const text of ["", "2:ab:cd:0:1", `9:${"0".repeat(48)}:${"0".repeat(32)}:0:1`]) {
      expect(() => parseNodeRef(text)).toThrow(/not a node reference/);
    }
  });

  it("throw only a RangeError for bytes that are not a node", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (data, asLeaf) => {
        const decode = () => (asLeaf ? decodeLeaf(Buffer.from(data)) : decodeInner(Buffer.from(data)));
        try {
          decode();
        } catch (error) {
          return error instanceof RangeError;
        }
        return true;
      }),
      { numRuns: 2000 },
    );
    const cut = encodeLeaf({
      blocks: [
        { digest: randomBytes(24), chunk: someChunk(), position: 0 },
        ...Array.from({ length: 15 }, () => null),
      ],
    });
    for (let length = 0; length < cut.length; length++)
      expect(() => decodeLeaf(cut.subarray(0, length))).toThrow(RangeError);
  });

  it("open the table of a pack, and no other pack's", () => {
    const item = fc.record({
      kind: fc.constantFrom(ITEM_NODE, ITEM_LIST),
      id: hex(24),
      length: fc.integer({ min: 1, max: 1e6 }),
      plainLength: u32,
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), bytes(16), bytes(32), (raw, id, key) => {
        let next = 8;
        const items: PackItem[] = raw.map((entry) => {
          const at = next;
          next += entry.length;
          return { ...entry, offset: at };
        });
        const kind = "nodes";
        const tail = sealTable(items, { id, kind, key });
        const pack = { id, kind, key, bytes: next + tail.length } as const;
        expect(openTable(tail, pack)).toEqual(items);
        expect(() => openTable(tail, { ...pack, kind: "chunks" })).toThrow(/.+/);
        for (let at = tail.length - 16; at < tail.length; at++) {
          const flipped = Buffer.from(tail);
          flipped[at] = (flipped[at] ?? 0) ^ 1;
          expect(() => openTable(flipped, pack)).toThrow(/.+/);
        }
        expect(() => openTable(tail, { ...pack, id: createHash("md5").update(id).digest() })).toThrow(/.+/);
        expect(() => openTable(tail, { ...pack, bytes: pack.bytes + 1 })).toThrow(RangeError);
      }),
    );
  });

  it("open a sealed item only with the same place, kind and id", async () => {
    const plain = Buffer.from("some content, some content, some content, some content".repeat(50));
    const [key, id] = [randomBytes(32), randomBytes(24)];
    const right = { key, nonce: itemNonce(77), context: itemContext(ITEM_CHUNK, id) };
    for (const packed of [await packCompressed(plain, 1), packRaw(plain)]) {
      const sealed = Buffer.concat(seal(packed, right));
      expect((await unseal(sealed, right, plain.length)).equals(plain)).toBe(true);
      const wrong = [
        { ...right, nonce: itemNonce(78) },
        { ...right, key: randomBytes(32) },
        { ...right, context: itemContext(ITEM_NODE, id) },
        { ...right, context: itemContext(ITEM_CHUNK, randomBytes(24)) },
      ];
      for (const other of wrong)
        await expect(unseal(sealed, other, plain.length)).rejects.toThrow(/authenticate/i);
      await expect(unseal(sealed, right, plain.length - 1)).rejects.toThrow(RangeError);
      await expect(unseal(sealed, right, plain.length + 1)).rejects.toThrow(RangeError);
    }
  });

  it("store incompressible bytes unchanged", async () => {
    const plain = randomBytes(65_536);
    expect(await packCompressed(plain, 1)).toMatchObject({ codec: 0, payload: plain });
    expect((await packCompressed(Buffer.alloc(65_536, 7), 1)).payload.length).toBeLessThan(200);
  });

  it("open a moved table for its own name only", () => {
    const keys = new VaultKeys(createKeyring(VAULT, new Date(0)));
    const moved = fc.record({ pack: hex(16), offset, length: fc.integer({ min: 18, max: 1_048_593 }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(u32, moved), { maxLength: 20 }), hex(16), (entries, pack) => {
        const table = new Map(entries);
        const [name, other] = [newMovedName(pack), newMovedName(pack)];
        const sealed = encodeMovedTable(name, table, keys);
        expect(decodeMovedTable(name, sealed, keys)).toEqual(table);
        expect(() => decodeMovedTable(other, sealed, keys)).toThrow(/.+/);
      }),
    );
  });

  it("decode an encoded pack list", () => {
    const entry = fc.record({
      pack: hex(16),
      kind: fc.constantFrom("chunks" as const, "nodes" as const),
      liveBytes: fc.integer({ min: 1, max: 2 ** 40 - 1 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { minLength: 2, selector: ({ pack }) => pack }), (entries) => {
        const sorted = new PackTally(entries).entries();
        expect(decodePackList(encodePackList(sorted))).toEqual(sorted);
        expect(() => decodePackList(encodePackList(sorted.toReversed()))).toThrow(RangeError);
      }),
    );
  });
});

describe("digests", () => {
  it("differ by key, by kind and by place in the tree", () => {
    const keyring = createKeyring(VAULT, new Date(0));
    const [a, b] = [new VaultKeys(keyring), new VaultKeys({ ...keyring, vaultId: VAULT.replace("1", "2") })];
    const [red, blue] = [a.domainTag("red"), a.domainTag("blue")];
    const block = Buffer.alloc(65_536, 5);
    const digest = a.blockDigest(block);
    expect(digest).toHaveLength(24);
    expect(a.blockDigest(Buffer.from(block)).equals(digest)).toBe(true);
    const all = [
      digest,
      b.blockDigest(block),
      a.chunkId(red, [digest]),
      a.chunkId(blue, [digest]),
      a.packListId(digest),
      a.leafDigest(1, [digest]),
      a.leafDigest(2, [digest]),
      a.innerDigest(1, 1, [digest]),
      a.innerDigest(2, 1, [digest]),
    ].map((value) => value.toString("hex"));
    const roots = [
      a.rootDigest(1, 2, digest),
      a.rootDigest(2, 2, digest),
      a.rootDigest(1, 3, digest),
      a.rootDigest(1, 2, null),
    ];
    expect(new Set([...all, ...roots]).size).toBe(13);
  });
});

function someChunk() {
  return { id: "ab".repeat(24), pack: "cd".repeat(16), offset: 8, length: 100, blocks: 1 };
}
