/**
 * Reads a Kluis vault with one of its keys: one file, without packages, on Node 24. Written from vault-format.md alone, as a proof
 * that the page is complete; it shares no code with Kluis.
 *
 *   node reader.mjs ls      FOLDER --key vault.key
 *   node reader.mjs verify  FOLDER --recovery-key paper.txt [POINT]
 *   node reader.mjs restore FOLDER --key vault.key POINT DISK FILE
 *
 * FOLDER is a vault in a folder, or a copy of the blobs of its container. Secrets are read from files.
 */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { zstdDecompressSync } from "node:zlib";

const KIB = 1024;
const MIB = 1024 * KIB;
const BLOCK = 64 * KIB;
const WINDOW = MIB;
/** The most bytes of each object, and of the items in packs (Objects and maxima). */
const MOST = {
  descriptor: 64 * KIB,
  slot: 64 * KIB,
  pack: 64 * MIB,
  moved: 16 * MIB,
  manifest: 32 * MIB,
  manifestPlain: 64 * MIB,
  table: 16 * MIB,
  items: 262_144,
  node: 64 * KIB,
  list: 512 * KIB,
  chunk: MIB + 17,
  slots: 20_000,
  hops: 8,
};
const CHUNKS = { byte: 1, folder: "packs" };
const NODES = { byte: 2, folder: "nodes" };
const CHUNK = 1;
const NODE = 2;
const LIST = 3;

/** An object that does not hold what it must. */
export class Damage extends Error {
  constructor(object, problem) {
    super(`${object}: ${problem}`);
    this.object = object;
  }
}

// ── BLAKE3, keyed ───────────────────────────────────────────────────────────────────────────────

const IV = new Uint32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const ORDER = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/** Which message word each of the 7 rounds uses where. */
const SCHEDULE = new Uint8Array(7 * 16);
for (let i = 0; i < 16; i++) SCHEDULE[i] = i;
for (let i = 16; i < SCHEDULE.length; i++) SCHEDULE[i] = SCHEDULE[i - 16 - (i % 16) + ORDER[i % 16]];
const [CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED] = [1, 2, 4, 8, 16];

const state = new Uint32Array(16);
const words = new Uint32Array(16);

function mix(a, b, c, d, x, y) {
  const v = state;
  v[a] += v[b] + x;
  v[d] = ((v[d] ^ v[a]) >>> 16) | ((v[d] ^ v[a]) << 16);
  v[c] += v[d];
  v[b] = ((v[b] ^ v[c]) >>> 12) | ((v[b] ^ v[c]) << 20);
  v[a] += v[b] + y;
  v[d] = ((v[d] ^ v[a]) >>> 8) | ((v[d] ^ v[a]) << 24);
  v[c] += v[d];
  v[b] = ((v[b] ^ v[c]) >>> 7) | ((v[b] ^ v[c]) << 25);
}

/** The 16 words after 7 rounds over `words`; the first 8 are the chaining value. The counter stays below 2³². */
function compress(cv, counter, length, flags) {
  state.set(cv);
  state.set(IV.subarray(0, 4), 8);
  state[12] = counter;
  state[13] = 0;
  state[14] = length;
  state[15] = flags;
  for (let r = 0; r < SCHEDULE.length; r += 16) {
    const m = (i) => words[SCHEDULE[r + i]];
    mix(0, 4, 8, 12, m(0), m(1));
    mix(1, 5, 9, 13, m(2), m(3));
    mix(2, 6, 10, 14, m(4), m(5));
    mix(3, 7, 11, 15, m(6), m(7));
    mix(0, 5, 10, 15, m(8), m(9));
    mix(1, 6, 11, 12, m(10), m(11));
    mix(2, 7, 8, 13, m(12), m(13));
    mix(3, 4, 9, 14, m(14), m(15));
  }
  for (let i = 0; i < 8; i++) state[i] ^= state[i + 8];
  return state.slice(0, 8);
}

