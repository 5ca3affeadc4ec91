/** The members that the SDK can send, read from its serializers: `properties.creationData.createOption`. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const sdk = join(createRequire(import.meta.url).resolve("@azure/arm-compute/package.json"), "..");

/** The body of each serializer, by the model's name in camel case; lists end with `Array`. */
async function serializers(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const part of ["common", "compute", "computeDisk"]) {
    const text = await readFile(join(sdk, "dist/esm/models", part, "models.js"), "utf8");
    for (const [, name = "", body = ""] of text.matchAll(
      /function (_?\w+)Serializer\((?:item|result)\) \{([\s\S]*?)\n\}/g,
    ))
      found.set(name, body);
  }
  return found;
}

const member = /^ {8}"?([\w.]+)"?: ([\s\S]*?)(?=,\n {8}"?[\w.]+"?: |,?\n {4}\};)/gm;

/** Paths of all members of a model. `[]` means an element of a list. */
function membersOf(
  all: ReadonlyMap<string, string>,
  model: string,
  seen: readonly string[] = [],
): string[][] {
  const body = all.get(model);
  if (body === undefined || seen.includes(model)) return [];
  const nested = (inner: string | undefined): string[][] =>
    inner === undefined ? [] : membersOf(all, inner, [...seen, model]);
  const [, element] = model.endsWith("Array") ? (/return (\w+)Serializer\(/.exec(body) ?? []) : [];
  if (element !== undefined) return nested(element).map((path) => ["[]", ...path]);
  // Objects on one line: `return { id: item["id"] };`
  const lines = /^\s*return \{ (.*) \};\s*$/.exec(body);
  const text = lines ? `        ${lines[1]?.replaceAll(", ", ",\n        ")}\n    };` : body;
  return [...text.matchAll(member)].flatMap(([, name = "", value = ""]) => [
    [name],
    ...nested(/(_?\w+)Serializer\(item/.exec(value)?.[1]).map((path) => [name, ...path]),
  ]);
}

/** Paths of the members of SDK models, by the model's name in camel case. */
export async function sdkMembers(models: readonly string[]): Promise<Map<string, string[][]>> {
  const all = await serializers();
  return new Map(models.map((model) => [model, membersOf(all, model)]));
}

/** A body that has a value at a path, and nothing else. */
export function bodyWith(path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  return first === "[]" ? [bodyWith(rest, value)] : { [first]: bodyWith(rest, value) };
}
