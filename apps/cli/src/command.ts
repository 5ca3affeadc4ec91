/** How a command declares itself: name, parameters with their Zod schemas, examples and handler. */
import { z } from "zod";
import type { Server } from "./client.ts";
import type { Connection } from "./connection.ts";
import { type ExitCode, UsageError } from "./failure.ts";
import type { Look } from "./look.ts";
import type { Terminal } from "./terminal.ts";

/** The surroundings of a command that needs no server. */
export interface LocalSession {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** The surroundings of a command of the server. */
export interface Session extends LocalSession {
  readonly server: Server;
  readonly connection: Connection;
}

/** The surroundings before it is known what the command needs. */
export interface Surroundings extends LocalSession {
  /** Finds the server and its token. @throws LocalError NOT_SIGNED_IN, CONFIG_INVALID, INPUT_INVALID */
  readonly connect: () => Promise<Session>;
}

export interface ParameterInfo {
  readonly kind: "argument" | "flag" | "value" | "list";
  /** The value's name in help: `name` in `--policy <name>`; empty for a flag and for an argument. */
  readonly placeholder: string;
  readonly help: string;
}

/** A parameter as help and the parser see it. */
export interface Parameter extends ParameterInfo {
  /** The key of the handler's input, such as `resourceGroup`. */
  readonly key: string;
  /** `--resource-group`, or the argument's name. */
  readonly name: string;
  readonly isRequired: boolean;
  /** The value without the option, or null where help has nothing to say. */
  readonly defaultText: string | null;
}

/** A declared command, independent of the types of its input. */
export interface Command {
  /** One or two words, such as `vms` or `report points`. */
  readonly name: string;
  /** One line: verb first, no full stop. */
  readonly summary: string;
  /** More sentences for the command's own help. */
  readonly details: string | null;
  /** Arguments first, then options, in the order of help. `--json` is added by the program. */
  readonly parameters: readonly Parameter[];
  /** Complete command lines without the leading `kluis`. */
  readonly examples: readonly string[];
  /**
   * Checks the values and returns the handler's run, which has not started yet.
   * @throws UsageError for the first value that its schema refuses
   */
  prepare(values: Readonly<Record<string, unknown>>): (surroundings: Surroundings) => Promise<ExitCode>;
}

/** Commands under one heading of `kluis --help`. */
export interface CommandGroup {
  readonly heading: string;
  readonly commands: readonly Command[];
}

/** The commands that the parser and help know. */
export interface Catalog {
  readonly groups: readonly CommandGroup[];
  /** The first words of commands with two, with what they are for. */
  readonly families: Readonly<Record<string, string>>;
}

export interface Definition<Shape extends z.ZodRawShape, In extends LocalSession = Session> {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  /** Made with `argument`, `flag`, `option` and `listOption`. A schema that accepts undefined is optional. */
  readonly input: Shape;
  readonly examples: readonly [string, ...string[]];
  run(session: In, input: z.output<z.ZodObject<Shape>>): Promise<ExitCode>;
}

const parameterInfo = new WeakMap<z.core.$ZodType, ParameterInfo>();

/** Schemas may be shared (a disk key), so each parameter gets a copy for its help text. */
function declare<Schema extends z.ZodType>(schema: Schema, info: ParameterInfo): Schema {
  const copy = schema.clone();
  parameterInfo.set(copy, info);
  return copy;
}

export function argument<Schema extends z.ZodType>(help: string, schema: Schema): Schema {
  return declare(schema, { kind: "argument", placeholder: "", help });
}

export function flag(help: string): z.ZodDefault<z.ZodBoolean> {
  return declare(z.boolean().default(false), { kind: "flag", placeholder: "", help });
}

/** An option with one value. */
export function option<Schema extends z.ZodType>(placeholder: string, help: string, schema: Schema): Schema {
  return declare(schema, { kind: "value", placeholder, help });
}

/** An option with one or more values; the schema gets an array of texts. */
export function listOption<Schema extends z.ZodType>(
  placeholder: string,
  help: string,
  schema: Schema,
): Schema {
  return declare(schema, { kind: "list", placeholder, help });
}

/** A command of the server. */
export function defineCommand<Shape extends z.ZodRawShape>(definition: Definition<Shape>): Command {
  return declared(definition, async ({ connect }, input) => definition.run(await connect(), input));
}

/** A command that needs no server. */
export function defineLocalCommand<Shape extends z.ZodRawShape>(
  definition: Definition<Shape, LocalSession>,
): Command {
  return declared(definition, (local, input) => definition.run(local, input));
}

function declared<Shape extends z.ZodRawShape>(
  definition: Omit<Definition<Shape>, "run">,
  run: (surroundings: Surroundings, input: z.output<z.ZodObject<Shape>>) => Promise<ExitCode>,
): Command {
  const { name, summary, details = null, examples } = definition;
  const schema = z.object(definition.input);
  const parameters = Object.entries<z.core.$ZodType>(definition.input).map(([key, one]) =>
    describe(key, one),
  );
  return {
    name,
    summary,
    details,
    parameters,
    examples,
    prepare: (values) => {
      const parsed = schema.safeParse(values);
      if (!parsed.success) throw usageError(parsed.error, { parameters, values });
      return (surroundings) => run(surroundings, parsed.data);
    },
  };
}

function describe(key: string, schema: z.core.$ZodType): Parameter {
  const info = parameterInfo.get(schema);
  if (info === undefined)
    throw new TypeError(`Parameter ${key} is declared without argument, flag or option.`);
  const words = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const absent = z.safeParse(schema, undefined);
  return {
    ...info,
    key,
    name: info.kind === "argument" ? words : `--${words}`,
    isRequired: !absent.success,
    defaultText:
      typeof absent.data === "string" || typeof absent.data === "number" ? String(absent.data) : null,
  };
}

function usageError(
  error: z.ZodError,
  {
    parameters,
    values,
  }: { readonly parameters: readonly Parameter[]; readonly values: Readonly<Record<string, unknown>> },
): UsageError {
  const issue = error.issues[0];
  const parameter = parameters.find((one) => one.key === issue?.path[0]);
  if (issue === undefined || parameter === undefined) return new UsageError("The command line is not valid.");
  const value = [values[parameter.key]].flat().join(" ");
  return new UsageError(`${parameter.name} "${value}" is not valid.`, issue.message);
}

/** Prints a result: as JSON for scripts, or as `human` formats it. */
export function print({ terminal }: LocalSession, result: unknown, human: (look: Look) => string): void {
  terminal.out(terminal.json ? JSON.stringify(result, null, 2) : human(terminal.look));
}