/** Loads up to 64 bytes as little-endian words, padded with zeros. */
function load(bytes, from, to) {
  words.fill(0);
  for (let i = from; i < to; i++) words[(i - from) >> 2] |= bytes[i] << (((i - from) & 3) * 8);
}

function chunkValue(key, bytes, { index, root }) {
  const from = index * KIB;
  const to = Math.min(bytes.length, from + KIB);
  let cv = key;
  for (let at = from; at === from || at < to; at += 64) {
    const end = Math.min(at + 64, to);
    const last = end >= to ? CHUNK_END | (root ? ROOT : 0) : 0;
    load(bytes, at, end);
    cv = compress(cv, index, end - at, KEYED | (at === from ? CHUNK_START : 0) | last);
  }
  return cv;
}

/** The subtree of `count` chunks from `first`: the left child holds the largest power of two below `count`. */
function subtree(key, bytes, { first, count, root }) {
  if (count === 1) return chunkValue(key, bytes, { index: first, root });
  const left = 2 ** Math.floor(Math.log2(count - 1));
  const one = subtree(key, bytes, { first, count: left, root: false });
  const two = subtree(key, bytes, { first: first + left, count: count - left, root: false });
  words.set(one);
  words.set(two, 8);
  return compress(key, 0, 64, KEYED | PARENT | (root ? ROOT : 0));
}

/** 32 bytes of keyed BLAKE3 of the joined parts. */
export function blake3(keyBytes, ...parts) {
  const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  const key = new Uint32Array(8);
  for (let i = 0; i < 8; i++) key[i] = keyBytes.readUInt32LE(i * 4);
  const count = Math.max(1, Math.ceil(bytes.length / KIB));
  const out = Buffer.alloc(32);
  for (const [i, word] of subtree(key, bytes, { first: 0, count, root: true }).entries())
    out.writeUInt32LE(word, i * 4);
  return out;
}

/** `H`: a digest of 24 bytes. */
const digest = (key, ...parts) => blake3(key, ...parts).subarray(0, 24);

// ── Small parts ─────────────────────────────────────────────────────────────────────────────────

const derive = (secret, salt, info) =>
  Buffer.from(crypto.hkdfSync("sha256", secret, salt, `kluis/1/${info}`, 32));
const number = (value, bytes) => Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex");
const base64 = (text) => Buffer.from(text, "base64");

/** RFC 8785, for the JSON that a vault has. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${fields.join(",")}}`;
}

/** Opens ciphertext ‖ tag (16). */
function decrypt(sealed, { key, nonce, context }) {
  const decipher = crypto.createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

/** Opens nonce (12) ‖ ciphertext ‖ tag (16). */
const decryptOnce = (sealed, key, context) =>
  decrypt(sealed.subarray(12), { key, nonce: sealed.subarray(0, 12), context });

/** The objects of a vault in a folder. */
class Objects {
  constructor(folder) {
    this.folder = folder;
    this.open = new Map();
  }

  read(name, most) {
    const file = path.join(this.folder, name);
    if (!fs.existsSync(file)) throw new Damage(name, "is missing");
    if (fs.statSync(file).size > most) throw new Damage(name, "is larger than its maximum");
    return fs.readFileSync(file);
  }

  names(prefix) {
    const folder = path.join(this.folder, prefix);
    const entries = fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .sort();
  }

  /** A part of a pack. Keeps a few files open. */
  part(name, offset, length) {
    const { handle, size } = this.open.get(name) ?? this.remember(name);
    if (offset < 0 || offset + length > size) throw new Damage(name, "ends early");
    const bytes = Buffer.alloc(length);
    if (fs.readSync(handle, bytes, 0, length, offset) !== length) throw new Damage(name, "ends early");
    return bytes;
  }

  size(name) {
    return (this.open.get(name) ?? this.remember(name)).size;
  }

  remember(name) {
    const file = path.join(this.folder, name);
    if (!fs.existsSync(file)) throw new Damage(name, "is missing");
    const { size } = fs.statSync(file);
    if (size > MOST.pack) throw new Damage(name, "is larger than its maximum");
    if (this.open.size >= 32) this.close();
    const entry = { handle: fs.openSync(file, "r"), size };
    this.open.set(name, entry);
    return entry;
  }

  close() {
    for (const { handle } of this.open.values()) fs.closeSync(handle);
    this.open.clear();
  }
}

// ── Keys (Key slots) ────────────────────────────────────────────────────────────────────────────

const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI = Buffer.from("302a300506032b656e032100", "hex");
const publicKey = (bytes) =>
  crypto.createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: "der", type: "spki" });

