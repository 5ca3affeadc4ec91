import { z } from "zod";
import { type ListedProcedure, listProcedures } from "./procedure-list.ts";

const begin = "<!-- procedures: written by packages/api/scripts/contract.ts -->";
/** A longer list of keys is left to the schema. */
const mostCharacters = 80;
const end = "<!-- end of procedures -->";

/** Returns the text with its table of procedures replaced by one made from the router. */
export function withProcedureTable(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error("CONTRACT.md has no marks around its table of procedures.");
  const rows = listProcedures().map(
    (one) => `| ${one.path} | ${one.type} | ${one.permission} | ${inputOf(one)} | ${outputOf(one)} |`,
  );
  const head = ["| procedure | kind | permission | input | answer |", "|---|---|---|---|---|"];
  return `${text.slice(0, from)}${begin}\n${[...head, ...rows].join("\n")}\n${text.slice(to)}`;
}

const objectSchema = z.object({
  type: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
});

/** The keys of the input; `?` marks those that may be missing. */
function inputOf({ input }: ListedProcedure): string {
  if (input === undefined) return "–";
  const { properties, required } = objectSchema.parse(z.toJSONSchema(input, { io: "input" }));
  return Object.keys(properties)
    .map((key) => (required.includes(key) ? key : `${key}?`))
    .join(", ");
}

/** The keys of the answer, or where its schema is when there are many. */
function outputOf({ output, path }: ListedProcedure): string {
  if (output === undefined) return "–";
  const keys = keysOf(z.toJSONSchema(output), path);
  return keys.length > mostCharacters ? `see ${fileOf(path)}` : keys;
}

function keysOf(schema: unknown, path: string): string {
  const { type, properties, items } = objectSchema.parse(schema);
  if (type !== "array") return Object.keys(properties).join(", ");
  const keys = keysOf(items, path);
  return keys.length > mostCharacters ? `list, see ${fileOf(path)}` : `list of ${keys}`;
}

function fileOf(path: string): string {
  const [noun = ""] = path.split(".");
  return `\`${noun === "settings" ? "health" : noun}/view.ts\``;
}
