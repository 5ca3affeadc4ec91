import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { checkGraph, graphProblems, parseGraphTable } from "./check-graph.ts";

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
    expect([...(graph.get("db") ?? [])]).toEqual(["domain"]);
    expect([...(graph.get("cli") ?? [])]).toEqual(["api", "domain"]);
    expect([...(graph.get("local-stack") ?? [])]).toEqual(["db"]);
  });

  it("refuses a document without the table", () => {
    expect(() => parseGraphTable("# Architecture")).toThrow(/no table/);
  });
});

describe("problems", () => {
  const graph = parseGraphTable("| package | may import |\n|---|---|\n| domain | – |\n| db | domain |");
  const domain = { name: "domain", dependencies: [], devDependencies: [] };

  it("finds none in a tree that follows the table", () => {
    const db = { name: "db", dependencies: ["domain"], devDependencies: ["local-stack"] };
    expect(graphProblems(graph, [domain, db])).toEqual([]);
  });

  it("names a dependency that points the wrong way", () => {
    const wrong = { ...domain, dependencies: ["db"] };
    const problems = graphProblems(graph, [wrong, { name: "db", dependencies: [], devDependencies: [] }]);
    expect(problems).toEqual(["domain depends on db, which the table does not allow."]);
  });

  it("does not let production code lean on the local parts", () => {
    const db = { name: "db", dependencies: ["local-stack"], devDependencies: [] };
    expect(graphProblems(graph, [domain, db])).toHaveLength(1);
  });

  it("names packages that the table misses and those that are gone", () => {
    const found = graphProblems(graph, [domain, { name: "extra", dependencies: [], devDependencies: [] }]);
    expect(found).toEqual([
      "extra is missing in the table of docs/architecture.md.",
      "The table names db, which does not exist.",
    ]);
  });
});

it("holds for this project", async () => {
  expect(await checkGraph(dirname(import.meta.dirname))).toEqual([]);
});
