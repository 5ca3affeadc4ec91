/**
 * Checks the dependencies between packages and files. The truth is the table in docs/architecture.md: every package.json and
 * every import follows it, also with a subpath or as a type. No file imports itself through others, type imports included.
 */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findCycles, type Graph } from "./cycles.ts";
import { projectFiles } from "./files.ts";
import { type Import, importsOf, type PackageManifest, readManifest, resolveImport } from "./imports.ts";

const scope = "@kluis/";

/** The dependencies of a workspace on other workspaces: at run time, and for its tests. */
export interface WorkspaceNode {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** What a package may import: `full`, or `types` for type imports alone. */
export type AllowedGraph = ReadonlyMap<string, ReadonlyMap<string, "full" | "types">>;

/** Reads the table below "may import". Brackets hold a remark, except "(types only)". */
export function parseGraphTable(markdown: string): AllowedGraph {
  const lines = markdown.split("\n");
  const head = lines.findIndex((line) => /^\|\s*package\s*\|\s*may import\s*\|/.test(line));
  if (head === -1) throw new Error("docs/architecture.md has no table `package | may import`.");
  const graph = new Map<string, Map<string, "full" | "types">>();
  for (const line of lines.slice(head + 2)) {
    const [, left, right] = /^\|([^|]*)\|([^|]*)\|\s*$/.exec(line) ?? [];
    if (left === undefined || right === undefined) break;
    const allowed = right
      .replaceAll(/\((?!types only)[^)]*\)/g, "")
      .split(",")
      .map((cell) => [names(cell)[0], cell.includes("(types only)") ? "types" : "full"] as const)
      .filter((entry): entry is readonly [string, "full" | "types"] => entry[0] !== undefined);
    for (const name of names(left)) graph.set(name, new Map(allowed));
  }
  return graph;
}

function names(cell: string): string[] {
  return cell
    .replaceAll("(types only)", "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => /^[a-z][a-z0-9-]*$/.test(name));
}

/** One sentence per dependency that the table does not allow, per unknown package, and per cycle in the table. */
export function graphProblems(allowed: AllowedGraph, workspaces: readonly WorkspaceNode[]): string[] {
  const problems: string[] = [];
  for (const { name, dependencies, devDependencies } of workspaces) {
    const may = allowed.get(name);
    if (may === undefined) {
      problems.push(`${name} is missing in the table of docs/architecture.md.`);
      continue;
    }
    const wrong = dependencies.filter((dependency) => may.get(dependency) !== "full");
    problems.push(
      ...wrong.map((dependency) => `${name} depends on ${dependency}, which the table does not allow.`),
    );
    const wrongDev = devDependencies.filter(
      (dependency) => !may.has(dependency) && !dependency.startsWith("local-"),
    );
    problems.push(
      ...wrongDev.map(
        (dependency) => `${name} develops against ${dependency}, which the table does not allow.`,
      ),
    );
  }
  const known = new Set(workspaces.map(({ name }) => name));
  const unknown = [...allowed.keys()].filter((name) => !known.has(name));
  const table: Graph = new Map([...allowed].map(([name, may]) => [name, [...may.keys()]]));
  return [
    ...problems,
    ...unknown.map((name) => `The table names ${name}, which does not exist.`),
    ...findCycles(table).map((cycle) => `The table has a cycle: ${cycle.join(" → ")}.`),
  ];
}

/** A source file with its imports, and where each leads to (null: outside the project). */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly (Import & { readonly target: string | null })[];
}

/** One sentence per import that crosses a wall between packages. */
export function wallProblems(
  allowed: AllowedGraph,
  packages: readonly PackageManifest[],
  files: readonly SourceFile[],
): string[] {
  const owner = (path: string): string | null =>
    bare(packages.find(({ folder }) => path.startsWith(`${folder}/`))?.name ?? null);
  return files.flatMap(({ path, imports }) => {
    const from = owner(path);
    // Scripts of the root serve every package.
    if (from === null) return [];
    return imports.flatMap((one) => {
      const place = `${path}:${one.line}`;
      if (one.module.startsWith(".")) {
        if (one.target === null || owner(one.target) === from) return [];
        return [`${place} imports "${one.module}" by its path: import another package by its name.`];
      }
      const to = one.module.startsWith(scope) ? (one.module.slice(scope.length).split("/")[0] ?? "") : null;
      if (to === null || to === from) return [];
      const may = allowed.get(from)?.get(to);
      if (may === "full" || (may === "types" && one.isType)) return [];
      if (isDevelopment(path) && (may === "types" || to.startsWith("local-"))) return [];
      const reason =
        may === "types" ? "at run time; the table allows types only" : "which the table does not allow";
      return [`${place} imports ${one.module}, ${reason}.`];
    });
  });
}

