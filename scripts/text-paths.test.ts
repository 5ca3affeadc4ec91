import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./run.ts";

/** Sources whose texts may name a page of the documentation. */
function sources(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "packages", "apps", "scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed.split("\n").filter((path) => /\.(ts|tsx|mjs)$/u.test(path) && !path.endsWith(".test.ts"));
}

test("every page of the documentation that a text or comment names exists", () => {
  const missing = sources().flatMap((path) => {
    const file = join(root, path);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return [...text.matchAll(/\bdocs\/[\w/-]+\.md\b/gu)]
      .filter(([page]) => !existsSync(join(root, page)))
      .map(([page]) => `${path}: ${page}`);
  });
  expect(missing).toEqual([]);
});
