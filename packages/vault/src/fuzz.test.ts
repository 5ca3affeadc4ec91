import { randomBytes } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { holds, newVault, noise, noiseDisk, signal, takePoint, testKeys } from "../test/fixtures.ts";
import { isAnswered, MeasuredStore } from "../test/fuzz.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { sealOnce } from "./aead.ts";
import { MemoryChunkIndex, type NodeRef, openVault } from "./index.ts";
import { VaultKeys } from "./keys/derive.ts";
import { createKeyring, decodeKeyring, encodeKeyring } from "./keys/keyring.ts";
import { decodeInner } from "./map/inner.ts";
import { decodeLeaf } from "./map/leaf.ts";
import { decodePackList, encodePackList } from "./map/pack-list.ts";
import { newMovedName } from "./names.ts";
import { openTable, TRAILER_BYTES } from "./pack/table.ts";
import { Points } from "./points.ts";
import { decodeMovedTable } from "./read/moved.ts";
import { itemContext, packRaw, seal, TABLE_NONCE, unseal } from "./seal.ts";

const MIB = 1024 * 1024;
const VAULT = "00000000-0000-4000-8000-000000000001";

type Change = (bytes: Buffer, at: number, other: Buffer) => Buffer;

/** What can happen to an object. `at`: a position in it; `other`: another object. */
const changes: Record<string, Change> = {
  flip: (bytes, at) => {
    const out = Buffer.from(bytes);
    out[at] = (out[at] ?? 0) ^ 0x41;
    return out;
  },
  cut: (bytes, at) => bytes.subarray(0, at),
  "cut in front": (bytes, at) => bytes.subarray(at),
  append: (bytes, at) => Buffer.concat([bytes, noise(1 + (at % 70_000), at)]),
  zeros: (bytes) => Buffer.alloc(bytes.length),
  "high bytes": (bytes, at) => {
    const out = Buffer.from(bytes);
    return out.fill(0xff, at, Math.min(out.length, at + 8));
  },
  noise: (bytes, at) => noise(bytes.length, at),
  swap: (_bytes, _at, other) => other,
  empty: () => Buffer.alloc(0),
};

describe("readers of a vault whose objects were changed", () => {
  let original: ReadonlyMap<string, Buffer>;
  let root: NodeRef | null;
  const disk = noiseDisk(3 * MIB, 300_000);

  beforeAll(async () => {
    const { vault, store } = await newVault(new MemoryStore());
    disk.write(2 * MIB, Buffer.alloc(100_000, "text "));
    ({ root } = await takePoint(vault, "p", { disk }));
    original = new Map(store.objects);
  });

  async function readAllWays(store: MeasuredStore): Promise<void> {
    const vault = await openVault({ store, keys: testKeys(), signal });
    const ways = [
      () => vault.getManifest("p", signal),
      () => vault.planCollection({ keep: [], signal }),
      () => vault.rebuildIndex(new MemoryChunkIndex(), signal),
      async () => expect(await holds(vault, root, disk)).toBe(true),
      async () => {
        const { ok, problems } = await vault.verifyPoint("p", { mode: "full", signal });
        expect(ok).toBe(problems.length === 0);
      },
    ];
    for (const way of ways) await isAnswered(way);
  }

  it("return right bytes or name the object, for any change of any object", async () => {
    const names = [...original.keys()].sort();
    const pick = fc.record({
      name: fc.constantFrom(...names),
      other: fc.constantFrom(...names),
      kind: fc.constantFrom(...Object.keys(changes)),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    });
    await fc.assert(
      fc.asyncProperty(pick, async ({ name, other, kind, at }) => {
        const store = new MeasuredStore();
        for (const [key, bytes] of original) store.objects.set(key, bytes);
        const bytes = original.get(name) ?? Buffer.alloc(0);
        const change = changes[kind] ?? changes["flip"];
        const changed = change?.(bytes, Math.floor(at * bytes.length), original.get(other) ?? bytes);
        store.objects.set(name, changed ?? bytes);
        await isAnswered(() => readAllWays(store));
        expect(store.longest).toBeLessThanOrEqual(4 * MIB);
      }),
      { numRuns: 120 },
    );
  });
});

