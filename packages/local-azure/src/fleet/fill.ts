/** The content of the demo fleet's large files, computed from a seed instead of shipped. */
import { createCipheriv, createHash } from "node:crypto";

/** Kinds of content: equal on all machines, without empty or repeated 4 KiB blocks. */
export type FillKind = "text" | "binary" | "random";

/** Content is made in units of this size; a range costs every unit that it touches. */
const UNIT_BYTES = 65_536;
const PAGE_BYTES = 8192;
const ROW_BYTES = 128;

const zeros = Buffer.alloc(UNIT_BYTES);

/** The key stream of a seed from `byteOffset` (a multiple of 16): AES-128-CTR over zeros. */
function keyStream(seed: string, byteOffset: number, length: number): Buffer {
  const key = createHash("sha256").update(seed).digest().subarray(0, 16);
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(byteOffset / 16), 8);
  return createCipheriv("aes-128-ctr", key, counter).update(zeros.subarray(0, length));
}

const levels = ["INFO", "INFO", "INFO", "INFO", "INFO", "WARN", "DEBUG", "ERROR"];
const sources = ["checkout", "catalog", "payment", "session", "mailer", "search", "stock", "gateway"];
const events = [
  "request completed in",
  "cache refreshed after",
  "connection released, waited",
  "order accepted, total",
  "retry scheduled after",
  "page rendered, bytes",
  "query returned, rows",
  "token renewed, seconds left",
];

/** Log lines of a busy service; a unit holds about nine minutes. */
function textUnit(seed: string, unit: number): Buffer {
  const out = Buffer.alloc(UNIT_BYTES, 0x20);
  const noise = keyStream(seed, unit * UNIT_BYTES, 8192);
  let at = 0;
  for (let line = 0; at < UNIT_BYTES; line += 1) {
    const draw = noise.readUInt32LE((line * 8) % 8184);
    const time = new Date(1_790_000_000_000 + (unit * 700 + line) * 770).toISOString();
    const text = `${time} ${levels[draw & 7]} ${sources[(draw >> 3) & 7]}[${unit}.${line}] ${events[(draw >> 6) & 7]} ${draw >>> 9}\n`;
    at += out.write(text, at, "latin1");
  }
  out[UNIT_BYTES - 1] = 0x0a;
  return out;
}

const names = ["Aalders", "Bakker", "Dijkstra", "Hendriks", "Jansen", "Meijer", "Peters", "Visser"];

/** Pages of a database table: a numbered header, then rows of fixed width with some entropy. */
function binaryUnit(seed: string, unit: number): Buffer {
  const out = Buffer.alloc(UNIT_BYTES);
  const noise = keyStream(seed, unit * UNIT_BYTES, UNIT_BYTES / 4);
  for (let row = 0; row < UNIT_BYTES / ROW_BYTES; row += 1) {
    const at = row * ROW_BYTES;
    const id = unit * (UNIT_BYTES / ROW_BYTES) + row;
    if (at % PAGE_BYTES === 0) {
      out.write("PAGE", at, "latin1");
      out.writeUInt32LE((unit * UNIT_BYTES + at) / PAGE_BYTES, at + 4);
      noise.copy(out, at + 8, row * 32, row * 32 + 32);
      continue;
    }
    out.writeUInt32LE(id, at);
    noise.copy(out, at + 4, row * 32, row * 32 + 28);
    out.write(`${names[(noise[row * 32] ?? 0) & 7]} order ${id} EUR`, at + 40, "latin1");
  }
  return out;
}

function unitOf(kind: FillKind, seed: string, unit: number): Buffer {
  if (kind === "text") return textUnit(seed, unit);
  if (kind === "binary") return binaryUnit(seed, unit);
  return keyStream(seed, unit * UNIT_BYTES, UNIT_BYTES);
}

/** Bytes `[offset, offset + length)` of the content of a seed. Keep `length` to a few MiB. */
export function fillBytes(kind: FillKind, seed: string, range: { offset: number; length: number }): Buffer {
  const first = Math.floor(range.offset / UNIT_BYTES);
  const last = Math.ceil((range.offset + range.length) / UNIT_BYTES);
  const units: Buffer[] = [];
  for (let unit = first; unit < last; unit += 1) units.push(unitOf(kind, seed, unit));
  const start = range.offset - first * UNIT_BYTES;
  return Buffer.concat(units).subarray(start, start + range.length);
}
