/** The parser, built from the declarations: Commander splits the line, Zod checks the values. */
import { Argument, CommanderError, Option, Command as Parser } from "commander";
import packageJson from "../package.json" with { type: "json" };
import type { Catalog, Command, Parameter } from "./command.ts";
import { type ExitCode, exitCodes, UsageError } from "./failure.ts";
import { commandHelp, familyHelp, familyMembers, overviewHelp, term } from "./help.ts";
import type { AskOptions } from "./requested-text.ts";
import type { Terminal } from "./terminal.ts";

/** Called with the command of the line and its values as texts, lists of texts and booleans. `ask` is null without `--ask`. */
export type OnCommand = (
  command: Command,
  values: Readonly<Record<string, unknown>>,
  ask: AskOptions | null,
) => Promise<ExitCode>;

export interface ParseOptions {
  readonly terminal: Terminal;
  readonly catalog: Catalog;
  readonly onCommand: OnCommand;
}

/**
 * Parses a command line and runs `onCommand`, or prints the help or version that it requests. Returns the exit code.
 * @throws UsageError, and what `onCommand` throws
 */
export async function parse(
  args: readonly string[],
  { terminal, catalog, onCommand }: ParseOptions,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const parser = createParser(terminal, catalog, async (command, values, ask) => {
    exitCode = await onCommand(command, values, ask);
    return exitCode;
  });
  try {
    await parser.parseAsync(withHelpOption(args, catalog), { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.ok;
    // A line without a command got the help on stderr.
    if (error.code === "commander.help") return exitCodes.usage;
    throw usageError(error, args, catalog);
  }
}

function createParser(terminal: Terminal, catalog: Catalog, onCommand: OnCommand): Parser {
  const root = new Parser("kluis")
    .version(packageJson.version)
    .helpCommand(false)
    .configureHelp({ formatHelp: () => `${overviewHelp(catalog, terminal.look)}\n` })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.error(text.trimEnd()),
      // Errors are reported by the caller, as text or as JSON.
      outputError: () => undefined,
      // The help is painted for the terminal already; Commander must not strip it.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .exitOverride();
  const parents = new Map(
    Object.keys(catalog.families).map((family) => [family, addFamily(root, family, { terminal, catalog })]),
  );
  for (const command of commandsOf(catalog)) {
    const [first = "", second] = command.name.split(" ");
    // A family can be a command too: `policies` lists, `policies create` creates.
    const parser =
      second === undefined
        ? (parents.get(first) ?? root.command(first))
        : parents.get(first)?.command(second);
    if (parser === undefined) throw new TypeError(`${first} is not a family of commands.`);
    addCommand(parser, command, { terminal, onCommand, catalog });
  }
  return root;
}

function addFamily(
  root: Parser,
  family: string,
  { terminal: { look }, catalog }: { readonly terminal: Terminal; readonly catalog: Catalog },
): Parser {
  return root
    .command(family)
    .helpCommand(false)
    .configureHelp({ formatHelp: () => `${familyHelp(family, { catalog, output: look })}\n` });
}

function addCommand(
  parser: Parser,
  command: Command,
  { terminal, onCommand, catalog }: Omit<ParseOptions, "terminal"> & { readonly terminal: Terminal },
): void {
  const args = command.parameters.filter(({ kind }) => kind === "argument");
  for (const one of args)
    parser.addArgument(new Argument(one.isRequired ? `<${one.name}>` : `[${one.name}]`));
  for (const one of command.parameters) if (one.kind !== "argument") parser.addOption(optionOf(one));
  parser
    .option("--json")
    .option("--ask <reason>")
    .option("--ask-ticket <reference>")
    .option("--ask-hours <hours>")
    .configureHelp({ formatHelp: () => `${helpOf(command, { catalog, output: terminal.look })}\n` })
    .action(async () => {
      const { json: _json, ask, askTicket, askHours, ...values } = parser.opts<Record<string, unknown>>();
      for (const [index, { key }] of args.entries()) values[key] = parser.args[index];
      await onCommand(command, values, askOf({ ask, askTicket, askHours }));
    });
}

/** @throws UsageError */
function askOf(given: { readonly ask: unknown; readonly askTicket: unknown; readonly askHours: unknown }) {
  const { ask, askTicket, askHours } = given;
  if (typeof ask !== "string") {
    if (askTicket === undefined && askHours === undefined) return null;
    throw new UsageError("--ask-ticket and --ask-hours belong to --ask.", "Add --ask with a reason.");
  }
  const expiresInHours = Number(askHours ?? 1);
  if (!Number.isInteger(expiresInHours) || expiresInHours < 1)
    throw new UsageError(`--ask-hours "${String(askHours)}" is not valid.`, "Use a whole number of hours.");
  return {
    reason: ask,
    ...(typeof askTicket === "string" && { ticket: askTicket }),
    ...(askHours !== undefined && { expiresInHours }),
  };
}

/** The help of a command, and of the commands that begin with its name. */
function helpOf(
  command: Command,
  { catalog, output }: { readonly catalog: Catalog; readonly output: Terminal["look"] },
): string {
  const own = commandHelp(command, output);
  if (!Object.hasOwn(catalog.families, command.name)) return own;
  return `${own}\n\n${familyMembers(command.name, { catalog, output })}`;
}

function optionOf(parameter: Parameter): Option {
  const option = new Option(term(parameter));
  // `--no-wait` is a flag like any other here, not the opposite of an option `--wait`.
  option.negate = false;
  return parameter.isRequired ? option.makeOptionMandatory() : option;
}

/** Reads `kluis help report points` as `kluis report points --help`. Help for an unknown command is a usage error. */
function withHelpOption(args: readonly string[], catalog: Catalog): string[] {
  const isHelp = (word: string): boolean => word === "--help" || word === "-h";
  const words = args[0] === "help" ? args.slice(1) : [...args];
  const rest = words.filter((word) => !isHelp(word));
  if (args[0] !== "help" && !words.some(isHelp)) return words;
  const [first] = rest.filter((word) => !word.startsWith("-"));
  const isKnown =
    first === undefined || commandOf(rest, catalog) !== null || Object.hasOwn(catalog.families, first);
  return isKnown ? [...rest, "--help"] : rest;
}

/** The command that a line names, or null. */
function commandOf(args: readonly string[], catalog: Catalog): Command | null {
  const [first, second] = args.filter((word) => !word.startsWith("-"));
  const all = commandsOf(catalog);
  return (
    all.find(({ name }) => name === `${first} ${second}`) ?? all.find(({ name }) => name === first) ?? null
  );
}

/** Commander's message as a sentence, with where to read on. */
function usageError(error: CommanderError, args: readonly string[], catalog: Catalog): UsageError {
  const family = args.find((word) => Object.hasOwn(catalog.families, word));
  const subject = commandOf(args, catalog)?.name ?? family;
  const see = `See kluis ${subject === undefined ? "" : `${subject} `}--help.`;
  const [message = "", suggestion = ""] = error.message.replace(/^error: /, "").split("\n");
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith(".") ? "" : "."}`;
  const hint = /^\((.+)\)$/.exec(suggestion)?.[1];
  return new UsageError(sentence, hint === undefined ? see : `${hint} ${see}`);
}

function commandsOf({ groups }: Catalog): readonly Command[] {
  return groups.flatMap(({ commands }) => commands);
}
