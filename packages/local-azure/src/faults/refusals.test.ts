import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { noFacts } from "./refusal-kinds.ts";
import { refusalNames } from "./refusal-names.ts";
import { refusals, refusalTable } from "./refusals.ts";

test("the README has the table of refusals", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const [, table = ""] = /<!-- refusals -->\n([\s\S]*?)\n<!-- \/refusals -->/.exec(readme) ?? [];
  expect(table).toBe(refusalTable());
});

test("each refusal has a sentence, an error status and different places", () => {
  const wrong = refusalNames.filter((name) => {
    const { message, status, places } = refusals[name];
    return message(noFacts).length <= 10 || status < 400 || new Set(places).size < places.length;
  });
  expect(wrong).toEqual([]);
});
