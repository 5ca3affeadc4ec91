/** The structures of the format (docs/vault-format.md). The fuzz tests have a row for each: one without a row does not compile. */
import type { KeySlotKind } from "@kluis/domain";
import type { PackKind } from "../src/pack/kind.ts";
import type { ItemKind } from "../src/seal.ts";

/** Levels of nodes that a disk of more than a segment has. */
type Level = 0 | 1 | 2 | 3;
type ItemStructure = { readonly 1: "chunk"; readonly 2: `node of level ${Level}`; readonly 3: "pack list" };

/** Parts of the objects in a store. */
export type StoredStructure =
  | "descriptor"
  | `${KeySlotKind} slot`
  | `head, table or trailer of ${PackKind}`
  | ItemStructure[ItemKind]
  | "moved table"
  | "manifest";

/** What a holder of a key could seal or type, with any content. */
export type OpenedStructure =
  | "leaf"
  | "inner node"
  | "list of packs"
  | "moved entries"
  | "entries of a table"
  | "keyring"
  | "content of a slot"
  | "wrapped root key"
  | "text of a manifest"
  | "node reference"
  | "recovery key"
  | "share"
  | "content of a share"
  | "key file";

/** The objects that the format names, each with its structures. */
export const objectStructures: Readonly<Record<string, readonly StoredStructure[]>> = {
  "vault.json": ["descriptor"],
  "keys/<slot id, 32 hex>.json": ["file slot", "recovery slot", "shares slot", "key-vault slot"],
  "packs/<first 2 hex of id>/<id, 32 hex>": ["head, table or trailer of chunks", "chunk"],
  "nodes/<first 2 hex of id>/<id, 32 hex>": [
    "head, table or trailer of nodes",
    "node of level 0",
    "node of level 1",
    "node of level 2",
    "node of level 3",
    "pack list",
  ],
  "moved/<first 2 hex of id>/<pack id, 32 hex>/<16 hex, random>": ["moved table"],
  "points/<recovery point id>": ["manifest"],
};
