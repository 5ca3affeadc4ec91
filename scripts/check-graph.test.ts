import { describe, expect, it } from "vitest";
import {
  cycleProblems,
  graphProblems,
  indexProblems,
  parseGraphTable,
  type SourceFile,
  wallProblems,
} from "./check-graph.ts";
import { importsOf, type PackageManifest, resolveImport } from "./imports.ts";

const table = `
Words before.

| package          | may import                     |
| ---------------- | ------------------------------ |
| domain           | –                              |
| vault, db        | domain                         |
| cli              | api (types only), domain       |
| api              | domain, db                     |
| local-stack      | db (it starts vault as a process) |

Words after | with a bar |
`;

describe("the table of dependencies", () => {
  it("reads rows for one and for several packages, without the remarks", () => {
    const graph = parseGraphTable(table);
    expect([...graph.keys()]).toEqual(["domain", "vault", "db", "cli", "api", "local-stack"]);
    expect([...(graph.get("domain") ?? [])]).toEqual([]);
    expect([...(graph.get("db") ?? [])]).toEqual([["domain", "full"]]);
    expect([...(graph.get("cli") ?? [])]).toEqual([
      ["api", "types"],
      ["domain", "full"],
    ]);
    expect([...(graph.get("local-stack") ?? [])]).toEqual([["db", "full"]]);
  });

  it("refuses a document without the table", () => {
    expect(() => parseGraphTable("# Architecture")).toThrow(/no table/);
  });
});

describe("dependencies in package.json", () => {
  const graph = parseGraphTable("| package | may import |\n|---|---|\n| domain | – |\n| db | domain |");
  const domain = { name: "domain", dependencies: [], devDependencies: [] };

  it("accepts a tree that follows the table", () => {
    const db = { name: "db", dependencies: ["domain"], devDependencies: ["local-stack"] };
    expect(graphProblems(graph, [domain, db])).toEqual([]);
  });

  it("reports a dependency in the wrong direction", () => {
    const wrong = { ...domain, dependencies: ["db"] };
    const problems = graphProblems(graph, [wrong, { name: "db", dependencies: [], devDependencies: [] }]);
    expect(problems).toEqual(["domain depends on db, which the table does not allow."]);
  });

  it("reports production code that depends on a local part", () => {
    const db = { name: "db", dependencies: ["local-stack"], devDependencies: [] };
    expect(graphProblems(graph, [domain, db])).toHaveLength(1);
  });

  it("reports a run-time dependency where the table allows types only", () => {
    const types = parseGraphTable(
      "| package | may import |\n|---|---|\n| domain | – |\n| db | domain (types only) |",
    );
    const db = { name: "db", dependencies: ["domain"], devDependencies: [] };
    expect(graphProblems(types, [domain, db])).toHaveLength(1);
    expect(graphProblems(types, [domain, { ...db, dependencies: [], devDependencies: ["domain"] }])).toEqual(
      [],
    );
  });

  it("reports unknown packages on either side", () => {
    const found = graphProblems(graph, [domain, { name: "extra", dependencies: [], devDependencies: [] }]);
    expect(found).toEqual([
      "extra is missing in the table of docs/architecture.md.",
      "The table names db, which does not exist.",
    ]);
  });

  it("reports a cycle in the table", () => {
    const cyclic = parseGraphTable("| package | may import |\n|---|---|\n| domain | db |\n| db | domain |");
    const db = { name: "db", dependencies: ["domain"], devDependencies: [] };
    expect(graphProblems(cyclic, [domain, db])).toEqual(["The table has a cycle: db → domain → db."]);
  });
});

const manifest = (name: string, folder: string, more: Partial<PackageManifest> = {}): PackageManifest => ({
  name: `@kluis/${name}`,
  folder,
  exports: { ".": "./src/index.ts", "./sub": "./src/sub.ts" },
  imports: {},
  dependencies: [],
  devDependencies: [],
  ...more,
});
const packages = [
  manifest("domain", "packages/domain"),
  manifest("db", "packages/db"),
  manifest("api", "packages/api"),
  manifest("cli", "apps/cli", { imports: { "#*": "./src/*" } }),
  manifest("local-stack", "packages/local-stack"),
];

/** Source files from a map of path → text. */
function sources(texts: Readonly<Record<string, string>>): SourceFile[] {
  const context = { packages, files: new Set(Object.keys(texts)) };
  return Object.entries(texts).map(([path, text]) => ({
    path,
    imports: importsOf(path, text).map((one) => ({
      ...one,
      target: resolveImport(one.module, path, context),
    })),
  }));
}

