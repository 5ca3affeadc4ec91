/** The syntax of the shell that the local guest knows: a part of POSIX sh. */

/** A part of a word. Only unquoted values are split into words. */
type Part =
  | { kind: "text"; text: string; quoted: boolean }
  | { kind: "variable"; name: string; fallback: string | null; quoted: boolean }
  | { kind: "command"; script: Script; quoted: boolean };
export type Word = readonly Part[];

export interface Redirect {
  from: "0" | "1" | "2";
  kind: "<" | ">" | ">>" | ">&";
  to: Word;
}

export type Command =
  | {
      kind: "simple";
      assignments: readonly (readonly [string, Word])[];
      words: readonly Word[];
      redirects: readonly Redirect[];
    }
  | {
      kind: "if";
      branches: readonly { test: Script; body: Script }[];
      otherwise: Script;
      redirects: readonly Redirect[];
    }
  | { kind: "for"; name: string; words: readonly Word[]; body: Script; redirects: readonly Redirect[] }
  | { kind: "group"; body: Script; redirects: readonly Redirect[] }
  | { kind: "function"; name: string; body: Script };

interface Pipeline {
  negated: boolean;
  commands: readonly Command[];
}
/** `a && b || c`: each after the first runs by the outcome of those before. */
interface Chain {
  first: Pipeline;
  rest: readonly { when: "&&" | "||"; pipeline: Pipeline }[];
}
export type Script = readonly Chain[];

export class ShellSyntaxError extends Error {
  override readonly name = "ShellSyntaxError";
}

/** @throws ShellSyntaxError */
export function parseShell(text: string): Script {
  const parser = new Parser(text);
  const script = parser.script([]);
  if (!parser.atEnd) throw new ShellSyntaxError(`unexpected ${parser.rest}`);
  return script;
}

