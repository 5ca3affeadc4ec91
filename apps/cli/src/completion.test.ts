import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { catalog, commands, families } from "./commands/index.ts";
import { bashCompletion, zshCompletion } from "./completion.ts";

const script = bashCompletion(catalog);
const hasBash = spawnSync("bash", ["--version"]).status === 0;

/** What bash offers when the user presses Tab after these words; the last one is incomplete. */
function completed(...line: readonly string[]): readonly string[] {
  const words = ["kluis", ...line].map((word) => `'${word}'`).join(" ");
  const run = `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=${line.length}; _kluis; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync("bash", ["--norc", "--noprofile", "-c", run], {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  return out.split("\n").filter(Boolean);
}

test.runIf(hasBash)("bash completes first words, members of families, options and files", () => {
  const firstWords = new Set(commands.map(({ name }) => name.split(" ")[0]));
  expect(new Set(completed(""))).toEqual(new Set([...firstWords, "help", "--help", "--version"]));
  expect(completed("poli")).toEqual(
    expect.arrayContaining(["policies", "policy-versions", "policy-bandwidth"]),
  );
  expect(completed("policies", "re")).toEqual(["rename", "retire"]);
  expect(completed("help", "policies", "ed")).toEqual(["edit"]);
  expect(completed("policies", "retire", "--u")).toEqual(["--undo"]);
  expect(completed("policies", "retire", "nightly", "--")).toEqual(["--undo", "--json", "--help"]);
  expect(completed("policies", "--")).toEqual(["--json", "--help"]);
  expect(completed("policies", "create", "nightly", "--file", "completion.te")).toEqual([
    "completion.test.ts",
  ]);
  expect(completed("nothing", "--")).toEqual([]);
});

test.runIf(hasBash)("bash offers every option of every command", () => {
  const run = commands.map(({ name }) => {
    const words = [...name.split(" "), "--"];
    return `COMP_WORDS=(kluis ${words.join(" ")}); COMP_CWORD=${words.length}; _kluis; echo "\${COMPREPLY[*]}"`;
  });
  const out = execFileSync("bash", ["--norc", "--noprofile", "-c", [script, ...run].join("\n")], {
    encoding: "utf8",
  });
  const offered = out.trimEnd().split("\n");
  for (const [index, { parameters }] of commands.entries()) {
    const names = parameters.filter(({ kind }) => kind !== "argument").map(({ name }) => name);
    expect(offered[index]).toBe([...names, "--json", "--help"].join(" "));
  }
});

test("zsh's completion names every command and option, and quotes what it says", () => {
  const zsh = zshCompletion(catalog);
  expect(zsh.startsWith("#compdef kluis\n")).toBe(true);
  for (const family of Object.keys(families)) expect(zsh).toContain(`\n    ${family}) members=('`);
  for (const { name, parameters } of commands) {
    expect(zsh).toContain(`\n    '${name}') options=(`);
    for (const one of parameters.filter(({ kind }) => kind !== "argument"))
      expect(zsh).toContain(`'${one.name}:`);
  }
  // An odd number of quotes would swallow the rest of the script.
  for (const line of zsh.split("\n"))
    expect((line.replaceAll("'\\''", "").split("'").length - 1) % 2).toBe(0);
});
