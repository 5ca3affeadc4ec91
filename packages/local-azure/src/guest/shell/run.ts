/** Runs a script in the local guest. */
import {
  type Command,
  parseShell,
  type Redirect,
  type Script,
  ShellSyntaxError,
  type Word,
} from "./syntax.ts";
import type { ShellWorld, Written } from "./tool.ts";
import { tools } from "./tools.ts";

/** A command ran too long for the local guest. */
const STEPS_MOST = 20_000;
const DEPTH_MOST = 50;

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super("exit");
    this.code = code;
  }
}
class Return extends Exit {}

export class Shell {
  readonly world: ShellWorld;
  readonly #variables: Map<string, string>;
  readonly #functions = new Map<string, Script>();
  #args: readonly string[];
  #status = 0;
  #steps = 0;

  constructor(
    world: ShellWorld,
    variables: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ) {
    this.world = world;
    this.#variables = new Map(Object.entries(variables));
    this.#args = args;
  }

  /** Runs a whole script, as a separate process. */
  run(text: string, stdin = ""): Written {
    const written: Written = { out: "", err: "", code: 0 };
    try {
      this.#script(parseShell(text), { stdin, written });
      written.code = this.#status;
    } catch (error) {
      if (error instanceof Exit) written.code = error.code;
      else if (error instanceof ShellSyntaxError) {
        written.err += `The local guest cannot run this script: ${error.message}\n`;
        written.code = 2;
      } else throw error;
    }
    return written;
  }

  #script(script: Script, io: Io): void {
    for (const { first, rest } of script) {
      this.#pipeline(first, io);
      for (const { when, pipeline } of rest)
        if ((this.#status === 0) === (when === "&&")) this.#pipeline(pipeline, io);
    }
  }

  #pipeline({ negated, commands }: Script[number]["first"], { stdin, written }: Io): void {
    let input = stdin;
    for (const [at, command] of commands.entries()) {
      const part: Written = { out: "", err: "", code: 0 };
      try {
        this.#command(command, { stdin: input, written: part });
      } finally {
        written.err += part.err;
        if (at === commands.length - 1) written.out += part.out;
        input = part.out;
      }
    }
    if (negated) this.#status = this.#status === 0 ? 1 : 0;
  }

  #command(command: Command, io: Io): void {
    this.#steps += 1;
    if (this.#steps > STEPS_MOST) throw new ShellSyntaxError("it does not end");
    if (command.kind === "function") {
      this.#functions.set(command.name, command.body);
      this.#status = 0;
      return;
    }
    const part: Written = { out: "", err: "", code: 0 };
    const stdin = this.#inputOf(command.redirects, io.stdin);
    try {
      if (stdin === undefined) {
        part.err += "No such file or directory\n";
        this.#status = 1;
      } else this.#body(command, { stdin, written: part });
    } finally {
      this.#deliver(command.redirects, part, io.written);
    }
  }

  #body(command: Exclude<Command, { kind: "function" }>, io: Io): void {
    switch (command.kind) {
      case "group":
        return this.#script(command.body, io);
      case "if":
        for (const { test, body } of command.branches) {
          this.#script(test, io);
          if (this.#status === 0) return this.#script(body, io);
        }
        this.#status = 0;
        return this.#script(command.otherwise, io);
      case "for":
        for (const word of command.words.flatMap((one) => this.#expand(one))) {
          this.#variables.set(command.name, word);
          this.#script(command.body, io);
        }
        return;
      case "simple":
        return this.#simple(command, io);
    }
  }

  #simple({ assignments, words }: Extract<Command, { kind: "simple" }>, { stdin, written }: Io): void {
    for (const [name, word] of assignments) this.#variables.set(name, this.#text(word));
    const argv = words.flatMap((word) => this.#expand(word));
    const hasCommand = assignments.some(([, word]) => word.some(({ kind }) => kind === "command"));
    const before = this.#status;
    if (argv.length > 0 || !hasCommand) this.#status = 0;
    if (argv[0] === "exit" || argv[0] === "return") this.#status = before;
    if (argv.length > 0) this.#call(argv, { stdin, written });
  }

  #call([name = "", ...args]: readonly string[], io: Io): void {
    if (this.world.depth >= DEPTH_MOST) throw new ShellSyntaxError("it does not end");
    this.world.depth += 1;
    try {
      this.#callOne(name, args, io);
    } finally {
      this.world.depth -= 1;
    }
  }

