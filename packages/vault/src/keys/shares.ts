/** A key in printed shares: any `threshold` of `count` make it, fewer reveal nothing. */
import { createHash, randomBytes } from "node:crypto";
import { KluisError } from "@kluis/domain/core";
import { isPrintedLength, printSecret, readPrinted } from "./printed.ts";
import { type KeyProvider, LocalKey } from "./provider.ts";
import { deriveX25519, PRINTED_SECRET_BYTES } from "./recovery.ts";

/** Two holders at least; more papers than this are lost rather than kept. */
export const MIN_THRESHOLD = 2;
export const MAX_SHARES = 16;
/** Set id (5) ‖ number (1) ‖ threshold (1) ‖ count (1) ‖ one zero byte ‖ share (21). */
const SHARE_BYTES = 30;
const SET_BYTES = 5;
const SHARE_AT = 9;

/** A printed share. */
export interface PrintedShare {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export interface ShareSet {
  /** 10 hex characters: which papers belong together. */
  readonly setId: string;
  readonly shares: readonly PrintedShare[];
  readonly key: KeyProvider;
}

/**
 * Makes a key and its shares. Their texts are secrets: show them once, and keep them nowhere.
 * @throws KluisError INPUT_INVALID unless 2 ≤ threshold ≤ count ≤ 16
 */
export async function createShares(threshold: number, count: number): Promise<ShareSet> {
  if (!isSane(threshold, count)) {
    throw new KluisError("INPUT_INVALID", {
      reason: "share-counts",
      message: `${threshold} of ${count} shares are not possible.`,
      action: `Use 2 to ${MAX_SHARES} shares, and a threshold from 2 to their number.`,
      params: { threshold, count, most: MAX_SHARES },
    });
  }
  const secret = randomBytes(PRINTED_SECRET_BYTES);
  const { split } = await import("shamir-secret-sharing");
  const parts = await split(new Uint8Array(secret), count, threshold);
  const set = setOf(secret);
  const shares = parts.map((part, at) => {
    const head = Buffer.from([at + 1, threshold, count, 0]);
    return { number: at + 1, text: printSecret(Buffer.concat([set, head, part])) };
  });
  return { setId: set.toString("hex"), shares, key: keyOf(secret, threshold, count) };
}

/** What a share says about its set. */
export interface ReadShare {
  readonly setId: string;
  readonly number: number;
  readonly threshold: number;
  readonly count: number;
  readonly part: Uint8Array;
}

/** Whether a typed text is a share, by its length: a recovery key is shorter. */
export function isShare(text: string): boolean {
  return isPrintedLength(text, SHARE_BYTES);
}

/** @throws KluisError INPUT_INVALID naming the group with a typing error */
export function readShare(text: string): ReadShare {
  const bytes = readPrinted(text, [SHARE_BYTES]);
  const [number = 0, threshold = 0, count = 0] = bytes.subarray(SET_BYTES);
  const setId = bytes.subarray(0, SET_BYTES).toString("hex");
  return { setId, number, threshold, count, part: bytes.subarray(SHARE_AT) };
}

/**
 * The key of typed shares; more than the threshold are fine, the same one twice counts once.
 * @throws KluisError INPUT_INVALID naming the share (from 1, in the order given) and what is wrong with it
 */
export async function combineShares(texts: readonly string[]): Promise<KeyProvider> {
  const read = texts.map((text, at) => readNamed(text, at + 1));
  const odd = read.findIndex((share) => !isPossible(share));
  if (odd >= 0) throw otherSet(odd + 1);
  const [first] = read;
  const distinct = [...new Map(read.map((share) => [share.number, share])).values()];
  if (first === undefined || distinct.length < first.threshold)
    throw tooFew(distinct.length, first?.threshold ?? MIN_THRESHOLD);
  const stranger = read.findIndex(({ setId }) => setId !== first.setId);
  if (stranger >= 0) throw otherSet(stranger + 1);
  const { threshold, count } = first;
  const secret = await combined(distinct);
  if (secret === null || !setOf(secret).equals(Buffer.from(first.setId, "hex"))) throw otherSet(1);
  return keyOf(secret, threshold, count);
}

/** The secret of shares; null when two of them are of one point. */
async function combined(shares: readonly ReadShare[]): Promise<Uint8Array | null> {
  const { combine } = await import("shamir-secret-sharing");
  const parts = shares.map(({ part }) => new Uint8Array(part));
  const points = new Set(parts.map((part) => part.at(-1)));
  return points.size === parts.length ? combine(parts) : null;
}

/** The check characters of a share prove only that it was typed as it was printed. */
function isPossible({ number, threshold, count }: ReadShare): boolean {
  return isSane(threshold, count) && number >= 1 && number <= count;
}

function readNamed(text: string, share: number): ReadShare {
  try {
    return readShare(text);
  } catch (error) {
    if (!(error instanceof KluisError)) throw error;
    const { group } = error.params;
    if (typeof group !== "number") throw error;
    throw new KluisError("INPUT_INVALID", {
      reason: "share-group",
      message: `Group ${group} of share ${share} has a typing error.`,
      action: "Compare this group with the paper, and correct it.",
      params: { group, share },
    });
  }
}

function keyOf(secret: Uint8Array, threshold: number, count: number): KeyProvider {
  return new LocalKey(deriveX25519(secret, "shares"), { kind: "shares", shares: { threshold, count } });
}

function setOf(secret: Uint8Array): Buffer {
  return createHash("sha256").update("kluis/1/share-set").update(secret).digest().subarray(0, SET_BYTES);
}

function isSane(threshold: number, count: number): boolean {
  return (
    Number.isInteger(threshold) &&
    Number.isInteger(count) &&
    threshold >= MIN_THRESHOLD &&
    threshold <= count &&
    count <= MAX_SHARES
  );
}

function tooFew(found: number, threshold: number): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "shares-too-few",
    message: `${found} different shares are given; this set needs ${threshold}.`,
    action: "Add shares of the same set.",
    params: { found, threshold },
  });
}

function otherSet(share: number): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "share-of-other-set",
    message: `Share ${share} does not belong to the same set as the others.`,
    action: "Compare the set ids on the papers.",
    params: { share },
  });
}
