import type { CompiledMessage } from "icu-minify/format";
import { isList } from "#i18n/pseudo.ts";
import type { MessageTree } from "#messages/catalog.ts";

/** For the tests of the catalogs: which keys the sources use, and which arguments a message takes. */

/** Every message by its full key, `jobs.states.running`. */
export function flatten(tree: MessageTree, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value === "string") flat.set(path, value);
    else for (const [inner, text] of flatten(value, path)) flat.set(inner, text);
  }
  return flat;
}

/** The sorted names of a message's arguments and tags, in icu-minify's compiled format. */
export function argumentsOf(message: CompiledMessage): readonly string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (!isList(node)) return;
    const [name, kind, ...rest] = node;
    names.add(String(name));
    const isTag = typeof kind !== "number" || kind === 0;
    for (const part of isTag ? [kind, ...rest] : []) visit(part);
    for (const branches of isTag ? [] : rest) {
      if (typeof branches !== "object" || branches === null) continue;
      for (const branch of Object.values(branches))
        if (isList(branch)) for (const inner of branch) visit(inner);
    }
  };
  for (const node of typeof message === "string" ? [] : message) visit(node);
  return [...names].sort();
}

/** A key that a source uses: a pattern in one of several namespaces, and whether it must be in a catalog. */
export interface UsedKey {
  readonly pattern: RegExp;
  readonly text: string;
  /** False for texts in a file with records of keys, which may hold other texts as well. */
  readonly certain: boolean;
}

const declarations = [
  // const t = useTranslations("jobs"); const t = await getTranslations("jobs");
  /\bconst (\w+) = (?:await )?(?:useTranslations|getTranslations|textsOf)\(\s*"([\w.]+)"/gu,
  // A parameter or property: t: Texts<"jobs">
  /\b(\w+)\??: Texts<"(\w+)">/gu,
  // { errors: useTranslations("errors") }
  /\b(\w+): useTranslations\(\s*"([\w.]+)"/gu,
] as const;

/**
 * The keys that a source uses. A translator is known by its declaration. A key is a text, or a template whose
 * expressions stand for one part of the path each. A record of keys names its type: `TextKey<"jobs">`.
 */
export function usedKeys(source: string): readonly UsedKey[] {
  const namespaces = new Map<string, Set<string>>();
  for (const declaration of declarations) {
    for (const [, name = "", namespace = ""] of source.matchAll(declaration)) {
      namespaces.set(name, (namespaces.get(name) ?? new Set()).add(namespace));
    }
  }
  const used: UsedKey[] = [];
  for (const [name, spaces] of namespaces) {
    const calls = new RegExp(`\\b${name}(?:\\.rich|\\.has|\\.markup)?\\(`, "gu");
    for (const call of source.matchAll(calls)) {
      const argument = firstArgument(source, call.index + call[0].length);
      for (const key of textsIn(argument)) used.push(usedKey([...spaces], key, true));
    }
  }
  const recorded = [...source.matchAll(/TextKey<"(\w+)">/gu)].map(([, namespace = ""]) => namespace);
  for (const key of recorded.length === 0 ? [] : textsIn(source)) used.push(usedKey(recorded, key, false));
  return used;
}

function usedKey(namespaces: readonly string[], key: string, certain: boolean): UsedKey {
  const path = key
    .split("${}")
    .map((part) => part.replaceAll(/[.*+?^$()[\]{}|\\]/gu, "\\$&"))
    .join("[^.]+");
  return { pattern: new RegExp(`^(?:${namespaces.join("|")})\\.${path}$`, "u"), text: key, certain };
}

/** The text of a call's first argument, from its opening parenthesis to the comma or parenthesis that ends it. */
function firstArgument(source: string, start: number): string {
  let depth = 0;
  for (let index = start; index < source.length; index += 1) {
    const character = source[index];
    if (character === "(" || character === "{" || character === "[") depth += 1;
    else if (character === ")" || character === "}" || character === "]") depth -= 1;
    if (depth < 0 || (depth === 0 && character === ",")) return source.slice(start, index);
  }
  return "";
}

/** The texts and templates in a piece of code; each expression of a template becomes `${}`. */
function textsIn(code: string): readonly string[] {
  const found = [...code.matchAll(/"([^"\n]+)"|`([^`]+)`/gu)];
  return found.map(([, text, template]) => text ?? (template ?? "").replaceAll(/\$\{[^}]*\}/gu, "${}"));
}
