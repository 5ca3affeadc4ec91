import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { endedAction, errorCatalog, noticeCodes, noticeText } from "@kluis/domain";
import compile from "icu-minify/compile";
import { describe, expect, it } from "vitest";
import { pseudoMessage } from "#i18n/pseudo.ts";
import type { MessageTree } from "#messages/catalog.ts";
import { clientErrorCodes } from "#messages/errors.ts";
import { messages } from "#messages/index.ts";
import { argumentsOf, flatten, usedKeys } from "#messages/scan.ts";

const english = flatten(messages.en);
const dutch = flatten(messages.nl);
const source = join(import.meta.dirname, "..");

/** Catalogs whose keys are words of the domain: a total Record makes each of them exist, and code picks by a variable. */
const keyedByDomain = /^(?:notices\.|errors\.[A-Z_]+\.reasons\.)/u;

async function sourceFiles(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const path of glob("**/*.{ts,tsx}", { cwd: source })) {
    if (!/\.test\.tsx?$|^messages\//u.test(path)) found.push(await readFile(join(source, path), "utf8"));
  }
  return found;
}

describe("the catalogs", () => {
  it("have the same keys in both languages", () => {
    expect([...dutch.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("have no dot in a key, because dots separate keys", () => {
    const dotted = (tree: MessageTree): string[] =>
      Object.entries(tree).flatMap(([key, value]) => [
        ...(key.includes(".") ? [key] : []),
        ...(typeof value === "string" ? [] : dotted(value)),
      ]);
    expect(dotted(messages.en)).toEqual([]);
  });

  it("parse as ICU messages with the same arguments in both languages", () => {
    const different = [...english].flatMap(([key, text]) => {
      const [en, nl] = [argumentsOf(compile(text)), argumentsOf(compile(dutch.get(key) ?? ""))];
      return JSON.stringify(en) === JSON.stringify(nl) ? [] : [{ key, en, nl }];
    });
    expect(different).toEqual([]);
  });

  it("contain every key that the sources use, and no other", async () => {
    const used = new Set<string>();
    const unknown: string[] = [];
    for (const text of await sourceFiles()) {
      for (const key of usedKeys(text)) {
        const matching = [...english.keys()].filter((known) => key.pattern.test(known));
        if (matching.length === 0 && key.certain) unknown.push(key.pattern.source);
        for (const known of matching) used.add(known);
      }
    }
    expect(unknown, "used, but in no catalog").toEqual([]);
    expect(
      [...english.keys()].filter((key) => !used.has(key) && !keyedByDomain.test(key)),
      "in a catalog, but not used",
    ).toEqual([]);
  });
});

describe("the errors", () => {
  it("have texts for every code and for no other", () => {
    const codes = [...Object.keys(errorCatalog), ...clientErrorCodes].sort();
    expect(Object.keys(messages.en.errors).sort()).toEqual(codes);
    expect(Object.keys(messages.nl.errors).sort()).toEqual(codes);
  });
  it.each([english, dutch])("promise no other try in the action of an ended job", (texts) => {
    const actions = [...texts].filter(([key]) => /^errors\.(\w+)\..*action$/u.test(key));
    const ended = actions.map(([key, action]) =>
      endedAction({ code: key.split(".")[1] ?? "", action }, "Start."),
    );
    expect(ended.filter((text) => /\b(?:tries|retries|trying|probeert)\b/u.test(text ?? ""))).toEqual([]);
    expect(ended.filter((text) => text?.endsWith("Start.")).length).toBeGreaterThan(20);
  });
  it("take parameters only with a reason, because only then they are certain", () => {
    const plain = [...english].filter(([key]) => /^errors\.\w+\.(title|message|action)$/u.test(key));
    expect(plain.filter(([, text]) => argumentsOf(compile(text)).length > 0)).toEqual([]);
  });
});

describe("the notices", () => {
  it("without parameters have the English text of the domain, which the command line shows", () => {
    const plain = noticeCodes.filter((code) => argumentsOf(compile(messages.en.notices[code])).length === 0);
    expect(plain.length).toBeGreaterThan(50);
    const pairs = plain.map((code) => [code, noticeText({ code, params: {} }).replaceAll("'", "’")]);
    expect(plain.map((code) => [code, messages.en.notices[code].replaceAll("'", "’")])).toEqual(pairs);
  });
});

describe("the pseudo-locale", () => {
  it.each([...english])("marks and lengthens %s and keeps its arguments", (_, text) => {
    const compiled = compile(text);
    const pseudo = pseudoMessage(compiled);
    expect(argumentsOf(pseudo)).toEqual(argumentsOf(compiled));
    expect(JSON.stringify(pseudo)).toMatch(/⟦.*~⟧/su);
    expect(JSON.stringify(pseudo).length).toBeGreaterThan(JSON.stringify(compiled).length);
  });
});
