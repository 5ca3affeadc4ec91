/** Every structure that a holder of a key could seal, or a person type: any content gives a value or a named error, with bounded memory. */
import { hkdfSync, randomBytes } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { zstdCompressSync } from "node:zlib";
import { canonicalJson, isKluisError } from "@kluis/domain";
import { Blake3Hasher } from "@napi-rs/blake-hash";
import { beforeAll, describe, expect, it } from "vitest";
import { clock, fullBackup, manifestOf, newVault, noiseDisk, signal, testKeys } from "../test/fixtures.ts";
import { changed, type Sample } from "../test/fuzz.ts";
import { MemoryStore } from "../test/memory-store.ts";
import type { OpenedStructure } from "../test/structures.ts";
import { useTempFolder } from "../test/temp-folder.ts";
import { sealOnce } from "./aead.ts";
import { openVault } from "./index.ts";
import { VaultKeys } from "./keys/derive.ts";
import { createKeyring, decodeKeyring, encodeKeyring, withNewEpoch } from "./keys/keyring.ts";
import { findLocalKeyFile } from "./keys/local.ts";
import { printSecret, readPrinted } from "./keys/printed.ts";
import { createRecoveryKey, readRecoveryKey } from "./keys/recovery.ts";
import { combineShares, createShares } from "./keys/shares.ts";
import {
  firstContent,
  type KeySlot,
  makeSlot,
  newGeneration,
  newHolder,
  openSlot,
  parseSlot,
} from "./keys/slot.ts";
import { decodeInner, encodeInner } from "./map/inner.ts";
import { decodeLeaf, encodeLeaf } from "./map/leaf.ts";
import { decodePackList, encodePackList } from "./map/pack-list.ts";
import { newMovedName, slotName } from "./names.ts";
import { formatNodeRef, parseNodeRef } from "./node-ref.ts";
import { openTable, TRAILER_BYTES } from "./pack/table.ts";
import { Points } from "./points.ts";
import { decodeMovedTable } from "./read/moved.ts";
import { packRaw, seal, TABLE_NONCE } from "./seal.ts";

const MIB = 1024 * 1024;
const VAULT = "00000000-0000-4000-8000-000000000001";
const SHARE_BYTES = 30;

interface Row extends Sample {
  readonly read: (bytes: Buffer) => unknown;
  readonly isNamed: (error: unknown) => boolean;
  /** Whatever is read is the original: the bytes prove themselves. */
  readonly isProven?: (value: unknown) => boolean;
}

const isRangeError = (error: unknown): boolean => error instanceof RangeError;
const isInvalid = (error: unknown): boolean => isKluisError(error, "INPUT_INVALID");
const isDamaged = (error: unknown): boolean =>
  isKluisError(error, "VAULT_DATA_DAMAGED") || isKluisError(error, "VAULT_VERSION_UNSUPPORTED");

const keyring = createKeyring(VAULT, new Date(0));
const keys = new VaultKeys(keyring);
const hex = (byte: string, bytes: number): string => byte.repeat(bytes);
const place = (n: number) => ({
  digest: hex(`a${n}`, 24),
  pack: hex(`b${n}`, 16),
  offset: 8 + n,
  length: 900,
});
const text = (value: object): Buffer => Buffer.from(canonicalJson(value), "utf8");

function leaf(n: number): Buffer {
  const chunk = { id: hex(`c${n}`, 24), pack: hex(`d${n}`, 16), offset: 8, length: 5_000, blocks: 2 };
  const block = (position: number) => ({ digest: Buffer.alloc(24, n + position), chunk, position });
  return encodeLeaf({ blocks: [block(0), block(1), ...Array.from({ length: 14 }, () => null)] });
}

function inner(n: number): Buffer {
  const children = Array.from({ length: 32 }, (_, i) => (i > n ? null : { level: 1, ...place(i) }));
  const list = { id: hex("e1", 24), pack: hex("b1", 16), offset: 8, length: 900 };
  return encodeInner({ level: 2, children, list });
}

const entries = (n: number): Buffer =>
  Buffer.concat([8, 900].map((old) => Buffer.concat([u32(old), Buffer.alloc(16, n), u32(8), u32(900)])));
function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

function readMoved(bytes: Buffer): unknown {
  const name = newMovedName(hex("ab", 16));
  const { epoch, key } = keys.newestSealingKey();
  const head = Buffer.concat([Buffer.from("KLUISMV1", "latin1"), epoch]);
  const context = Buffer.concat([head, Buffer.from(name, "latin1")]);
  return decodeMovedTable(name, Buffer.concat([head, sealOnce(bytes, { key, context })]), keys);
}

