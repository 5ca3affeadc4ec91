import { readFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../failure.ts";
import { term, usageOf } from "../help.ts";
import { run } from "../main.ts";
import { parse } from "../program.ts";
import { createTerminal } from "../terminal.ts";
import { catalog, commandGroups, commands, families } from "./index.ts";

interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a line that needs no server. */
async function kluis(...args: readonly string[]): Promise<Printed> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const code = await run(args, { stdin, stdout, stderr, env: { KLUIS_HOME: "/nowhere" }, signal });
  return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

/** Splits an example as a shell does: only double quotes occur. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

const cases = commands.map((command) => ({ name: command.name, command }));

describe("declarations", () => {
  test("names are unique, and every first word of two is a family", () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
    const firstWords = commands
      .filter(({ name }) => name.includes(" "))
      .map(({ name }) => name.split(" ")[0]);
    expect(new Set(firstWords)).toEqual(new Set(Object.keys(families)));
  });

  test.each(cases)(
    "$name: a purpose in one line, arguments before options, no second --json",
    ({ command }) => {
      expect(command.summary).toMatch(/^[A-Z][^.\n]{4,58}$/);

      expect(command.parameters.map(({ key }) => key)).not.toContain("json");
    },
  );

  test.each(cases)(
    "$name: its examples parse, name the command and have valid values",
    async ({ command }) => {
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(await parsed(example)).toBe(command.name);
    },
  );
});

/** The command that a line reaches with valid values. */
async function parsed(line: string): Promise<string | undefined> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = createTerminal({ stdin, stdout, stderr, env: {} }, false);
  const reached: string[] = [];
  await parse(wordsOf(line), {
    terminal,
    catalog,
    onCommand: (command, values) => {
      command.prepare(values);
      reached.push(command.name);
      return Promise.resolve(exitCodes.ok);
    },
  });
  return reached[0];
}

describe("help", () => {
  test("the overview lists every command with its purpose, and the exit codes", async () => {
    const { code, out } = await kluis("--help");
    expect(code).toBe(0);
    for (const { name, summary } of commands) {
      const line = out.split("\n").find((one) => one.startsWith(`  ${name} `));
      expect(line).toContain(summary);
    }
    for (const exitCode of Object.values(exitCodes))
      expect(out).toMatch(new RegExp(`^ {2}${exitCode} `, "m"));
    expect((await kluis("help")).out).toBe(out);
    expect(await kluis()).toMatchObject({ code: 2, out: "", err: out });
  });

  test.each(cases)(
    "$name: help COMMAND and --help print the same, within 80 columns",
    async ({ command }) => {
      const words = command.name.split(" ");
      const { code, out } = await kluis(...words, "--help");
      expect(code).toBe(0);
      expect(await kluis("help", ...words)).toEqual({ code, out, err: "" });
      expect(out).toContain(`Usage: ${usageOf(command)}\n`);
      expect(out).toContain(command.summary);
      for (const parameter of command.parameters) {
        expect(out).toContain(`\n  ${term(parameter)} `);
      }
      const required = command.parameters.filter((one) => one.isRequired && one.kind !== "argument");
      expect(out.split("(required)").length - 1).toBe(required.length);
      for (const example of command.examples) expect(out).toContain(`  kluis ${example}\n`);
      for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  test("defaults are shown", async () => {
    expect((await kluis("jobs", "--help")).out).toContain("how many (default: 20)");
    expect((await kluis("download", "--help")).out).toContain("raw, vhd or qcow2 (default: raw)");
  });

  test("a family lists its commands", async () => {
    const { code, out } = await kluis("report", "--help");
    expect(code).toBe(0);
    expect(out).toContain("report points  ");
    expect((await kluis("help", "report")).out).toBe(out);
    expect((await kluis("report")).code).toBe(2);
  });
});

describe("wrong usage", () => {
  test.each([
    ["vsm", "Unknown command 'vsm'.\n       Did you mean one of vm, vms? See kluis --help."],
    ["help vsm", "Unknown command 'vsm'.\n       Did you mean one of vm, vms? See kluis --help."],
    ["vsm --help", "Unknown command 'vsm'.\n       Did you mean one of vm, vms? See kluis --help."],
    ["report pionts", "Unknown command 'pionts'.\n       Did you mean points? See kluis report --help."],
    ["vms --serch x", "Unknown option '--serch'.\n       Did you mean --search? See kluis vms --help."],
    ["protect web-01", "Required option '--policy <name>' not specified.\n       See kluis protect --help."],
    ["jobs --limit 0", '--limit "0" is not valid.\n       Use a whole number from 1 to 999999.'],
    [
      "jobs --state done",
      '--state "done" is not valid.\n       Use queued, running, succeeded, warning, failed or canceled.',
    ],
    ["download x --disk C: --to y", '--disk "C:" is not valid.\n       Use "os" or a LUN such as 0.'],
    [
      "report points --to yesterday",
      '--to "yesterday" is not valid.\n       Use a day such as 2026-11-26, or an ISO 8601 time such as 2026-11-26T12:00:00Z.',
    ],
  ])("kluis %s", async (line, text) => {
    expect(await kluis(...line.split(" "))).toEqual({ code: 2, out: "", err: `kluis: ${text}\n` });
  });

  test("with --json it is one JSON object", async () => {
    const { code, out, err } = await kluis("vms", "--serch", "x", "--json");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(JSON.parse(err)).toMatchObject({
      error: { code: "INPUT_INVALID", message: "Unknown option '--serch'." },
    });
  });
});

test("the README lists the commands as they are declared", async () => {
  const readme = await readFile(path.join(import.meta.dirname, "../../README.md"), "utf8");
  const rows = commandGroups.flatMap(({ commands: members }) =>
    members.map((command) => `| \`${usageOf(command)}\` | ${command.summary} |`),
  );
  const [, table = ""] = readme.split("| command | purpose |\n|---|---|\n");
  expect(table.split("\n\n")[0]?.split("\n")).toEqual(rows);
});
