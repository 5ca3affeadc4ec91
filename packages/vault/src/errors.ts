/** The errors that several parts of the vault throw. */
import { isKluisError, KluisError } from "@kluis/domain/core";

type Params = Readonly<Record<string, string | number>>;

/**
 * An object of the vault does not hold the content that it must.
 * @param object its name in the store
 * @param problem for logs and support, as the end of a sentence: "it ends early"
 */
export function damaged(object: string, problem: string, cause?: unknown): KluisError {
  return damagedAt({ object, offset: null }, problem, cause);
}

/** As `damaged`, for the item at an offset of a pack. */
export function damagedAt(
  { object, offset }: { readonly object: string; readonly offset: number | null },
  problem: string,
  cause?: unknown,
): KluisError {
  return new KluisError("VAULT_DATA_DAMAGED", {
    message: `The vault's object ${object} is damaged: ${problem}.`,
    action: "Verify the recovery points of this vault. Points that do not need this object are intact.",
    params: { object, problem, ...(offset === null ? {} : { offset }) },
    cause,
  });
}

/** The table of contents of a pack is damaged: its items are read without it. `offset`: after every item. */
export function damagedTable(
  { object, offset }: { readonly object: string; readonly offset: number },
  problem: string,
  cause?: unknown,
): KluisError {
  return new KluisError("VAULT_DATA_DAMAGED", {
    message: `The vault's object ${object} is damaged: ${problem}.`,
    action: "Recovery points can be read without it. Only a rebuild of the catalog needs it.",
    params: { object, offset, problem, part: "table" },
    cause,
  });
}

export function missing(object: string, store: string): KluisError {
  return new KluisError("VAULT_OBJECT_MISSING", {
    message: `The vault's object ${object} is missing in ${store}.`,
    action: "Check whether it was deleted outside Kluis. A soft-deleted blob can be undeleted.",
    params: { object, store },
  });
}

export function alreadyExists(object: string): KluisError {
  return new KluisError("VAULT_OBJECT_EXISTS", {
    message: `The vault already has an object ${object} with other content.`,
    action: "Nothing was overwritten. Check which installation writes to this vault.",
    params: { object },
  });
}

/** The object that an error names, or an empty string. */
export function objectOf(error: KluisError): string {
  const name = error.params["object"];
  return typeof name === "string" ? name : "";
}

/** A mistake of the caller, not of the vault. */
export function invalid(message: string, params: Params = {}): KluisError {
  return new KluisError("INPUT_INVALID", { reason: "value", message, params });
}

/** The answer; null when the store has no such object. */
export async function missingAsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isKluisError(error, "VAULT_OBJECT_MISSING")) return null;
    throw error;
  }
}