function readTable(bytes: Buffer): unknown {
  const [id, key] = [randomBytes(16), randomBytes(32)];
  const trailer = Buffer.concat([
    u32(bytes.length + 17),
    u32(Math.floor(bytes.length / 33)),
    Buffer.from("KLUISPE1", "latin1"),
  ]);
  const head = [Uint8Array.of(0), id, Uint8Array.of(1), trailer.subarray(0, 8)];
  const context = Buffer.concat([...head, Buffer.from("KLUISPK1KLUISPE1", "latin1")]);
  const sealed = seal(packRaw(bytes), { key, nonce: TABLE_NONCE, context });
  const tail = Buffer.concat([...sealed, trailer]);
  return openTable(tail, { id, key, kind: "chunks", bytes: 8 + 2 * 900 + bytes.length + 17 + TRAILER_BYTES });
}

const tableItems = (n: number): Buffer =>
  Buffer.concat(
    [1, 2].map(() => Buffer.concat([Uint8Array.of(1), Buffer.alloc(24, n), u32(900), u32(65_536)])),
  );

/** A slot with any content, made by someone who knows the root key. */
const holder = newHolder(testKeys().recipient, "label", new Date(0));
const generation = newGeneration(firstContent(keyring, holder));
const { slot } = makeSlot(generation, holder, new Date(0));
async function readContent(bytes: Buffer): Promise<unknown> {
  const derive = (use: string) =>
    Buffer.from(hkdfSync("sha256", generation.root, VAULT, `kluis/1/${use}`, 32));
  const { keyring: _keyring, check: _check, ...head } = slot;
  const sealed = sealOnce(bytes, { key: derive("keyring"), context: text(head) });
  const unchecked = { ...head, keyring: sealed.toString("base64") };
  const digest = Blake3Hasher.newKeyed(derive("slot")).update(text(unchecked)).digestBuffer();
  const made: KeySlot = { ...unchecked, check: digest.subarray(0, 24).toString("hex") };
  return await openSlot(made, testKeys(), signal);
}

async function readManifest(bytes: Buffer): Promise<unknown> {
  const store = new MemoryStore();
  const { epoch, key } = keys.newestSealingKey();
  const head = Buffer.concat([Buffer.from("KLUISMF1", "latin1"), epoch]);
  const context = Buffer.concat([head, Buffer.from("points/p", "latin1")]);
  store.objects.set("points/p", Buffer.concat([head, sealOnce(zstdCompressSync(bytes), { key, context })]));
  return await new Points(store, keys, VAULT).get("p", signal);
}