  #callOne(name: string, args: readonly string[], io: Io): void {
    const body = this.#functions.get(name);
    if (body) return this.#function(body, args, io);
    switch (name) {
      case "exit":
        throw new Exit(Number(args[0] ?? this.#status));
      case "return":
        throw new Return(Number(args[0] ?? this.#status));
      case "sudo":
        return this.#call(args, io);
      case "export":
        for (const arg of args) {
          const at = arg.indexOf("=");
          if (at > 0) this.#variables.set(arg.slice(0, at), arg.slice(at + 1));
        }
        return;
      case "sh":
      case "bash":
      case "/bin/sh":
      case "/bin/bash":
        return this.#process(args, io, { needsMode: false });
      default:
    }
    if (name.startsWith("/")) return this.#process([name, ...args], io, { needsMode: true });
    const tool = tools[name];
    const done = tool
      ? tool(args, { world: this.world, stdin: io.stdin })
      : { out: "", err: `The local guest cannot run: ${[name, ...args].join(" ")}\n`, code: 127 };
    io.written.out += done.out;
    io.written.err += done.err;
    this.#status = done.code;
  }

  #function(body: Script, args: readonly string[], io: Io): void {
    const before = this.#args;
    this.#args = args;
    try {
      this.#script(body, io);
    } catch (error) {
      if (!(error instanceof Return)) throw error;
      this.#status = error.code;
    } finally {
      this.#args = before;
    }
  }

  #process([path = "", ...args]: readonly string[], io: Io, { needsMode }: { needsMode: boolean }): void {
    const file = this.world.files.get(path);
    const refusal =
      file === undefined
        ? { err: `${path}: not found\n`, code: 127 }
        : needsMode && !/[1357]../.test(file.mode)
          ? { err: `${path}: Permission denied\n`, code: 126 }
          : undefined;
    const done = refusal
      ? { out: "", ...refusal }
      : new Shell(this.world, {}, args).run(file?.content ?? "", io.stdin);
    io.written.out += done.out;
    io.written.err += done.err;
    this.#status = done.code;
  }

  #inputOf(redirects: readonly Redirect[], stdin: string): string | undefined {
    const from = redirects.find(({ kind }) => kind === "<");
    if (!from) return stdin;
    const path = this.#text(from.to);
    return path === "/dev/null" ? "" : this.world.files.get(path)?.content;
  }

  #deliver(redirects: readonly Redirect[], part: Written, to: Written): void {
    const merged = redirects.some(
      ({ from, kind, to: word }) => from === "2" && kind === ">&" && this.#text(word) === "1",
    );
    const swapped = redirects.some(
      ({ from, kind, to: word }) => from === "1" && kind === ">&" && this.#text(word) === "2",
    );
    let out = swapped ? "" : part.out + (merged ? part.err : "");
    let err = (merged ? "" : part.err) + (swapped ? part.out : "");
    for (const { from, kind, to: word } of redirects) {
      if (kind !== ">" && kind !== ">>") continue;
      const path = this.#text(word);
      const text = from === "2" ? err : out;
      if (from === "2") err = "";
      else out = "";
      if (path === "/dev/null") continue;
      if (!this.world.files.write(path, text, kind === ">>")) {
        err += `cannot create ${path}: Directory nonexistent\n`;
        this.#status = 2;
      }
    }
    to.out += out;
    to.err += err;
  }

  #text(word: Word): string {
    return word.map((part) => this.#valueOf(part)).join("");
  }

  #valueOf(part: Word[number]): string {
    switch (part.kind) {
      case "text":
        return part.text;
      case "variable":
        return this.#variable(part.name) ?? part.fallback ?? "";
      case "command": {
        const written: Written = { out: "", err: "", code: 0 };
        try {
          this.#script(part.script, { stdin: "", written });
        } catch (error) {
          if (!(error instanceof Exit)) throw error;
          this.#status = error.code;
        }
        return written.out.replace(/\n+$/, "");
      }
    }
  }

  #variable(name: string): string | undefined {
    if (name === "@" || name === "*") return this.#args.join(" ");
    if (name === "#") return String(this.#args.length);
    if (name === "?") return String(this.#status);
    if (name === "$") return "4711";
    if (/^\d+$/.test(name)) return name === "0" ? "sh" : this.#args[Number(name) - 1];
    return this.#variables.get(name);
  }

  /** The words that a word becomes: unquoted values are split, and unquoted stars match files. */
  #expand(word: Word): string[] {
    const [only] = word;
    const all = word.find((part) => part.kind === "variable" && part.name === "@" && part.quoted);
    if (all !== undefined && word.every((part) => part === all || (part.kind === "text" && part.text === "")))
      return [...this.#args];
    const isPlain = word.every(({ kind, quoted }) => kind === "text" || quoted);
    const text = this.#text(word);
    const hasStar = word.some((part) => part.kind === "text" && !part.quoted && part.text.includes("*"));
    if (hasStar) {
      const found = this.world.files.match(text);
      return found.length > 0 ? found : [text];
    }
    if (isPlain) return only === undefined ? [] : [text];
    // Only values that stand alone are split, which is how scripts use it.
    return word.length === 1 ? text.split(/\s+/).filter((one) => one !== "") : [text];
  }
}

interface Io {
  stdin: string;
  written: Written;
}
