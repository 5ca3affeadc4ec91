/** Secrets on paper: groups of five characters, each with a check character that finds and places a typing error. */
import { createHash } from "node:crypto";
import { KluisError } from "@kluis/domain/core";

/** Crockford's base 32: without I, L, O and U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DATA_PER_GROUP = 4;
const GROUP = DATA_PER_GROUP + 1;
/** Powers of a primitive element of GF(32): distinct, so a changed or swapped character always changes the check. */
const WEIGHTS = [2, 4, 8, 16] as const;

/**
 * Prints bytes as groups of four data characters and one check character, and one last group with 20 bits of their SHA-256.
 * @param bytes a multiple of 5, so that groups are full
 */
export function printSecret(bytes: Uint8Array): string {
  if (bytes.length % 5 !== 0) throw new RangeError("a printed secret has whole groups");
  const values = [...toFives(bytes), ...toFives(digestOf(bytes)).slice(0, DATA_PER_GROUP)];
  const groups: string[] = [];
  for (let at = 0; at < values.length; at += DATA_PER_GROUP) {
    const group = values.slice(at, at + DATA_PER_GROUP);
    groups.push([...group, checkOf(group, groups.length)].map((value) => ALPHABET[value] ?? "").join(""));
  }
  return groups.join("-");
}

/**
 * Reads what {@link printSecret} printed. Case, spaces, dashes and line breaks do not matter; O reads as 0, I and L as 1.
 * @throws KluisError INPUT_INVALID naming the first wrong group, counted from 1. It quotes nothing: the text is secret.
 */
export function readPrinted(text: string, byteCounts: readonly number[]): Buffer {
  const values = valuesOf(text);
  const lengths = byteCounts.map(charactersOf);
  if (!lengths.includes(values.length)) throw wrongLength(values.length, lengths);
  const data: number[] = [];
  for (let at = 0, index = 0; at < values.length; at += GROUP, index += 1) {
    const group = values.slice(at, at + DATA_PER_GROUP);
    if (checkOf(group, index) !== values[at + DATA_PER_GROUP]) throw wrongGroup(index + 1);
    data.push(...group);
  }
  const bytes = fromFives(data.slice(0, -DATA_PER_GROUP));
  const sum = toFives(digestOf(bytes)).slice(0, DATA_PER_GROUP);
  if (sum.join() !== data.slice(-DATA_PER_GROUP).join()) throw wrongWhole();
  return bytes;
}

/** Whether a text is as long as a printed secret of so many bytes. */
export function isPrintedLength(text: string, bytes: number): boolean {
  return bare(text).length === charactersOf(bytes);
}

/** Characters, without dashes, of a printed secret of so many bytes. */
function charactersOf(bytes: number): number {
  return ((bytes * 8) / (5 * DATA_PER_GROUP) + 1) * GROUP;
}

function valuesOf(text: string): number[] {
  return Array.from(bare(text), (character, at) => {
    const value = ALPHABET.indexOf({ O: "0", I: "1", L: "1" }[character] ?? character);
    if (value < 0) throw wrongGroup(Math.floor(at / GROUP) + 1);
    return value;
  });
}

function bare(text: string): string {
  return text.toUpperCase().replaceAll(/[\s\-–—_.]/g, "");
}

/** The position is part of the check, so that two groups in the wrong order are found. */
function checkOf(group: readonly number[], index: number): number {
  return group.reduce((sum, value, i) => sum ^ times(value, WEIGHTS[i] ?? 1), (index + 1) % 32);
}

/** Product in GF(32) with x⁵ + x² + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let [left, right] = [a, b]; right > 0; right >>= 1) {
    if (right & 1) product ^= left;
    left <<= 1;
    if (left & 32) left ^= 0b100101;
  }
  return product;
}

function toFives(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) values.push((held >> (bits - 5)) & 31);
    held &= (1 << bits) - 1;
  }
  return values;
}

function fromFives(values: readonly number[]): Buffer {
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const value of values) {
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update("kluis/1/printed").update(bytes).digest();
}

function wrongGroup(group: number): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "printed-group",
    message: `Group ${group} has a typing error.`,
    action: "Compare this group with the paper, and correct it.",
    params: { group },
  });
}

function wrongLength(found: number, wanted: readonly number[]): KluisError {
  const expected = Math.max(...wanted);
  return new KluisError("INPUT_INVALID", {
    reason: "printed-length",
    message: `The text has ${found} characters; ${expected} are expected.`,
    action: "Type all groups, in their order. Dashes, spaces and line breaks do not count.",
    params: { found, expected },
  });
}

function wrongWhole(): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "printed-whole",
    message: "Every group is well formed, but they do not belong together.",
    action: "Check whether groups of two papers were mixed.",
  });
}
