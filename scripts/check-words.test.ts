import { describe, expect, it } from "vitest";
import { type Finding, findWords } from "./check-words.ts";

const found = (name: string, source: string): string[] =>
  findWords(name, source).map(({ line, text }: Finding) => `${line} ${text}`);

describe("TypeScript", () => {
  it.each([
    ["a line comment", "let a; // reads anew", "1 anew"],
    ["a docstring", "/**\n * Says it\n * for ever.\n */\nlet a;", "3 for ever"],
    ["a phrase over two lines of a docstring", "/**\n * This is\n * no job.\n */", "2 is no"],
    ["a phrase over two line comments", "// This is\n// no job.", "1 is no"],
    ["a string", 'const a = "Ask whoever it is";', "1 whoever"],
    ["a label of one word", 'const a = { state: "Cancelled" };', "1 Cancelled"],
    ["a template", `const a = \`Policy \${b} is no policy\`;`, "1 is no"],
    ["a test's name", 'it("serves everybody", () => {});', "1 everybody"],
    ["a sentence that starts with “What is”", "// What is left is deleted.", "1 What is left is deleted."],
  ])("finds a phrase in %s", (_where, source, expected) => {
    expect(found("a.ts", source)).toEqual([expected]);
  });

  it("finds a phrase in JSX text", () => {
    expect(found("a.tsx", "const a = <p>\n  Nobody is here\n</p>;")).toEqual(["2 Nobody"]);
  });

  it.each([
    ["an identifier", "const anew = cancelled.whoever;"],
    ["a stored value", 'if (state === "cancelled") stop("CANCELLED");'],
    ["a code in a sentence", "// Errors: CANCELLED, VAULT_FULL."],
    ["code in a comment", "// Sets `cancelled` and `for ever`."],
    ["an import", 'import { people } from "./people.ts";\nexport * from "./people.ts";'],
    ["the Dutch half of a catalog", 'const a = { en: { b: "Name it" }, nl: { b: "Noem het upon" } };'],
    ["a phrase that is right with “there”", "// There is no policy, or there are none."],
    ["a limit", "// The wait is no longer than a minute."],
    ["a question", 'const a = "What is a policy?";'],
  ])("accepts %s", (_what, source) => {
    expect(found("a.ts", source)).toEqual([]);
  });
});

describe("Markdown", () => {
  it("finds phrases in paragraphs, lists, tables and headings, over a line end too", () => {
    const source = "# Written down\n\nThis is\nno list:\n\n- asks for a name\n\n| a | anew |\n";
    expect(found("a.md", source)).toEqual(["1 Written down", "3 is no", "6 asks for", "8 anew"]);
  });

  it("accepts code and the targets of links", () => {
    const source = "Set `anew`, [see](docs/for-ever/anew.md).\n\n```sh\nkluis anew\n```\n";
    expect(found("a.md", source)).toEqual([]);
  });
});