describe("walls between packages", () => {
  const problems = (path: string, text: string): string[] =>
    wallProblems(parseGraphTable(table), packages, sources({ [path]: text, "packages/db/src/index.ts": "" }));

  it.each([
    ["a value", 'import { a } from "@kluis/db";'],
    ["a type", 'import type { A } from "@kluis/db";'],
    ["a subpath", 'import { a } from "@kluis/db/sub";'],
    ["a re-export", 'export { a } from "@kluis/db";'],
    ["a re-export of everything", 'export * from "@kluis/db";'],
    ["a side effect", 'import "@kluis/db";'],
    ["a dynamic import", 'const a = await import("@kluis/db");'],
    ["the type of a dynamic import", 'type A = import("@kluis/db").A;'],
  ])("reports %s", (_what, text) => {
    expect(problems("packages/domain/src/a.ts", text)).toEqual([
      expect.stringMatching(/^packages\/domain\/src\/a\.ts:1 imports @kluis\/db.*does not allow\.$/),
    ]);
    expect(problems("packages/api/src/a.ts", text)).toEqual([]);
  });

  it("reports a relative import out of the package, in a test too", () => {
    for (const path of ["packages/api/src/a.ts", "packages/api/src/a.test.ts"]) {
      expect(problems(path, '\nimport { a } from "../../db/src/index.ts";')).toEqual([
        `${path}:2 imports "../../db/src/index.ts" by its path: import another package by its name.`,
      ]);
    }
  });

  it("reports a value where the table allows types only", () => {
    expect(problems("apps/cli/src/a.ts", 'import { type A } from "@kluis/api";')).toEqual([]);
    expect(problems("apps/cli/src/a.ts", 'import { type A, b } from "@kluis/api";')).toHaveLength(1);
  });

  it("lets tests use the local parts, but not production code", () => {
    const text = 'import { a } from "@kluis/local-stack/sub";';
    expect(problems("packages/db/src/a.ts", text)).toHaveLength(1);
    expect(problems("packages/db/src/a.test.ts", text)).toEqual([]);
    expect(problems("packages/db/test/a.ts", text)).toEqual([]);
  });
});

describe("indexes of folders", () => {
  const problems = (index: string, text: string): string[] =>
    indexProblems(
      packages,
      sources({
        "packages/domain/src/index.ts": index,
        "packages/domain/src/vms/index.ts": "",
        "packages/domain/src/jobs/job.ts": text,
      }),
    );
  const collected = 'export * from "./vms/index.ts";';

  it("are imported only by the package's index", () => {
    expect(problems(collected, 'import type { Vm } from "../vms/index.ts";')).toEqual([
      'packages/domain/src/jobs/job.ts:1 imports "../vms/index.ts": import the file that holds the name.',
    ]);
    expect(problems(collected, 'import type { Vm } from "../vms/vm.ts";')).toEqual([]);
  });

  it("may be an ordinary file where the package's index does not collect it", () => {
    expect(problems("", 'import { commands } from "../vms/index.ts";')).toEqual([]);
  });
});

describe("import cycles", () => {
  const cycles = (texts: Readonly<Record<string, string>>): string[] => cycleProblems(sources(texts));

  it("finds one between files, of values or of types", () => {
    expect(
      cycles({
        "packages/db/src/a.ts": 'import type { B } from "./b.ts";',
        "packages/db/src/b.ts": 'export type { C } from "./c.ts";',
        "packages/db/src/c.ts": 'import { type A } from "./a.ts";',
        "packages/db/src/d.ts": 'import { type A } from "./a.ts";',
      }),
    ).toEqual([
      "Import cycle: packages/db/src/a.ts → packages/db/src/b.ts → packages/db/src/c.ts → packages/db/src/a.ts.",
    ]);
  });

  it("finds one between packages, through an entry and an alias", () => {
    expect(
      cycles({
        "apps/cli/src/index.ts": 'import "#b.ts";',
        "apps/cli/src/b.ts": 'import "@kluis/db/sub";',
        "packages/db/src/sub.ts": 'import "@kluis/cli";',
      }),
    ).toHaveLength(1);
  });

  it("finds a file that imports itself", () => {
    expect(cycles({ "packages/db/src/a.ts": 'import type { A } from "./a.ts";' })).toHaveLength(1);
  });

  it("accepts two ways to one file", () => {
    expect(
      cycles({
        "packages/db/src/a.ts": 'import "./b.ts";\nimport "./c.ts";',
        "packages/db/src/b.ts": 'import "./c.ts";',
        "packages/db/src/c.ts": "",
      }),
    ).toEqual([]);
  });
});
