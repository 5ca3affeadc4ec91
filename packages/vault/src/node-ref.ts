/** Node references: text outside the vault, places inside. */
import { z } from "zod";
import { MAX_LEVEL } from "./constants.ts";
import { invalid } from "./errors.ts";

declare const nodeRefBrand: unique symbol;
/** Reference to a node of a chunk map as text, `level:digest:pack:offset:length`. Store it as a string; {@link parseNodeRef} reads it back. */
export type NodeRef = string & { readonly [nodeRefBrand]: true };

/** The parts of a node reference. `digest` is 48 hex characters, `pack` 32; `offset` and `length` are bytes in the pack. */
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

/** Reads a stored node reference. @throws KluisError INPUT_INVALID when the text is not one */
export function parseNodeRef(text: string): NodeRef {
  if (isNodeRef(text)) return text;
  throw invalid("The text is not a node reference of a chunk map.", { text });
}

export function formatNodeRef(place: NodePlace): NodeRef {
  return parseNodeRef(`${place.level}:${place.digest}:${place.pack}:${place.offset}:${place.length}`);
}

export function splitNodeRef(ref: NodeRef): NodePlace {
  const match = pattern.exec(ref);
  if (match === null) throw invalid("The text is not a node reference of a chunk map.", { text: ref });
  const [, level = "", digest = "", pack = "", offset = "", length = ""] = match;
  return { level: Number(level), digest, pack, offset: Number(offset), length: Number(length) };
}

/** The place of a reference that may be absent. */
export function placeOf(ref: NodeRef | null | undefined): NodePlace | null {
  return ref === null || ref === undefined ? null : splitNodeRef(ref);
}

/** The reference to a place that may be absent. */
export function refOf(place: NodePlace | null): NodeRef | null {
  return place === null ? null : formatNodeRef(place);
}
