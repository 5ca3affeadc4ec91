/** `$filter` of Resource Manager's lists: comparisons joined with `and` or `or`. */
import { ArmError } from "../errors.ts";

/** `name eq 'x'`, `name ne 'x'`, `startswith(name, 'x')`, `substringof('x', name)`. */
interface Comparison {
  field: string;
  operator: "eq" | "ne" | "startswith" | "substringof";
  value: string;
}

/** A filter: any of the groups, each with all of its comparisons. Field names are in lower case. */
export type Filter = Comparison[][];

/** Parses `$filter`. An absent one is undefined. @throws ArmError 400 */
export function parseFilter(text: string | null): Filter | undefined {
  if (text === null || text.trim() === "") return undefined;
  return split(text, "or").map((group) => split(group, "and").map(parseComparison));
}

/** Splits at a word outside quotes. */
function split(text: string, word: "and" | "or"): string[] {
  const parts = text.match(/'(?:[^']|'')*'|[^']+/g) ?? [];
  const out = [""];
  for (const part of parts) {
    const pieces = part.startsWith("'") ? [part] : part.split(new RegExp(String.raw`\s+${word}\s+`, "i"));
    out[out.length - 1] += pieces[0] ?? "";
    out.push(...pieces.slice(1));
  }
  return out.map((piece) => piece.trim());
}

const unquote = (text: string): string => text.slice(1, -1).replaceAll("''", "'");

function parseComparison(text: string): Comparison {
  const bare = text.replaceAll(/^\(|\)$/g, (found) => (/\w\(/.test(text) ? found : ""));
  const plain = /^([\w/.]+)\s+(eq|ne)\s+('(?:[^']|'')*')$/i.exec(bare);
  if (plain) {
    const operator = plain[2]?.toLowerCase() === "ne" ? "ne" : "eq";
    return { field: (plain[1] ?? "").toLowerCase(), operator, value: unquote(plain[3] ?? "''") };
  }
  const starts = /^startswith\(\s*([\w/.]+)\s*,\s*('(?:[^']|'')*')\s*\)$/i.exec(bare);
  if (starts)
    return {
      field: (starts[1] ?? "").toLowerCase(),
      operator: "startswith",
      value: unquote(starts[2] ?? "''"),
    };
  const contains = /^substringof\(\s*('(?:[^']|'')*')\s*,\s*([\w/.]+)\s*\)$/i.exec(bare);
  if (contains)
    return {
      field: (contains[2] ?? "").toLowerCase(),
      operator: "substringof",
      value: unquote(contains[1] ?? "''"),
    };
  throw new ArmError(
    { status: 400, code: "InvalidFilterInQueryString" },
    `Invalid $filter '${text}' specified in the query string.`,
  );
}

/** Whether a record of fields, by lower-case name, passes a filter. Text is compared in any letter case. */
export function passes(
  filter: Filter | undefined,
  fields: Readonly<Record<string, string | undefined>>,
): boolean {
  if (!filter) return true;
  return filter.some((group) => group.every((comparison) => holds(comparison, fields[comparison.field])));
}

function holds({ operator, value }: Comparison, actual: string | undefined): boolean {
  const got = actual?.toLowerCase();
  const wanted = value.toLowerCase();
  if (operator === "eq") return got === wanted;
  if (operator === "ne") return got !== wanted;
  return operator === "startswith" ? (got?.startsWith(wanted) ?? false) : (got?.includes(wanted) ?? false);
}

/** The comparisons `tagName eq 'x'` and `tagValue eq 'y'` of a filter, which need the whole set of tags. */
export function withoutTags(filter: Filter | undefined): {
  tag: { name: string; value: string | undefined } | undefined;
  rest: Filter | undefined;
} {
  const all = (filter ?? []).flat();
  const find = (field: string): string | undefined =>
    all.find((comparison) => comparison.field === field)?.value;
  const name = find("tagname");
  if (!filter || name === undefined) return { tag: undefined, rest: filter };
  const rest = filter.map((group) =>
    group.filter(({ field }) => field !== "tagname" && field !== "tagvalue"),
  );
  return { tag: { name, value: find("tagvalue") }, rest };
}

export function hasTag(
  tags: Readonly<Record<string, string>> | undefined,
  tag: { name: string; value: string | undefined } | undefined,
): boolean {
  if (!tag) return true;
  return Object.entries(tags ?? {}).some(
    ([name, value]) =>
      name.toLowerCase() === tag.name.toLowerCase() && (tag.value === undefined || value === tag.value),
  );
}
