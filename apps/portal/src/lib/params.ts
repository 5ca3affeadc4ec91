import type { Format } from "#lib/format.ts";

/** Parameters of an error or a notice, as the server sends them. */
export type ServerParams = Readonly<Record<string, string | number | boolean | null>>;

/** The values of a message's arguments, formatted by the unit that ends a parameter's name. */
export function formatParams(params: ServerParams, format: Format): Record<string, string | number> {
  const entries = Object.entries(params).map(([name, value]): [string, string | number] => [
    name,
    formatParam(name, value, format),
  ]);
  return Object.fromEntries(entries);
}

function formatParam(name: string, value: ServerParams[string], format: Format): string | number {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") {
    if (name.endsWith("Bytes")) return format.bytes(value);
    if (name.endsWith("Ms")) return format.duration(value);
    if (name.endsWith("Seconds")) return format.duration(value * 1000);
    return value;
  }
  if (name.endsWith("At") && typeof value === "string" && !Number.isNaN(Date.parse(value))) {
    return format.absolute(new Date(value));
  }
  return String(value);
}
