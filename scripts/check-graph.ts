/**
 * Compares every workspace's package.json with the table of dependencies in docs/architecture.md, which is the truth. Lint
 * rules catch an import that should not be; this catches the dependency that would allow it.
 */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const scope = "@kluis/";

/** A workspace's own dependencies among ours: at run time, and for its tests. */
export interface WorkspaceNode {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** package → packages that it may import. */
export type AllowedGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads the table below "may import". What stands in brackets is a remark; "(types only)" makes it a development dependency. */
export function parseGraphTable(markdown: string): AllowedGraph {
  const lines = markdown.split("\n");
  const head = lines.findIndex((line) => /^\|\s*package\s*\|\s*may import\s*\|/.test(line));
  if (head === -1) throw new Error("docs/architecture.md has no table `package | may import`.");
  const graph = new Map<string, Set<string>>();
  for (const line of lines.slice(head + 2)) {
    const [, left, right] = /^\|([^|]*)\|([^|]*)\|\s*$/.exec(line) ?? [];
    if (left === undefined || right === undefined) break;
    const allowed = names(right.replaceAll(/\((?!types only)[^)]*\)/g, ""));
    for (const name of names(left)) graph.set(name, new Set(allowed));
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

/** One sentence per dependency that the table does not allow, and per package that it does not know. */
export function graphProblems(allowed: AllowedGraph, workspaces: readonly WorkspaceNode[]): string[] {
  const problems: string[] = [];
  for (const { name, dependencies, devDependencies } of workspaces) {
    const may = allowed.get(name);
    if (may === undefined) {
      problems.push(`${name} is missing in the table of docs/architecture.md.`);
      continue;
    }
    const wrong = dependencies.filter((dependency) => !may.has(dependency));
    problems.push(
      ...wrong.map((dependency) => `${name} depends on ${dependency}, which the table does not allow.`),
    );
    // Tests may stand on the local parts, and a client may take a server's types.
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
  const gone = [...allowed.keys()].filter((name) => !known.has(name));
  return [...problems, ...gone.map((name) => `The table names ${name}, which does not exist.`)];
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Reads the workspaces below packages/ and apps/. */
export async function readWorkspaces(root: string): Promise<WorkspaceNode[]> {
  const found: WorkspaceNode[] = [];
  for (const parent of ["packages", "apps"]) {
    for (const folder of await readdir(join(root, parent))) {
      const manifest = JSON.parse(
        await readFile(join(root, parent, folder, "package.json"), "utf8"),
      ) as Manifest;
      found.push({
        name: bare(manifest.name),
        dependencies: ours(manifest.dependencies),
        devDependencies: ours(manifest.devDependencies),
      });
    }
  }
  return found;
}

function ours(dependencies: Readonly<Record<string, string>> = {}): string[] {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith(scope))
    .map(bare);
}

function bare(name: string): string {
  return name.slice(scope.length);
}

/** The whole check on the tree at `root`. */
export async function checkGraph(root: string): Promise<string[]> {
  const table = parseGraphTable(await readFile(join(root, "docs", "architecture.md"), "utf8"));
  return graphProblems(table, await readWorkspaces(root));
}

if (import.meta.main) {
  const problems = await checkGraph(dirname(import.meta.dirname));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