const NAME = /^[A-Za-z_]\w*/;
const END_OF_WORD = /[\s;&|<>()]/;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replaceAll("\\\n", "");
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get rest(): string {
    return this.#text.slice(this.#at, this.#at + 20);
  }

  /** Reads until one of the words or signs, which stays. */
  script(until: readonly string[]): Script {
    const chains: Chain[] = [];
    for (;;) {
      this.#skip(/^(?:[\s;]|#[^\n]*)+/);
      if (this.atEnd || until.some((end) => this.#sees(end))) return chains;
      chains.push(this.#chain());
      this.#skip(/^[ \t]*&(?![&>])/);
    }
  }

  #chain(): Chain {
    const first = this.#pipeline();
    const rest: { when: "&&" | "||"; pipeline: Pipeline }[] = [];
    for (;;) {
      const when = this.#take(/^[ \t]*(&&|\|\|)\s*/)?.[1];
      if (when !== "&&" && when !== "||") return { first, rest };
      rest.push({ when, pipeline: this.#pipeline() });
    }
  }

  #pipeline(): Pipeline {
    const negated = this.#take(/^[ \t]*!\s+/) !== null;
    const commands = [this.#command()];
    while (this.#take(/^[ \t]*\|(?!\|)\s*/)) commands.push(this.#command());
    return { negated, commands };
  }

  #command(): Command {
    this.#skip(/^[ \t]+/);
    if (this.#keyword("if")) return this.#conditional();
    if (this.#keyword("for")) return this.#loop();
    if (this.#take(/^\{(?=\s)/)) {
      const body = this.script(["}"]);
      this.#expect("}");
      return { kind: "group", body, redirects: this.#redirects() };
    }
    const named = this.#take(/^([A-Za-z_]\w*)\(\)\s*\{(?=\s)/);
    if (named) {
      const body = this.script(["}"]);
      this.#expect("}");
      return { kind: "function", name: named[1] ?? "", body };
    }
    return this.#simple();
  }

  #conditional(): Command {
    const branches: { test: Script; body: Script }[] = [];
    let otherwise: Script = [];
    do {
      const test = this.script(["then"]);
      this.#expect("then");
      branches.push({ test, body: this.script(["elif", "else", "fi"]) });
    } while (this.#keyword("elif"));
    if (this.#keyword("else")) otherwise = this.script(["fi"]);
    this.#expect("fi");
    return { kind: "if", branches, otherwise, redirects: this.#redirects() };
  }

  #loop(): Command {
    const name = this.#take(/^[ \t]*([A-Za-z_]\w*)[ \t]+in[ \t]+/)?.[1];
    if (name === undefined) throw new ShellSyntaxError("for without in");
    const words = this.#words();
    this.#skip(/^[\s;]+/);
    this.#expect("do");
    const body = this.script(["done"]);
    this.#expect("done");
    return { kind: "for", name, words, body, redirects: this.#redirects() };
  }

  #simple(): Command {
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skip(/^[ \t]+/);
      const redirect = this.#redirect();
      if (redirect) {
        redirects.push(redirect);
        continue;
      }
      const name = words.length === 0 ? this.#take(/^([A-Za-z_]\w*)=/)?.[1] : undefined;
      if (name !== undefined) assignments.push([name, this.#word()]);
      else if (this.atEnd || /^[\n;&|)]/.test(this.rest) || this.#comment()) break;
      else words.push(this.#word());
    }
    if (words.length + assignments.length === 0) throw new ShellSyntaxError(`unexpected ${this.rest}`);
    return { kind: "simple", assignments, words, redirects };
  }

  #comment(): boolean {
    return this.rest.startsWith("#") && /\s/.test(this.#text[this.#at - 1] ?? "\n");
  }

  #words(): Word[] {
    const words: Word[] = [];
    for (;;) {
      this.#skip(/^[ \t]+/);
      if (this.atEnd || /^[\n;&|)]/.test(this.rest)) return words;
      words.push(this.#word());
    }
  }

  #redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skip(/^[ \t]+/);
      const redirect = this.#redirect();
      if (!redirect) return redirects;
      redirects.push(redirect);
    }
  }

  #redirect(): Redirect | undefined {
    const found = this.#take(/^([012]?)(>>|>&|>|<)[ \t]*/);
    if (!found) return undefined;
    const [, number = "", sign = ""] = found;
    const kind = sign === ">" || sign === ">>" || sign === ">&" ? sign : "<";
    const from = number === "0" || number === "1" || number === "2" ? number : kind === "<" ? "0" : "1";
    return { from, kind, to: this.#word() };
  }

  #word(): Word {
    const parts: Part[] = [];
    if (this.#text[this.#at] === "(") throw new ShellSyntaxError("a subshell");
    while (!this.atEnd && !END_OF_WORD.test(this.#text[this.#at] ?? " ")) this.#part(parts, false);
    return parts;
  }

  #part(parts: Part[], quoted: boolean): void {
    const char = this.#text[this.#at] ?? "";
    if (char === "'" && !quoted) {
      const end = this.#text.indexOf("'", this.#at + 1);
      if (end < 0) throw new ShellSyntaxError("unterminated quoted string");
      parts.push({ kind: "text", text: this.#text.slice(this.#at + 1, end), quoted: true });
      this.#at = end + 1;
    } else if (char === '"' && !quoted) this.#quoted(parts);
    else if (char === "$") this.#dollar(parts, quoted);
    else if (char === "\\") {
      const next = this.#text[this.#at + 1] ?? "";
      const keeps = quoted && !/["$`\\]/.test(next);
      parts.push({ kind: "text", text: keeps ? `\\${next}` : next, quoted: true });
      this.#at += 2;
    } else {
      const plain = this.#take(quoted ? /^[^"$\\]+/ : /^[^\s;&|<>()"'$\\]+/)?.[0];
      if (plain === undefined) throw new ShellSyntaxError(`unexpected ${this.rest}`);
      parts.push({ kind: "text", text: plain, quoted });
    }
  }

  #quoted(parts: Part[]): void {
    this.#at += 1;
    parts.push({ kind: "text", text: "", quoted: true });
    while (this.#text[this.#at] !== '"') {
      if (this.atEnd) throw new ShellSyntaxError("unterminated quoted string");
      this.#part(parts, true);
    }
    this.#at += 1;
  }

  #dollar(parts: Part[], quoted: boolean): void {
    if (this.#take(/^\$\((?!\()/)) {
      const script = this.script([")"]);
      this.#expect(")");
      parts.push({ kind: "command", script, quoted });
      return;
    }
    const found = this.#take(/^\$(?:\{(\w+|[@*#?])(?::-([^}]*))?\}|([A-Za-z_]\w*|[0-9@*#?$]))/);
    if (found)
      parts.push({ kind: "variable", name: found[1] ?? found[3] ?? "", fallback: found[2] ?? null, quoted });
    else if (this.#take(/^\$(?=["\s]|$)/)) parts.push({ kind: "text", text: "$", quoted });
    else throw new ShellSyntaxError(`unexpected ${this.rest}`);
  }

  #sees(end: string): boolean {
    if (!this.#text.startsWith(end, this.#at)) return false;
    return !NAME.test(end) || !/\w/.test(this.#text[this.#at + end.length] ?? " ");
  }

  #keyword(word: string): boolean {
    if (
      !this.#sees(word) ||
      !/^\s|^$/.test(this.#text.slice(this.#at + word.length, this.#at + word.length + 1))
    )
      return false;
    this.#at += word.length;
    return true;
  }

  #expect(word: string): void {
    this.#skip(/^[\s;]+/);
    if (!this.#sees(word)) throw new ShellSyntaxError(`${word} expected at ${this.rest}`);
    this.#at += word.length;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.#text.slice(this.#at));
    if (found) this.#at += found[0].length;
    return found;
  }

  #skip(pattern: RegExp): void {
    this.#take(pattern);
  }
}
