/** Expressions in policy rules: `[parameters('name')]`, `[concat('tags[', parameters('tag'), ']')]`, `[field('type')]`. */

/** A JSON value of a rule or a parameter. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface ExpressionContext {
  /** The value of a parameter of the assignment, or its default. */
  parameter(name: string): Json | undefined;
  /** The value of a field of the resource. */
  field(name: string): Json | undefined;
}

/** The value of a text: an expression in brackets, or the text itself. `[[` is a literal bracket. */
export function evaluate(value: Json, context: ExpressionContext): Json | undefined {
  if (typeof value !== "string" || !/^\[(?!\[).*\]$/s.test(value)) return unescaped(value);
  const tokens = value.slice(1, -1).match(/'(?:[^']|'')*'|[A-Za-z]\w*|-?\d+|[(),]/g) ?? [];
  return call(new Tokens(tokens), context);
}

const unescaped = (value: Json): Json =>
  typeof value === "string" && value.startsWith("[[") ? value.slice(1) : value;

class Tokens {
  readonly #list: readonly string[];
  #at = 0;

  constructor(list: readonly string[]) {
    this.#list = list;
  }
  peek(): string | undefined {
    return this.#list[this.#at];
  }
  take(): string | undefined {
    return this.#list[this.#at++];
  }
}

function call(tokens: Tokens, context: ExpressionContext): Json | undefined {
  const token = tokens.take();
  if (token === undefined) return undefined;
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (/^-?\d/.test(token)) return Number(token);
  if (tokens.peek() !== "(") return undefined;
  tokens.take();
  const given: (Json | undefined)[] = [];
  while (tokens.peek() !== undefined && tokens.peek() !== ")") {
    given.push(call(tokens, context));
    if (tokens.peek() === ",") tokens.take();
  }
  tokens.take();
  return apply(token.toLowerCase(), given, context);
}

function apply(
  name: string,
  given: readonly (Json | undefined)[],
  context: ExpressionContext,
): Json | undefined {
  const text = textOf(given[0]);
  if (name === "parameters") return context.parameter(text);
  if (name === "field") return context.field(text);
  if (name === "concat") return given.map(textOf).join("");
  if (name === "tolower") return text.toLowerCase();
  if (name === "toupper") return text.toUpperCase();
  return undefined;
}

/** A value as text; of an absent one nothing. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
