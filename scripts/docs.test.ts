import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { projectFiles } from "./files.ts";
import { root } from "./run.ts";

const folders = "apps|packages|docs|scripts|e2e|prisma|\\.github|\\.ci";
const documents = projectFiles(root, [".md"]);
const sources = projectFiles(root, [".ts", ".tsx", ".mjs"]).filter((path) => !/\.test\.tsx?$/.test(path));

/** Text of a document without fenced code. */
function prose(path: string): string {
  return readFileSync(join(root, path), "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
}

/** Targets of relative links, without their anchors. */
function links(path: string): string[] {
  return [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.split("#")[0] ?? "")
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}

/** Paths at the beginning of a line of fenced code, as in the map of a package. */
function mappedPaths(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^```\n([\s\S]*?)^```/gm)].flatMap(([, code = ""]) =>
    [...code.matchAll(/^ *(\S+\/\S*)/gm)]
      .map(([, first = ""]) => first.replace(/,$/, ""))
      .filter((first) => pathPattern(path).test(first)),
  );
}

/**
 * Paths between backticks: from the root, or in the README of a package from its folder (`src/errors.ts`). A path with a
 * placeholder (NAME, NOUN, TIME, `<kind>`) or a wildcard names many files: its fixed beginning must exist.
 */
function paths(path: string): string[] {
  return [...prose(path).matchAll(/`([^`\s]+)`/g)]
    .map(([, text = ""]) => text)
    .filter((text) => pathPattern(path).test(text));
}

/** Matches a path that a document may name: from the root, and in a package also from its folder. */
function pathPattern(document: string): RegExp {
  const own = /^(?:apps|packages|e2e)\//.test(document) ? "|src|test|bench|bin" : "";
  return new RegExp(`^(?:${folders}${own})/[^:]*$`);
}

function isThere(path: string, from: string): boolean {
  const fixed = path.replace(/[^/]*(?:[*{<…]|NAME|NOUN|TIME).*$/, "");
  const home = /^(?:apps|packages)\/[^/]+/.exec(from)?.[0] ?? "";
  return [root, join(root, dirname(from)), join(root, home)].some((folder) =>
    existsSync(join(folder, fixed)),
  );
}

describe("documentation", () => {
  it.each(documents)("%s: every link leads to a file", (path) => {
    const missing = links(path).filter((target) => !existsSync(join(root, dirname(path), target)));
    expect(missing).toEqual([]);
  });

  it.each(documents)("%s: every path that it names exists", (path) => {
    const named = [...paths(path), ...mappedPaths(path)];
    expect(named.filter((text) => !isThere(text, path))).toEqual([]);
  });

  it("is indexed: docs/README.md links every page", () => {
    const pages = documents.filter(
      (path) => /^docs\/(?:how-to\/)?[^/]+\.md$/.test(path) && path !== "docs/README.md",
    );
    const linked = links("docs/README.md").map((target) => normalize(join("docs", target)));
    expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  });

  it.each(documents.filter((path) => path.startsWith("docs/how-to/")))("%s fits on a screen", (path) => {
    expect(readFileSync(join(root, path), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(45);
  });
});

describe("docs/operations.md", () => {
  it("lists every setting", () => {
    const text = readFileSync(join(root, "docs/operations.md"), "utf8");
    const settings = sources
      .filter((path) => /^(?:apps|packages)\/[^/]+\/src\//.test(path))
      .flatMap((path) => [
        ...readFileSync(join(root, path), "utf8").matchAll(/^ +(KLUIS_[A-Z_]+): (?:z\.|\w+[.,])/gm),
      ])
      .map(([, name = ""]) => name);
    expect(settings.length).toBeGreaterThan(20);
    expect([...new Set(settings)].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("sources", () => {
  it("name only documentation that exists, in errors and comments", () => {
    const missing = sources.flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/\bdocs\/[\w./-]+\.md\b/g)]
        .map(([name]) => name)
        .filter((name) => !existsSync(join(root, name)))
        .map((name) => `${path} names ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe("the README's tour", () => {
  it("changes the headline of the shop's page in place", async () => {
    const { readRecipe, unpackImage } = await import("../packages/local-azure/src/fleet/recipe.ts");
    const [, text = "", seek = ""] =
      /printf '([^']+)' \| dd of=data\.img bs=1 seek=(\d+) conv=notrunc/.exec(
        readFileSync(join(root, "README.md"), "utf8"),
      ) ?? [];
    const recipe = await readRecipe("web-01-data");
    let before = "";
    await unpackImage({ ...recipe, fills: [] }, async (offset, data) => {
      const at = Number(seek) - offset;
      if (at >= 0 && at < data.length)
        before = data.subarray(at - 4, at + text.length + 5).toString("latin1");
    });
    expect(before).toBe("<h1>Contoso shop</h1>");
    expect(text).toHaveLength("Contoso shop".length);
  });
});
