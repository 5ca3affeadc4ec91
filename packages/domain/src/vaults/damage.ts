/** Damage in a vault: objects that are missing, or whose content is not what was stored. */
import { z } from "zod";
import { isKluisError, type KluisError } from "../errors/errors.ts";

/**
 * The defect of an object of a vault.
 * - `unreadable`: its content does not open, or is not what was stored
 * - `missing`: the storage does not have it
 * - `table`: the table of contents of a pack is damaged. Its content can be read, and only a rebuild of the index needs the table
 */
export const damageReasons = ["unreadable", "missing", "table"] as const;
export type DamageReason = (typeof damageReasons)[number];

/** What Kluis did when it found damage. `comparison`: the index and the points were compared with the storage. */
export const damageFinders = [
  "backup",
  "restore",
  "download",
  "verification",
  "collection",
  "copy",
  "comparison",
] as const;
export type DamageFinder = (typeof damageFinders)[number];

/**
 * What healed damage.
 * - `backup`: a backup met the content again and stored it again
 * - `verification`: the content was read again and is as it was stored
 * - `comparison`: the storage has the object again
 * - `moved`: the storage has moved tables that lead to the content: the database was older than the vault
 * - `copy`: a copy of the recovery point in another vault has the content, and it was stored again from there
 * - `unneeded`: no recovery point needs it any more; of a table: its pack is gone, or was compacted
 */
export const damageHealers = ["backup", "verification", "comparison", "moved", "copy", "unneeded"] as const;
export type DamageHealer = (typeof damageHealers)[number];

/** The offset of damage that concerns a whole object. */
export const WHOLE_OBJECT = -1;

/** A damaged item of a vault, as its finder reports it. */
export const damageFindingSchema = z.object({
  /** Name in the store, for example `packs/3f/3f…`. */
  object: z.string().min(1).max(300),
  /** Offset of the item in its pack; WHOLE_OBJECT: the whole object. */
  offset: z.int().min(WHOLE_OBJECT),
  reason: z.enum(damageReasons),
  /** For support, as the end of a sentence: "it ends early". */
  problem: z.string().max(1_000),
});
export type DamageFinding = z.infer<typeof damageFindingSchema>;

/** The kind of an object and, of a pack, its id. Null: an object whose damage is not recorded with it (a key, for example). */
export function damagedObject(
  object: string,
):
  | { readonly kind: "pack"; readonly pack: string }
  | { readonly kind: "point"; readonly point: string }
  | null {
  const pack = /^(?:packs|nodes)\/[0-9a-f]{2}\/([0-9a-f]{32})$/.exec(object)?.[1];
  if (pack !== undefined) return { kind: "pack", pack };
  const point = /^points\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})$/.exec(object)?.[1];
  return point === undefined ? null : { kind: "point", point };
}

/** The content of an object is missing or wrong. An error of the storage, the network or a limit is never damage. */
export function isDamage(error: unknown): error is KluisError {
  return isKluisError(error, "VAULT_DATA_DAMAGED") || isKluisError(error, "VAULT_OBJECT_MISSING");
}

/**
 * One object is at fault, and others continue: it is damaged, or has an epoch that the keyring lacks. Such an epoch is newer than the
 * keyring, or junk, because anyone who can write can name one.
 */
export function isOfOneObject(error: unknown): error is KluisError {
  return isDamage(error) || isKluisError(error, "VAULT_KEY_WRONG");
}

/** The damage that an error of the vault names; null when it names none. */
export function findingOf(error: unknown): DamageFinding | null {
  if (!isDamage(error)) return null;
  const { object, offset, problem, part } = error.params;
  if (typeof object !== "string" || damagedObject(object) === null) return null;
  const isMissing = error.code === "VAULT_OBJECT_MISSING";
  return {
    object,
    offset: !isMissing && typeof offset === "number" ? offset : WHOLE_OBJECT,
    reason: isMissing ? "missing" : part === "table" ? "table" : "unreadable",
    problem: typeof problem === "string" ? problem.slice(0, 1_000) : isMissing ? "it is missing" : "",
  };
}