/** Tests, benchmarks and scripts may use the local parts. */
function isDevelopment(path: string): boolean {
  return /\.test\.tsx?$|\/(?:test|bench|scripts)\//.test(path);
}

/**
 * One sentence per import of a folder's index. Such an index lists what leaves a package, for the package's own index; inside, an
 * import of it would load the whole folder and hide which file is meant.
 */
export function indexProblems(packages: readonly PackageManifest[], files: readonly SourceFile[]): string[] {
  const isCollected = packages
    .map(({ folder }) => `${folder}/src/`)
    .filter((source) =>
      files.some(
        ({ path, imports }) =>
          path === `${source}index.ts` && imports.some(({ target }) => isFolderIndex(target, source)),
      ),
    );
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ line, module, target }) => {
      const source = isCollected.find((one) => isFolderIndex(target, one));
      if (source === undefined || path === `${source}index.ts`) return [];
      return [`${path}:${line} imports "${module}": import the file that holds the name.`];
    }),
  );
}

function isFolderIndex(target: string | null, source: string): boolean {
  return (
    target !== null && target.startsWith(source) && /^[^/]+\/index\.ts$/.test(target.slice(source.length))
  );
}

/** One sentence per cycle of imports between files. */
export function cycleProblems(files: readonly SourceFile[]): string[] {
  const graph: Graph = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]),
  );
  return findCycles(graph).map((cycle) => `Import cycle: ${cycle.join(" → ")}.`);
}

/** Reads every source file of the tree at `root` and resolves its imports. */
export async function readSources(root: string, packages: readonly PackageManifest[]): Promise<SourceFile[]> {
  const paths = projectFiles(root, [".ts", ".tsx", ".mjs"]);
  const context = { packages, files: new Set(paths) };
  return Promise.all(
    paths.map(async (path) => {
      const imports = importsOf(path, await readFile(join(root, path), "utf8"));
      return {
        path,
        imports: imports.map((one) => ({ ...one, target: resolveImport(one.module, path, context) })),
      };
    }),
  );
}

/** The dependencies of a package on packages of this project, without the scope. */
function workspaceNode({ name, dependencies, devDependencies }: PackageManifest): WorkspaceNode {
  const ours = (all: readonly string[]): string[] => all.flatMap((one) => bare(one) ?? []);
  return {
    name: bare(name) ?? name,
    dependencies: ours(dependencies),
    devDependencies: ours(devDependencies),
  };
}

/** The name of a package without its scope; null for a library. */
function bare(name: string | null): string | null {
  return name?.startsWith(scope) ? name.slice(scope.length) : null;
}

/** The folders of all packages, relative to `root`. */
async function packageFolders(root: string): Promise<string[]> {
  const parents = await Promise.all(
    ["packages", "apps"].map(async (parent) =>
      (await readdir(join(root, parent))).map((folder) => `${parent}/${folder}`),
    ),
  );
  return parents.flat();
}

/** Everything that is wrong in the tree at `root`, one sentence each. */
export async function checkGraph(root: string): Promise<string[]> {
  const table = parseGraphTable(await readFile(join(root, "docs", "architecture.md"), "utf8"));
  const packages = (await packageFolders(root)).map((folder) => readManifest(root, folder));
  const sources = await readSources(root, packages);
  return [
    ...graphProblems(table, packages.map(workspaceNode)),
    ...wallProblems(table, packages, sources),
    ...indexProblems(packages, sources),
    ...cycleProblems(sources),
  ];
}

if (import.meta.main) {
  const problems = await checkGraph(dirname(import.meta.dirname));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
