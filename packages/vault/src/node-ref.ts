import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { MAX_LEVEL } from "./constants.ts";

declare const nodeRefBrand: unique symbol;
/** Reference to a node of a chunk map, as text `level:digest:pack:offset:length`. Store it as a string; `parseNodeRef` brings it back. */
export type NodeRef = string & { readonly [nodeRefBrand]: true };

/** A node reference taken apart. `digest` is 48 hex characters, `pack` 32; `offset` and `length` are bytes in the pack. */
export interface NodePlace {
  readonly level: number;
  readonly digest: string;
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

const pattern = /^([0-9]):([0-9a-f]{48}):([0-9a-f]{32}):([0-9]{1,10}):([0-9]{1,5})$/;

function isNodeRef(text: string): text is NodeRef {
  const match = pattern.exec(text);
  return match !== null && Number(match[1]) <= MAX_LEVEL;
}

/** Zod schema of a node reference in its text form. */
export const nodeRefSchema = z.custom<NodeRef>(
  (value) => typeof value === "string" && isNodeRef(value),
  "Not a node reference",
);

/** Brings a stored node reference back; INPUT_INVALID when the text is not one. */
export function parseNodeRef(text: string): NodeRef {
  if (isNodeRef(text)) return text;
  throw new KluisError("INPUT_INVALID", { message: "The text is not a node reference of a chunk map." });
}

export function formatNodeRef(place: NodePlace): NodeRef {
  return parseNodeRef(`${place.level}:${place.digest}:${place.pack}:${place.offset}:${place.length}`);
}

export function splitNodeRef(ref: NodeRef): NodePlace {
  const match = pattern.exec(ref);
  if (match === null) throw new KluisError("INPUT_INVALID", { message: "The text is not a node reference." });
  const [, level = "", digest = "", pack = "", offset = "", length = ""] = match;
  return { level: Number(level), digest, pack, offset: Number(offset), length: Number(length) };
}
