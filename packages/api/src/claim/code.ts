/** Codes that a person reads from a screen and types. */
import { randomInt } from "node:crypto";

/** Crockford's base 32: no letter that looks like a digit. */
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const groups = 5;
const groupLength = 4;

/** 100 random bits: `K7QF-…`, five groups of four letters. */
export function newClaimCode(): string {
  const group = (): string => Array.from({ length: groupLength }, () => letters[randomInt(32)]).join("");
  return Array.from({ length: groups }, group).join("-");
}

/** The code as it is compared: without spaces and dashes, in capitals, with letters that look like digits as those digits. */
export function plainClaimCode(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
}