/** An X25519 key pair from its 32 private bytes. */
function keyPair(bytes) {
  const privateKey = crypto.createPrivateKey({
    key: Buffer.concat([PKCS8, bytes]),
    format: "der",
    type: "pkcs8",
  });
  const own = crypto
    .createPublicKey(privateKey)
    .export({ format: "der", type: "spki" })
    .subarray(SPKI.length);
  return { privateKey, own };
}

/** The key of a key file. */
export function keyFromFile(text) {
  const { format, version, key } = JSON.parse(text);
  if (format !== "kluis-key" || version !== 1 || base64(key).length !== 32)
    throw new Error("This is not a key file of version 1.");
  return keyPair(base64(key));
}

/** The key of a printed recovery key. */
export function keyFromPaper(text) {
  return keyPair(derive(readPrinted(text, 20), "", "recovery"));
}

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Product in GF(32) modulo x⁵ + x² + 1. */
function times(a, b) {
  let product = 0;
  for (let i = 0; i < 5; i++) if (b & (1 << i)) product ^= a << i;
  for (let i = 9; i >= 5; i--) if (product & (1 << i)) product ^= 0b100101 << (i - 5);
  return product;
}

/** The bytes of groups of four characters and a check character; the last group has 20 bits of a checksum. */
function readPrinted(text, length) {
  const typed = text
    .toUpperCase()
    .replaceAll(/[\s\-–—_.]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  const values = [...typed].map((letter) => LETTERS.indexOf(letter));
  if (values.length !== (length / 2.5 + 1) * 5)
    throw new Error(`The printed key has ${values.length} characters.`);
  let bits = "";
  for (let group = 0; group * 5 < values.length; group++) {
    const [a, b, c, d, check] = values.slice(group * 5, group * 5 + 5);
    const wanted = ((group + 1) % 32) ^ times(a, 2) ^ times(b, 4) ^ times(c, 8) ^ times(d, 16);
    if (check !== wanted) throw new Error(`Group ${group + 1} of the printed key has a typing error.`);
    bits += [a, b, c, d].map((value) => value.toString(2).padStart(5, "0")).join("");
  }
  const bytes = Buffer.from(
    bits
      .slice(0, length * 8)
      .match(/.{8}/g)
      .map((byte) => Number.parseInt(byte, 2)),
  );
  const sum = crypto.createHash("sha256").update("kluis/1/printed").update(bytes).digest();
  if (
    number(sum.readUIntBE(0, 3) >> 4, 3).toString("hex") !==
    number(Number.parseInt(bits.slice(-20), 2), 3).toString("hex")
  )
    throw new Error("The groups of the printed key do not belong together.");
  return bytes;
}

/** The keyring in a slot; throws when the key does not open it. */
function openSlot(slot, { privateKey, own }) {
  if (slot.wrapped.algorithm !== "X25519-HKDF-SHA256-A256GCM") throw new Error("another algorithm");
  const wrapped = base64(slot.wrapped.data);
  const ephemeral = wrapped.subarray(0, 32);
  const shared = crypto.diffieHellman({ privateKey, publicKey: publicKey(ephemeral) });
  const wrapping = derive(shared, Buffer.concat([ephemeral, own]), "wrap");
  const root = decryptOnce(wrapped.subarray(32), wrapping, Buffer.from(`${slot.vaultId}/${slot.slotId}`));
  const { check, ...unchecked } = slot;
  if (digest(derive(root, slot.vaultId, "slot"), Buffer.from(canonical(unchecked))).toString("hex") !== check)
    throw new Error("another check value");
  const { keyring, ...head } = unchecked;
  const content = decryptOnce(
    base64(keyring),
    derive(root, slot.vaultId, "keyring"),
    Buffer.from(canonical(head)),
  );
  return JSON.parse(content.toString("utf8")).keyring;
}

/**
 * The joined keyring of all slots that the key opens. Junk is ignored, and so is a slot of another digest secret: anyone can wrap
 * for a public key, and only the right secret gives the descriptor's check value.
 */
function openKeyring(objects, { check, ...unchecked }, key) {
  const { vaultId } = unchecked;
  const isOfVault = (secret) =>
    digest(derive(secret, vaultId, "descriptor"), Buffer.from(canonical(unchecked))).toString("hex") ===
    check;
  const names = objects.names("keys").filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
  const epochs = new Map();
  let digestSecret = null;
  for (const name of names.slice(0, MOST.slots)) {
    try {
      const slot = JSON.parse(objects.read(`keys/${name}`, MOST.slot).toString("utf8"));
      if (slot.format !== "kluis-slot" || slot.version !== 1) continue;
      if (slot.vaultId !== vaultId || `${slot.slotId}.json` !== name) continue;
      const keyring = openSlot(slot, key);
      const secret = base64(keyring.digestSecret);
      if (keyring.keyring !== 1 || keyring.vaultId !== vaultId || !isOfVault(secret)) continue;
      digestSecret = secret;
      for (const epoch of keyring.epochs) epochs.set(epoch.id, base64(epoch.secret));
    } catch {
      // The slot of another key, or junk.
    }
  }
  if (digestSecret === null) throw new Error("No key slot of the vault opens with this key.");
  return { digestSecret, epochs };
}

// ── The vault ───────────────────────────────────────────────────────────────────────────────────

/** Opens the vault in a folder. @returns {Vault} */
export function openVault(folder, key) {
  const objects = new Objects(folder);
  const descriptor = JSON.parse(objects.read("vault.json", MOST.descriptor).toString("utf8"));
  if (descriptor.format !== "kluis-vault" || descriptor.version !== 1)
    throw new Error("This is not a vault of version 1.");
  if (descriptor.features.incompatible.length > 0)
    throw new Error(
      `The vault needs features that this reader does not know: ${descriptor.features.incompatible.join(", ")}.`,
    );
  const keyring = openKeyring(objects, descriptor, key);
  return new Vault(objects, descriptor.vaultId, keyring);
}

class Vault {
  constructor(objects, vaultId, { digestSecret, epochs }) {
    this.objects = objects;
    this.vaultId = vaultId;
    this.epochs = epochs;
    this.blockKey = derive(digestSecret, vaultId, "block");
    this.nodeKey = derive(digestSecret, vaultId, "node");
    /** Packs that items were read from. */
    this.packsRead = new Set();
    this.packKeys = new Map();
  }

  close() {
    this.objects.close();
  }

  points() {
    return this.objects.names("points").filter((name) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(name));
  }

  /** A manifest with its digest. */
  manifest(pointId) {
    const name = `points/${pointId}`;
    const bytes = this.objects.read(name, MOST.manifest);
    const text = this.guard(name, () => {
      const packed = this.openNamed("KLUISMF1", name, bytes);
      return zstdDecompressSync(packed, { maxOutputLength: MOST.manifestPlain });
    });
    const manifest = JSON.parse(text.toString("utf8"));
    if (manifest.manifestVersion !== 1) throw new Error(`${name} has version ${manifest.manifestVersion}.`);
    if (manifest.pointId !== pointId || manifest.vaultId !== this.vaultId)
      throw new Damage(name, "is the manifest of another point");
    return { manifest, digest: crypto.createHash("sha256").update(text).digest("hex") };
  }

  /** Opens a manifest or a moved table: magic (8) ‖ epoch (4) ‖ nonce ‖ ciphertext ‖ tag. */
  openNamed(magic, name, bytes) {
    if (bytes.subarray(0, 8).toString("latin1") !== magic) throw new Error("has another magic");
    const key = derive(this.epoch(bytes.subarray(8, 12)), this.vaultId, "manifest");
    return decryptOnce(bytes.subarray(12), key, Buffer.concat([bytes.subarray(0, 12), Buffer.from(name)]));
  }

  epoch(id) {
    const secret = this.epochs.get(id.toString("hex"));
    if (secret === undefined) throw new Error(`is of the unknown epoch ${id.toString("hex")}`);
    return secret;
  }

  packKey(pack, kind) {
    const id = `${kind.byte}${pack}`;
    let key = this.packKeys.get(id);
    if (key === undefined) {
      const bytes = Buffer.from(pack, "hex");
      key = blake3(derive(this.epoch(bytes.subarray(12)), this.vaultId, "pack"), bytes, number(kind.byte, 1));
      this.packKeys.set(id, key);
    }
    return key;
  }

  guard(name, work) {
    try {
      return work();
    } catch (error) {
      throw error instanceof Damage ? error : new Damage(name, `does not open (${error.message})`);
    }
  }

  /** The plain bytes of an item; follows moved tables when it is missing or damaged. */
  item(place, hops = 0) {
    const kind = place.kind === CHUNK ? CHUNKS : NODES;
    const name = `${kind.folder}/${place.pack.slice(0, 2)}/${place.pack}`;
    try {
      return this.guard(name, () => this.openItem(place, { name, kind }));
    } catch (error) {
      if (hops >= MOST.hops) throw error;
      for (const next of this.movedPlaces(place)) {
        try {
          return this.item({ ...place, ...next }, hops + 1);
        } catch {
          // Another table may name a better place.
        }
      }
      throw error;
    }
  }

  openItem({ kind, id, pack, offset, length, plainLength }, { name, kind: packKind }) {
    const most = { [CHUNK]: MOST.chunk, [NODE]: MOST.node, [LIST]: MOST.list }[kind];
    if (length <= 17 || length > most) throw new Error("an item of a wrong length");
    const key = this.packKey(pack, packKind);
    const nonce = Buffer.concat([Buffer.alloc(4), number(offset, 8)]);
    const opened = decrypt(this.objects.part(name, offset, length), {
      key,
      nonce,
      context: Buffer.concat([number(kind, 1), id]),
    });
    const plain = unpack(opened, kind === CHUNK ? plainLength : null);
    if (kind === CHUNK && plain.length !== plainLength) throw new Error("a chunk of another length");
    this.packsRead.add(`${packKind.byte}:${pack}`);
    return plain;
  }

  *movedPlaces({ pack, offset }) {
    const prefix = `moved/${pack.slice(0, 2)}/${pack}`;
    for (const file of this.objects.names(prefix)) {
      const name = `${prefix}/${file}`;
      let table = Buffer.alloc(0);
      try {
        table = this.openNamed("KLUISMV1", name, this.objects.read(name, MOST.moved));
      } catch {
        // A damaged table: another may help.
      }
      for (let at = 0; at + 28 <= table.length; at += 28) {
        if (table.readUInt32BE(at) !== offset) continue;
        const next = {
          pack: table.toString("hex", at + 4, at + 20),
          offset: table.readUInt32BE(at + 20),
          length: table.readUInt32BE(at + 24),
        };
        yield next;
      }
    }
  }

  /** The table of contents of a pack, with the place of each item. */
  table(pack, kind) {
    const name = `${kind.folder}/${pack.slice(0, 2)}/${pack}`;
    return this.guard(name, () => {
      const size = this.objects.size(name);
      const trailer = this.objects.part(name, size - 16, 16);
      const [length, count] = [trailer.readUInt32BE(0), trailer.readUInt32BE(4)];
      if (
        trailer.toString("latin1", 8) !== "KLUISPE1" ||
        this.objects.part(name, 0, 8).toString("latin1") !== "KLUISPK1"
      )
        throw new Error("is not a pack");
      if (length > MOST.table || count > MOST.items) throw new Error("has too large a table");
      const start = size - 16 - length;
      const head = Buffer.concat([number(0, 1), Buffer.from(pack, "hex"), number(kind.byte, 1)]);
      const context = Buffer.concat([head, trailer.subarray(0, 8), Buffer.from("KLUISPK1KLUISPE1")]);
      const nonce = Buffer.concat([Buffer.alloc(4, 255), Buffer.alloc(8)]);
      const opened = decrypt(this.objects.part(name, start, length), {
        key: this.packKey(pack, kind),
        nonce,
        context,
      });
      return tableItems(unpack(opened, null), { count, start });
    });
  }
}

function tableItems(plain, { count, start }) {
  if (plain.length !== count * 33) throw new Error("has a table of another length");
  const items = new Map();
  let offset = 8;
  for (let at = 0; at < plain.length; at += 33) {
    const [length, plainLength] = [plain.readUInt32BE(at + 25), plain.readUInt32BE(at + 29)];
    items.set(offset, { kind: plain[at], id: plain.subarray(at + 1, at + 25), length, plainLength });
    offset += length;
  }
  if (offset !== start) throw new Error("has a table that does not describe it");
  return items;
}

/** The plain bytes after the codec; only chunks (with a most length) may be compressed. */
function unpack(opened, most) {
  if (opened[0] === 0) return opened.subarray(1);
  if (opened[0] === 1 && most !== null)
    return zstdDecompressSync(opened.subarray(1), { maxOutputLength: most });
  throw new Error(`has the unknown codec ${opened[0]}`);
}

// ── Maps and disks ──────────────────────────────────────────────────────────────────────────────

/** The parts of a node reference: `level:digest:pack:offset:length`. */
function parseReference(text) {
  const match = /^([0-9]):([0-9a-f]{48}):([0-9a-f]{32}):(0|[1-9]\d*):(0|[1-9]\d*)$/.exec(text);
  if (match === null) throw new Error("A manifest has a node reference of another form.");
  const [, level, id, pack, offset, length] = match;
  return {
    level: Number(level),
    id: Buffer.from(id, "hex"),
    pack,
    offset: Number(offset),
    length: Number(length),
  };
}

/** Lowest level from 2 whose node spans the disk. */
function rootLevel(diskBytes) {
  let level = 2;
  while (32 ** level * WINDOW < diskBytes) level++;
  return level;
}

function packIds(bytes, at, count) {
  return Array.from({ length: count }, (_, i) => bytes.toString("hex", at + i * 16, at + i * 16 + 16));
}

/** A leaf: the blocks of its window, each with its digest and its place in a chunk. */
function readLeaf(bytes, key, wanted) {
  const mask = bytes.readUInt16BE(1);
  const [packCount, chunkCount] = [bytes[3], bytes[4]];
  const packs = packIds(bytes, 5, packCount);
  let at = 5 + packCount * 16;
  const chunks = Array.from({ length: chunkCount }, (_, i) => {
    const from = at + i * 34;
    const blocks = bytes[from + 9];
    const place = {
      kind: CHUNK,
      pack: packs[bytes[from]],
      offset: bytes.readUInt32BE(from + 1),
      length: bytes.readUInt32BE(from + 5),
    };
    return { ...place, plainLength: blocks * BLOCK, id: bytes.subarray(from + 10, from + 34) };
  });
  at += chunkCount * 34;
  const blocks = [];
  for (let i = 0; i < 16; i++) {
    if ((mask & (1 << i)) === 0) continue;
    blocks.push({
      index: i,
      chunk: chunks[bytes[at] >> 4],
      position: bytes[at] & 15,
      digest: bytes.subarray(at + 1, at + 25),
    });
    at += 25;
  }
  if (bytes[0] !== 0 || mask === 0 || at !== bytes.length) throw new Error("a leaf of another form");
  const found = digest(key, number(0, 1), number(mask, 2), ...blocks.map((block) => block.digest));
  if (!found.equals(wanted)) throw new Error("a leaf of another digest");
  return { chunks, blocks };
}

/** An inner node: its children by position, and with level 2 the place of its pack list. */
function readInner(bytes, key, { level, wanted }) {
  const mask = bytes.readUInt32BE(1);
  const packs = packIds(bytes, 6, bytes[5]);
  let at = 6 + bytes[5] * 16;
  const children = [];
  for (let i = 0; i < 32; i++) {
    if ((mask & (2 ** i)) === 0) continue;
    const place = {
      pack: packs[bytes[at]],
      offset: bytes.readUInt32BE(at + 1),
      length: bytes.readUInt16BE(at + 5),
    };
    children.push({ position: i, level: level - 1, ...place, id: bytes.subarray(at + 7, at + 31) });
    at += 31;
  }
  let list = null;
  if (level === 2) {
    const place = {
      pack: packs[bytes[at]],
      offset: bytes.readUInt32BE(at + 1),
      length: bytes.readUInt32BE(at + 5),
    };
    list = { kind: LIST, ...place, id: bytes.subarray(at + 9, at + 33) };
    at += 33;
  }
  if (bytes[0] !== level || mask === 0 || at !== bytes.length)
    throw new Error("an inner node of another form");
  const found = digest(key, number(level, 1), number(mask, 4), ...children.map(({ id }) => id));
  if (!found.equals(wanted)) throw new Error("an inner node of another digest");
  return { children, list };
}

/**
 * Reads a disk of a manifest, block by block in ascending order, and checks every digest on the way. Yields the offset and the
 * bytes of each block that is not zero. `onSegment` gets what each pack list says and what the segment uses.
 */
export function* blocksOf(vault, disk, onSegment = () => undefined) {
  const level = rootLevel(disk.diskBytes);
  const root = disk.root === null ? null : parseReference(disk.root);
  const head = Buffer.concat([Buffer.from("disk"), number(disk.diskBytes, 8), number(level, 1)]);
  if (digest(vault.nodeKey, head, root?.id ?? Buffer.alloc(24)).toString("hex") !== disk.rootDigest)
    throw new Damage(`disk ${disk.key}`, "has another root digest");
  if (root === null) return;
  if (root.level !== level) throw new Damage(`disk ${disk.key}`, "has a root of another level");
  yield* walk(vault, root, { first: 0, disk, onSegment, use: null });
}

function* walk(vault, node, context) {
  const { first, disk, onSegment } = context;
  if (first * WINDOW >= disk.diskBytes) throw new Damage(`disk ${disk.key}`, "has content beyond its end");
  const bytes = vault.item({ ...node, kind: NODE });
  context.use?.(NODES, node);
  const name = `nodes/${node.pack.slice(0, 2)}/${node.pack}`;
  if (node.level === 0) {
    const leaf = vault.guard(name, () => readLeaf(bytes, vault.nodeKey, node.id));
    for (const chunk of new Set(leaf.blocks.map((block) => block.chunk))) context.use?.(CHUNKS, chunk);
    yield* windowOf(vault, leaf, context);
    return;
  }
  const { children, list } = vault.guard(name, () =>
    readInner(bytes, vault.nodeKey, { level: node.level, wanted: node.id }),
  );
  const used = new Map();
  const use = (kind, { pack, length }) =>
    used.set(`${kind.byte}:${pack}`, (used.get(`${kind.byte}:${pack}`) ?? 0) + length);
  const span = 32 ** (node.level - 1);
  for (const child of children)
    yield* walk(vault, child, {
      ...context,
      first: first + child.position * span,
      use: list === null ? context.use : use,
    });
  if (list !== null) onSegment({ first, listed: readList(vault, list), used });
}

/** The bytes of a leaf's blocks, opened chunk by chunk, and compared with their digests. */
function* windowOf(vault, { blocks }, { first, disk }) {
  const opened = new Map();
  for (const { index, chunk, position, digest: wanted } of blocks) {
    if (!opened.has(chunk)) opened.set(chunk, vault.item(chunk));
    const block = opened.get(chunk).subarray(position * BLOCK, (position + 1) * BLOCK);
    if (block.length !== BLOCK || !digest(vault.blockKey, block).equals(wanted))
      throw new Damage(`packs/${chunk.pack.slice(0, 2)}/${chunk.pack}`, "holds a block of another digest");
    const offset = first * WINDOW + index * BLOCK;
    if (offset >= disk.diskBytes) throw new Damage(`disk ${disk.key}`, "has content beyond its end");
    yield { offset, bytes: block.subarray(0, disk.diskBytes - offset) };
  }
}

/** Live bytes by kind and id of pack. */
function readList(vault, place) {
  const bytes = vault.item(place);
  if (bytes.length % 22 !== 0 || !digest(vault.nodeKey, number(255, 1), bytes).equals(place.id))
    throw new Damage(`nodes/${place.pack.slice(0, 2)}/${place.pack}`, "holds a pack list of another id");
  const listed = new Map();
  for (let at = 0; at < bytes.length; at += 22)
    listed.set(`${bytes[at]}:${bytes.toString("hex", at + 1, at + 17)}`, bytes.readUIntBE(at + 17, 5));
  return listed;
}

/** Checks a recovery point entirely: every byte, every table and every pack list. Returns the bytes of its disks' blocks. */
export function verifyPoint(vault, pointId) {
  const { manifest } = vault.manifest(pointId);
  vault.packsRead.clear();
  let total = 0;
  for (const disk of manifest.disks) {
    const onSegment = ({ first, listed, used }) => {
      if (canonical(Object.fromEntries(listed)) !== canonical(Object.fromEntries(used)))
        throw new Damage(
          `points/${pointId}`,
          `the pack list of disk ${disk.key} at window ${first} differs from its map`,
        );
    };
    for (const { bytes } of blocksOf(vault, disk, onSegment)) total += bytes.length;
  }
  // A list may name a pack that was compacted: its items were read where they moved to.
  for (const key of vault.packsRead) {
    const [kind, pack] = key.split(":");
    vault.table(pack, kind === "1" ? CHUNKS : NODES);
  }
  return total;
}

/** Writes a disk to a sparse file. */
export function restoreDisk(vault, disk, file) {
  const handle = fs.openSync(file, "wx");
  try {
    fs.ftruncateSync(handle, disk.diskBytes);
    // A nearly full disk takes a part, and the write of the rest fails with the cause.
    for (const { offset, bytes } of blocksOf(vault, disk))
      for (let done = 0; done < bytes.length; )
        done += fs.writeSync(handle, bytes, done, bytes.length - done, offset + done);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

// ── Command line ────────────────────────────────────────────────────────────────────────────────

function main([command, folder, option, file, ...rest]) {
  const keyOf = { "--key": keyFromFile, "--recovery-key": keyFromPaper }[option];
  if (folder === undefined || keyOf === undefined || file === undefined)
    throw new Error("Usage: see the head of this file.");
  const vault = openVault(folder, keyOf(fs.readFileSync(file, "utf8")));
  const [pointId, key, target] = rest;
  if (command === "ls") return list(vault);
  if (command === "verify") return verify(vault, pointId === undefined ? vault.points() : [pointId]);
  if (command !== "restore" || target === undefined) throw new Error("Usage: see the head of this file.");
  const disk = vault.manifest(pointId).manifest.disks.find((one) => one.key === key);
  if (disk === undefined) throw new Error(`The recovery point has no disk ${key}.`);
  restoreDisk(vault, disk, target);
  console.log(`${target}: disk ${key} of ${pointId}`);
  return 0;
}

function list(vault) {
  for (const pointId of vault.points()) {
    const { manifest } = vault.manifest(pointId);
    const disks = manifest.disks.map(({ key, diskBytes }) => `${key}: ${diskBytes} bytes`).join(", ");
    console.log(`${pointId}  ${manifest.times.takenAt}  ${manifest.vm.name}  ${disks}`);
  }
  return 0;
}

function verify(vault, pointIds) {
  let code = 0;
  for (const pointId of pointIds) {
    try {
      console.log(`${pointId}: intact, ${verifyPoint(vault, pointId)} bytes`);
    } catch (error) {
      console.log(`${pointId}: ${error.message}`);
      code = 1;
    }
  }
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