describe("decoders of authenticated garbage", () => {
  const keys = new VaultKeys(createKeyring(VAULT, new Date(0)));
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    // Counts at their limits with too few bytes behind them.
    fc
      .tuple(fc.constantFrom(0, 1, 2, 6, 255), fc.uint8Array({ minLength: 4, maxLength: 120 }))
      .map(([first, rest]) => Uint8Array.of(first, 0xff, 0xff, 0xff, 0xff, ...rest)),
  );

  const decoders: Record<string, (bytes: Buffer) => unknown> = {
    leaf: decodeLeaf,
    "inner node": decodeInner,
    "pack list": decodePackList,
    keyring: decodeKeyring,
    "moved table": (bytes) => {
      const name = newMovedName("ab".repeat(16));
      const { epoch, key } = keys.newestSealingKey();
      const head = Buffer.from("KLUISMV1", "latin1");
      const context = Buffer.concat([head, epoch, Buffer.from(name, "latin1")]);
      return decodeMovedTable(name, Buffer.concat([head, epoch, sealOnce(bytes, { key, context })]), keys);
    },
    table: (bytes) => {
      const [id, key] = [randomBytes(16), randomBytes(32)];
      const trailer = Buffer.alloc(TRAILER_BYTES);
      trailer.writeUInt32BE(bytes.length + 17);
      trailer.writeUInt32BE(Math.floor(bytes.length / 33), 4);
      trailer.write("KLUISPE1", 8, "latin1");
      const context = Buffer.concat([
        Uint8Array.of(0),
        id,
        Uint8Array.of(1),
        trailer.subarray(0, 8),
        Buffer.from("KLUISPK1KLUISPE1", "latin1"),
      ]);
      const sealed = seal(packRaw(bytes), { key, nonce: TABLE_NONCE, context });
      return openTable(Buffer.concat([...sealed, trailer]), { id, key, kind: "chunks", bytes: 1_000_000 });
    },
  };

  for (const [name, decode] of Object.entries(decoders)) {
    it(`throw only a RangeError: ${name}`, () => {
      const found = fc.check(
        fc.property(garbage, (bytes) => {
          try {
            decode(Buffer.from(bytes));
          } catch (error) {
            return error instanceof RangeError;
          }
          return true;
        }),
        { numRuns: 1000 },
      );
      expect(found.counterexample).toBeNull();
    });
  }

  it("read no keyring or pack list with a changed byte as something else", () => {
    const keyring = createKeyring(VAULT, new Date(0));
    const text = encodeKeyring(keyring).toString();
    expect(() => decodeKeyring(Buffer.from(text.replace('"epochs":[', '"epochs":[],"more":[')))).toThrow(
      RangeError,
    );
    const list = encodePackList([{ pack: "ab".repeat(16), kind: "nodes", liveBytes: 77 }]);
    for (const [at, value] of [
      [0, 9],
      [21, 0],
    ] as const) {
      const changed = Buffer.from(list);
      changed[at] = value;
      expect(() => decodePackList(changed)).toThrow(RangeError);
    }
  });
});

describe("compressed content that claims to be small", () => {
  const keys = new VaultKeys(createKeyring(VAULT, new Date(0)));
  const bomb = zstdCompressSync(Buffer.alloc(80 * MIB));

  it("is damage in a manifest", async () => {
    const store = new MemoryStore();
    const { epoch, key } = keys.newestSealingKey();
    const head = Buffer.from("KLUISMF1", "latin1");
    const context = Buffer.concat([head, epoch, Buffer.from("points/p", "latin1")]);
    store.objects.set("points/p", Buffer.concat([head, epoch, sealOnce(bomb, { key, context })]));
    await expect(new Points(store, keys, VAULT).get("p", signal)).rejects.toMatchObject({
      code: "VAULT_DATA_DAMAGED",
      params: { object: "points/p" },
    });
  });

  it("is not decompressed in a chunk beyond the length that the map names", async () => {
    const context = {
      key: randomBytes(32),
      nonce: randomBytes(12),
      context: itemContext(1, randomBytes(24)),
    };
    const packed = { codec: 1, payload: bomb, own: false, plainLength: 65_536 };
    const sealed = Buffer.concat(seal(packed, context));
    await expect(unseal(sealed, context, 65_536)).rejects.toThrow(RangeError);
  });
});
