/**
 * Returns canonical JSON after RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white
 * space, numbers and strings as ECMAScript writes them. Omits undefined members, as JSON.stringify does.
 * @throws TypeError for values outside JSON: bigint, function, symbol, NaN, infinities, an undefined array element
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("JSON cannot hold NaN or an infinity.");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value);
  throw new TypeError(`JSON cannot hold a ${typeof value}.`);
}

function canonicalObject(value: object): string {
  if (!isPlain(value)) throw new TypeError("Only plain objects have a canonical form.");
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Returns a copy that PostgreSQL's jsonb stores and returns unchanged. Drops undefined members; replaces U+0000 and unpaired
 * surrogates by U+FFFD and -0 by 0. Needed because facts from a guest or from Azure may contain any text.
 */
export function storableJson(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [storableText(key), storableJson(member)]),
  );
}

/** Does the same for a text column. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
