/** Leaves of a chunk map and their encoding (docs/vault-format.md, Chunk map). */
import { placeKey } from "@kluis/domain/core";
import { BLOCKS_PER_WINDOW, DIGEST_BYTES, PACK_ID_BYTES } from "../constants.ts";
import { checkPlace, MAX_CHUNK_BYTES } from "../maxima.ts";
import { maskOf, packsOf, readEntries, readPacks, writePacks } from "./node-codec.ts";

/** A chunk that a leaf names, with its place. */
export interface LeafChunk {
  /** Hex. */
  readonly id: string;
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
  /** Blocks in the chunk, 1 to 16; this leaf need not use all of them. */
  readonly blocks: number;
}

/** Content of one block: its digest, and the chunk and position that hold its bytes. */
export interface LeafBlock {
  readonly digest: Buffer;
  readonly chunk: LeafChunk;
  readonly position: number;
}

/** One window of a disk: 16 entries, null for zero blocks. At least one is not null. */
export interface Leaf {
  readonly blocks: readonly (LeafBlock | null)[];
}

const HEAD_BYTES = 5;
const CHUNK_BYTES = 10 + DIGEST_BYTES;
const BLOCK_ENTRY_BYTES = 1 + DIGEST_BYTES;

export function leafDigests(leaf: Leaf): Buffer[] {
  return leaf.blocks.flatMap((block) => (block === null ? [] : [block.digest]));
}

/** The chunks in use, each once, in order of first use. */
export function leafChunks(leaf: Leaf): LeafChunk[] {
  const seen = new Map<string, LeafChunk>();
  for (const block of leaf.blocks) {
    if (block !== null) seen.set(placeKey(block.chunk), block.chunk);
  }
  return [...seen.values()];
}

export function encodeLeaf(leaf: Leaf): Buffer {
  const chunks = leafChunks(leaf);
  const packs = packsOf(chunks);
  const present = leaf.blocks.filter((block) => block !== null);
  const out = Buffer.alloc(
    HEAD_BYTES +
      packs.length * PACK_ID_BYTES +
      chunks.length * CHUNK_BYTES +
      present.length * BLOCK_ENTRY_BYTES,
  );
  out.writeUInt16BE(maskOf(leaf.blocks), 1);
  out.writeUInt8(packs.length, 3);
  out.writeUInt8(chunks.length, 4);
  let at = writePacks(out, HEAD_BYTES, packs);
  for (const chunk of chunks) {
    out.writeUInt8(packs.indexOf(chunk.pack), at);
    out.writeUInt32BE(chunk.offset, at + 1);
    out.writeUInt32BE(chunk.length, at + 5);
    out.writeUInt8(chunk.blocks, at + 9);
    at += 10 + out.write(chunk.id, at + 10, "hex");
  }
  const order = new Map(chunks.map((chunk, n) => [placeKey(chunk), n]));
  for (const block of present) {
    const chunk = order.get(placeKey(block.chunk)) ?? 0;
    out.writeUInt8(chunk * 16 + block.position, at);
    out.set(block.digest, at + 1);
    at += BLOCK_ENTRY_BYTES;
  }
  return out;
}

/** @throws RangeError when the bytes are not a leaf */
export function decodeLeaf(bytes: Buffer): Leaf {
  if (bytes.length < HEAD_BYTES || bytes.readUInt8(0) !== 0) throw new RangeError("not a leaf");
  const mask = bytes.readUInt16BE(1);
  const packs = readPacks(bytes, HEAD_BYTES, bytes.readUInt8(3));
  const chunkCount = bytes.readUInt8(4);
  let at = HEAD_BYTES + packs.length * PACK_ID_BYTES;
  const chunks: LeafChunk[] = [];
  for (let n = 0; n < chunkCount; n++, at += CHUNK_BYTES) {
    if (at + CHUNK_BYTES > bytes.length) throw new RangeError("a leaf that ends early");
    chunks.push(decodeChunk(bytes, at, packs));
  }
  const layout = {
    mask,
    count: BLOCKS_PER_WINDOW,
    start: at,
    end: bytes.length,
    entryBytes: BLOCK_ENTRY_BYTES,
  };
  return { blocks: readEntries(layout, (entry) => decodeBlock(bytes, entry, chunks)) };
}

function decodeChunk(bytes: Buffer, at: number, packs: readonly string[]): LeafChunk {
  const pack = packs[bytes.readUInt8(at)];
  const blocks = bytes.readUInt8(at + 9);
  if (pack === undefined || blocks < 1 || blocks > BLOCKS_PER_WINDOW)
    throw new RangeError("a chunk without a pack");
  const chunk = {
    id: bytes.toString("hex", at + 10, at + CHUNK_BYTES),
    pack,
    offset: bytes.readUInt32BE(at + 1),
    length: bytes.readUInt32BE(at + 5),
    blocks,
  };
  checkPlace(chunk, MAX_CHUNK_BYTES);
  return chunk;
}

function decodeBlock(bytes: Buffer, at: number, chunks: readonly LeafChunk[]): LeafBlock {
  const place = bytes.readUInt8(at);
  const chunk = chunks[place >> 4];
  const position = place & 15;
  if (chunk === undefined || position >= chunk.blocks) throw new RangeError("a block without a chunk");
  return { digest: bytes.subarray(at + 1, at + BLOCK_ENTRY_BYTES), chunk, position };
}
