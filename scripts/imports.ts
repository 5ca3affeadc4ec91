/** Reads and resolves the imports between the files of this project, type-only ones included. */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One import or re-export. */
export interface Import {
  /** The module as written: `./paging.ts`, `@kluis/db/migrate`, `node:fs`. */
  readonly module: string;
  readonly line: number;
  /** Every name is imported as a type, so nothing remains at run time. */
  readonly isType: boolean;
}

/** The facts of a package.json that the checks need. */
export interface PackageManifest {
  readonly name: string;
  /** Its folder, relative to the root. */
  readonly folder: string;
  /** Subpath (".", "./migrate") → file relative to the folder. */
  readonly exports: Readonly<Record<string, string>>;
  /** Alias pattern ("#*") → file pattern ("./src/*"). */
  readonly imports: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** The imports of one source text; the name's extension selects the language. */
export function importsOf(name: string, source: string): Import[] {
  const { module, program } = parseSync(name, source);
  const found: Import[] = [];
  const add = (at: number, text: string, isType: boolean): number =>
    found.push({ module: text, line: source.slice(0, at).split("\n").length, isType });
  for (const { start, moduleRequest, entries } of module.staticImports) {
    add(start, moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType));
  }
  for (const { start, entries } of module.staticExports) {
    const from = entries.flatMap(({ moduleRequest }) => moduleRequest ?? []);
    const isType = entries.every((entry) => entry.isType);
    for (const text of new Set(from.map(({ value }) => value))) add(start, text, isType);
  }
  // `import("./a.ts")`, as a value and as a type, is not in the record of the module.
  if (/\bimport\s*\(/.test(source)) {
    new Visitor({
      ImportExpression: ({ start, source: from }) => {
        if (from.type === "Literal" && typeof from.value === "string") add(start, from.value, false);
      },
      TSImportType: ({ start, source: from }) => add(start, from.value, true),
    }).visit(program);
  }
  return found;
}

/** Reads the package.json of `folder`. */
export function readManifest(root: string, folder: string): PackageManifest {
  const json = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Partial<
    Record<keyof PackageManifest, Record<string, string>>
  > & { readonly name: string };
  return {
    name: json.name,
    folder,
    exports: json.exports ?? {},
    imports: json.imports ?? {},
    dependencies: Object.keys(json.dependencies ?? {}),
    devDependencies: Object.keys(json.devDependencies ?? {}),
  };
}

/**
 * The file (relative to the root) that an import leads to, among `files`; null for libraries and files without imports (CSS).
 *
 * @param from the importing file
 */
export function resolveImport(
  module: string,
  from: string,
  context: { readonly packages: readonly PackageManifest[]; readonly files: ReadonlySet<string> },
): string | null {
  const target = targetOf(module, from, context.packages);
  if (target === null) return null;
  const path = normalize(target);
  // The portal's bundler accepts paths without an extension.
  return (
    [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((one) => context.files.has(one)) ?? null
  );
}

function targetOf(module: string, from: string, packages: readonly PackageManifest[]): string | null {
  if (module.startsWith(".")) return join(dirname(from), module);
  const own = packages.find(({ folder }) => from.startsWith(`${folder}/`));
  for (const [pattern, target] of Object.entries(own?.imports ?? {})) {
    const prefix = pattern.replace(/\*$/, "");
    if (own !== undefined && module.startsWith(prefix)) {
      return join(own.folder, target.replace("*", module.slice(prefix.length)));
    }
  }
  const other = packages.find(({ name }) => module === name || module.startsWith(`${name}/`));
  const file = other?.exports[`.${module.slice(other.name.length)}`];
  return other === undefined || file === undefined ? null : join(other.folder, file);
}
