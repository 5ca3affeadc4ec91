import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { projectFiles } from "./files.ts";
import { root } from "./run.ts";

const workspaces = readdirSync(join(root, "packages")).map((name) => `${name}/src`);
const folders = [
  "apps",
  "packages",
  "docs",
  "scripts",
  "e2e",
  "prisma",
  "\\.github",
  "\\.ci",
  ...workspaces,
].join("|");
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

/** Folders of the root; a document of a package may also name those of its package. */
function foldersFor(path: string): string {
  return /^(?:apps|packages|e2e)\//.test(path) ? `${folders}|src|test|bench|bin` : folders;
}

/** Paths between backticks: from the root or `packages`, or in the README of a package from its folder (`src/errors.ts`). */
function paths(path: string): string[] {
  const named = new RegExp(`^(?:${foldersFor(path)})/[^:]*$`);
  return [...prose(path).matchAll(/`([^`\s]+)`/g)]
    .map(([, text = ""]) => text)
    .filter((text) => named.test(text));
}

/**
 * Paths in fenced code: commands, and maps of folders. In a map, the path that a line starts with is the home of the indented
 * lines below it (`apps/portal`, then `src/ui`).
 */
function mappedPaths(path: string): { text: string; home: string }[] {
  const fences = readFileSync(join(root, path), "utf8").matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm);
  return [...fences].flatMap(([, code = ""]) => {
    let home = "";
    return code.split("\n").flatMap((line) => {
      const names = `${foldersFor(path)}${line.startsWith(" ") ? "|src|test" : ""}`;
      const named = new RegExp(`(?<![\\w./@$-])(?:${names})/[\\w./<>{},*()[\\]-]*`, "g");
      const found = [...line.matchAll(named)].map(({ 0: text, index }) => ({
        text: text.replace(/[.,;:)]+$/, ""),
        index,
      }));
      if (found[0]?.index === 0) home = found[0].text;
      return found.map(({ text }) => ({ text, home }));
    });
  });
}

/** A path with a placeholder (NAME, NOUN, TIME, `<kind>`, `*`, `…`) or alternatives (`{a,b}`) must match a file for each alternative. */
function isThere(path: string, from: string, home = ""): boolean {
  const own = /^(?:apps|packages)\/[^/]+/.exec(from)?.[0] ?? "";
  const bases = [root, join(root, "packages"), join(root, dirname(from)), join(root, own), join(root, home)];
  return alternatives(path).every((one) => bases.some((base) => matches(base, one)));
}

function alternatives(path: string): string[] {
  const [whole, inner] = /\{([^{}]*)\}/.exec(path) ?? [];
  if (whole === undefined) return [path];
  return (inner ?? "").split(",").flatMap((one) => alternatives(path.replace(whole, one)));
}

function matches(base: string, path: string): boolean {
  const pattern = path.replaceAll(/<[^>]*>|NAME|NOUN|TIME|…/g, "*");
  if (!pattern.includes("*")) return existsSync(join(base, pattern));
  return globSync(pattern.replaceAll(/[[\]]/g, "[$&]"), { cwd: base }).length > 0;
}

describe("documentation", () => {
  it.each(documents)("%s: every link leads to a file", (path) => {
    const missing = links(path).filter((target) => !existsSync(join(root, dirname(path), target)));
    expect(missing).toEqual([]);
  });

  it.each(documents)("%s: every path that it names exists", (path) => {
    expect(paths(path).filter((text) => !isThere(text, path))).toEqual([]);
  });

  it.each(documents)("%s: every path in its maps and commands exists", (path) => {
    expect(mappedPaths(path).filter(({ text, home }) => !isThere(text, path, home))).toEqual([]);
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