describe("structures with any content", () => {
  const inFolder = useTempFolder();
  let rows: Readonly<Record<OpenedStructure, Row>>;

  beforeAll(async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(MIB, 70_000);
    const backup = { ...(await fullBackup(vault, disk)), diskBytes: disk.size };
    const manifest = (id: string) => text({ ...manifestOf(vault, id, backup), vaultId: VAULT });
    const [slotObject = ""] = store.names("keys/");
    const stored = parseSlot(store.objects.get(slotObject) ?? Buffer.alloc(0));
    if (stored === null) throw new Error("The vault has no slot.");
    const readWrapped = async (bytes: Buffer): Promise<unknown> => {
      const broken = { ...stored, wrapped: { ...stored.wrapped, data: bytes.toString("base64") } };
      const copy = new MemoryStore();
      for (const [name, content] of store.objects) copy.objects.set(name, content);
      copy.objects.set(slotName(stored.slotId), text(broken));
      return await openVault({ store: copy, keys: testKeys(), signal });
    };
    const recovery = createRecoveryKey();
    const { shares, key } = await createShares(2, 3);
    const [one = "", two = "", three = ""] = shares.map((share) => share.text);
    const isKey = (wanted: string) => (value: unknown) => keyIdOf(value) === wanted;
    const file = (byte: number) =>
      text({ format: "kluis-key", version: 1, key: Buffer.alloc(32, byte).toString("base64") });
    const asText = (read: (typed: string) => unknown) => (bytes: Buffer) => read(bytes.toString("latin1"));
    const latin = (typed: string) => Buffer.from(typed, "latin1");
    const packs = (n: number) =>
      encodePackList([1, 2].map((i) => ({ pack: hex(`${n}${i}`, 16), kind: "nodes", liveBytes: 77 })));
    rows = {
      leaf: {
        bytes: leaf(1),
        other: inner(1),
        lengths: [1, 3, 4, 21, 22, 26, 30],
        read: decodeLeaf,
        isNamed: isRangeError,
      },
      "inner node": {
        bytes: inner(3),
        other: leaf(1),
        lengths: [1, 5, 70, 71, 75],
        read: decodeInner,
        isNamed: isRangeError,
      },
      "list of packs": {
        bytes: packs(1),
        other: leaf(1),
        lengths: [0, 17],
        read: decodePackList,
        isNamed: isRangeError,
      },
      "moved entries": {
        bytes: entries(1),
        other: leaf(1),
        lengths: [0, 20, 24],
        read: readMoved,
        isNamed: isRangeError,
      },
      "entries of a table": {
        bytes: tableItems(1),
        other: leaf(1),
        lengths: [0, 25, 29],
        read: readTable,
        isNamed: isRangeError,
      },
      keyring: {
        bytes: encodeKeyring(keyring),
        other: text(stored),
        read: decodeKeyring,
        isNamed: isRangeError,
      },
      "content of a slot": {
        bytes: text(generation.content),
        other: text(firstContent(withNewEpoch(createKeyring(vault.id, clock.now()), clock.now()), holder)),
        read: readContent,
        isNamed: isRangeError,
      },
      "wrapped root key": {
        bytes: Buffer.from(stored.wrapped.data, "base64"),
        other: Buffer.from(slot.wrapped.data, "base64"),
        read: readWrapped,
        isNamed: isDamaged,
      },
      "text of a manifest": {
        bytes: manifest("p"),
        other: manifest("q"),
        read: readManifest,
        isNamed: isDamaged,
      },
      "node reference": {
        bytes: latin(formatNodeRef({ level: 2, ...place(1) })),
        other: latin("2:::"),
        read: asText(parseNodeRef),
        isNamed: isInvalid,
      },
      "recovery key": {
        bytes: latin(recovery.text),
        other: latin(one),
        read: asText(readRecoveryKey),
        isNamed: isInvalid,
        isProven: isKey(recovery.key.recipient.keyId),
      },
      share: {
        bytes: latin(one),
        other: latin(three),
        read: asText((typed) => combineShares([typed, two])),
        isNamed: isInvalid,
        isProven: isKey(key.recipient.keyId),
      },
      "content of a share": {
        bytes: readPrinted(one, [SHARE_BYTES]),
        other: Buffer.alloc(SHARE_BYTES, 1),
        lengths: [5, 6, 7, 8, 29],
        read: async (bytes) => {
          const whole = Buffer.alloc(SHARE_BYTES);
          bytes.copy(whole);
          const typed = printSecret(whole);
          const results = await Promise.allSettled([combineShares([typed, two]), combineShares([typed])]);
          for (const result of results)
            if (result.status === "rejected" && !isInvalid(result.reason)) throw result.reason;
          const [both] = results;
          return both.status === "fulfilled" ? both.value : null;
        },
        isNamed: isInvalid,
        isProven: (value) => value === null || isKey(key.recipient.keyId)(value),
      },
      "key file": {
        bytes: file(1),
        other: text(stored),
        read: async (bytes) => {
          await writeFile(inFolder("key"), bytes);
          return findLocalKeyFile(inFolder("key"));
        },
        isNamed: (error) => isKluisError(error, "CONFIG_INVALID"),
      },
    };
  });

  const structures: Readonly<Record<OpenedStructure, true>> = {
    leaf: true,
    "inner node": true,
    "list of packs": true,
    "moved entries": true,
    "entries of a table": true,
    keyring: true,
    "content of a slot": true,
    "wrapped root key": true,
    "text of a manifest": true,
    "node reference": true,
    "recovery key": true,
    share: true,
    "content of a share": true,
    "key file": true,
  };
  const isStructure = (name: string): name is OpenedStructure => name in structures;

  it.each(Object.keys(structures).filter(isStructure))(
    "give a value or a named error: %s",
    async (structure) => {
      const { read, isNamed, isProven = () => true, ...sample } = rows[structure];
      expect(isProven(await read(sample.bytes))).toBe(true);
      for (const [change, bytes] of changed(sample)) {
        const before = process.memoryUsage().arrayBuffers;
        try {
          expect([change, isProven(await read(bytes))]).toEqual([change, true]);
        } catch (error) {
          if (!isNamed(error)) throw error;
        }
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
      }
    },
  );

  it("a key file of any size is not read whole", async () => {
    await writeFile(inFolder("large"), "{}");
    await truncate(inFolder("large"), 1024 * MIB);
    const before = process.memoryUsage().arrayBuffers;
    await expect(findLocalKeyFile(inFolder("large"))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
  });
});

function keyIdOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null || !("recipient" in value)) return null;
  const { recipient } = value;
  return typeof recipient === "object" && recipient !== null && "keyId" in recipient
    ? String(recipient.keyId)
    : null;
}
