/** Help texts, generated from the declarations. */
import type { Catalog, Command, Parameter } from "./command.ts";
import { hang, type Look, widthOf } from "./look.ts";

/** Longer lines are hard to read, and in a pipe there is no terminal to fit. */
const widestHelp = 100;
const pipeWidth = 80;

const notes = [
  ["Help", "kluis help <command>, or kluis <command> --help; kluis --version"],
  ["JSON", "every command has --json: the result on stdout, an error as one object on stderr"],
  [
    "Second person",
    "where a guardrail requires one for changes of configuration, --ask REASON requests the change; --ask-ticket and --ask-hours are optional",
  ],
  [
    "Server",
    "KLUIS_URL and KLUIS_TOKEN (from Settings in the portal), or cli.json in the data folder of a local Kluis (KLUIS_HOME, else .kluis in the project)",
  ],
  ["Color", "on a terminal; NO_COLOR turns it off, FORCE_COLOR turns it on"],
] as const;

const exitCodeNotes = [
  ["0", "done"],
  ["1", "failed, or the job failed or was canceled"],
  ["2", "wrong usage"],
  ["3", "not found"],
  ["4", "not signed in, or not allowed"],
  ["5", "Kluis, or the vault's storage, does not respond"],
  ["6", "requested: a second person must approve it"],
  ["130", "interrupted"],
] as const;

/** `kluis --help`. */
export function overviewHelp({ groups }: Catalog, output: Look): string {
  const look = helpLook(output);
  const indent =
    2 + Math.max(...groups.flatMap(({ commands }) => commands.map(({ name }) => widthOf(name)))) + 2;
  return sections(look, [
    ["Usage", ["kluis <command> [arguments] [options]"]],
    ...groups.map(
      ({ heading, commands }) =>
        [heading, commands.map(({ name, summary }) => item(name, summary, { indent, look }))] as const,
    ),
    ["Good to know", notes.map(([name, text]) => item(name, text, { indent: 10, look }))],
    ["Exit codes", exitCodeNotes.map(([code, text]) => item(code, text, { indent: 7, look }))],
  ]);
}

interface FamilyHelp {
  readonly catalog: Catalog;
  readonly output: Look;
}

/** `kluis report --help`: the commands that begin with this word. */
export function familyHelp(family: string, help: FamilyHelp): string {
  const usage = sections(helpLook(help.output), [["Usage", [`kluis ${family} <command> [options]`]]]);
  return `${usage}\n\n${familyMembers(family, help)}`;
}

/** The commands that begin with this word, under a heading. */
export function familyMembers(family: string, { catalog, output }: FamilyHelp): string {
  const look = helpLook(output);
  const members = catalog.groups
    .flatMap(({ commands }) => commands)
    .filter(({ name }) => name.startsWith(`${family} `));
  const indent = 2 + Math.max(...members.map(({ name }) => widthOf(name))) + 2;
  const rows = members.map(({ name, summary }) => item(name, summary, { indent, look }));
  return sections(look, [[catalog.families[family] ?? family, rows]]);
}

/** `kluis <command> --help`. */
export function commandHelp(command: Command, output: Look): string {
  const look = helpLook(output);
  const { summary, details, parameters, examples } = command;
  const args = parameters.filter(({ kind }) => kind === "argument");
  const options = parameters.filter(({ kind }) => kind !== "argument");
  const standard = [
    ["--json", "print the result as JSON"],
    ["-h, --help", "show this help"],
  ] as const;
  const terms = [...parameters.map(term), ...standard.map(([flags]) => flags)];
  const indent = 2 + Math.max(...terms.map(widthOf)) + 2;
  const row = (one: Parameter): string => item(term(one), explain(one), { indent, look });
  const purpose = details === null ? `${summary}.` : `${summary}. ${details}`;
  return sections(look, [
    ["Usage", [usageOf(command)]],
    [null, [hang(purpose, 0, look.width)]],
    ["Arguments", args.map(row)],
    [
      "Options",
      [...options.map(row), ...standard.map(([flags, text]) => item(flags, text, { indent, look }))],
    ],
    [examples.length === 1 ? "Example" : "Examples", examples.map((line) => `  kluis ${line}`)],
  ]);
}

/** `kluis protect <vm> --policy <name> [options]`, with every required option. */
export function usageOf({ name, parameters }: Command): string {
  const args = parameters
    .filter(({ kind }) => kind === "argument")
    .map((one) => (one.isRequired ? `<${one.name}>` : `[${one.name}]`));
  const required = parameters.filter(({ kind, isRequired }) => kind !== "argument" && isRequired).map(term);
  return ["kluis", name, ...args, ...required, "[options]"].join(" ");
}

/** `--exclude-disk <disk...>`, as the parser and help write it. */
export function term({ kind, name, placeholder }: Parameter): string {
  if (kind === "value") return `${name} <${placeholder}>`;
  return kind === "list" ? `${name} <${placeholder}...>` : name;
}

function explain({ kind, help, isRequired, defaultText }: Parameter): string {
  if (kind !== "argument" && isRequired) return `${help} (required)`;
  return defaultText === null ? help : `${help} (default: ${defaultText})`;
}

function helpLook(output: Look): Look {
  const width = output.width === Number.POSITIVE_INFINITY ? pipeWidth : Math.min(widestHelp, output.width);
  return { ...output, width };
}

function item(
  name: string,
  text: string,
  { indent, look }: { readonly indent: number; readonly look: Look },
): string {
  return `  ${name.padEnd(indent - 2)}${hang(text, indent, look.width)}`;
}

/** Sections with something in them, an empty line between two. `Usage` stays on one line; a null heading has none. */
function sections(look: Look, all: readonly (readonly [string | null, readonly string[]])[]): string {
  return all
    .filter(([, lines]) => lines.length > 0)
    .map(([heading, lines]) => {
      if (heading === null) return lines.join("\n");
      const title = look.paint("strong", `${heading}:`);
      return heading === "Usage" ? `${title} ${lines.join("\n")}` : `${title}\n${lines.join("\n")}`;
    })
    .join("\n\n");
}
