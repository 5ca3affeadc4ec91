import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { permissions, rolePermissions, roles } from "./permission.ts";

test("the table in docs/security.md equals the roles in code", () => {
  const text = readFileSync(path.join(import.meta.dirname, "../../../../docs/security.md"), "utf8");
  const rows = text.split("\n").flatMap((line) => {
    const [, name] = /^\| `([a-z:]+)` \|/.exec(line) ?? [];
    if (name === undefined) return [];
    const cells = line.split("|").slice(3, 8);
    return [[name, cells.map((cell) => cell.trim() === "●")] as const];
  });
  expect(rows.map(([name]) => name)).toEqual(permissions);
  const decided = permissions.map((name) => [
    name,
    roles.map((role) => rolePermissions[role].includes(name)),
  ]);
  expect(rows).toEqual(decided);
});
