/** Width and colors of an output, and text that wraps to it. */
import { createRequire } from "node:module";
import { stripVTControlCharacters, styleText } from "node:util";
import type StringWidth from "string-width";

const styles = {
  good: "green",
  warn: "yellow",
  bad: "red",
  strong: "bold",
  dim: "gray",
} as const;
export type Tone = keyof typeof styles;

export interface Look {
  /** Columns of the terminal; Infinity for a pipe or a file, where nothing is cut or wrapped. */
  readonly width: number;
  /** Colors the text on a terminal, else returns it unchanged. */
  paint(tone: Tone, text: string): string;
}

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Below this width a table is unreadable anyway; a line may then be longer than the terminal. */
const leastWidth = 40;
const usualWidth = 80;

export function lookOf(stream: OutputStream, env: Environment): Look {
  const colored = wantsColor(stream, env);
  return {
    width:
      stream.isTTY === true ? Math.max(leastWidth, stream.columns ?? usualWidth) : Number.POSITIVE_INFINITY,
    paint: (tone, text) =>
      colored && text !== "" ? styleText(styles[tone], text, { validateStream: false }) : text,
  };
}

/** FORCE_COLOR wins over NO_COLOR, as in Node; both as their sites define them (no-color.org, force-color.org). */
function wantsColor(stream: OutputStream, env: Environment): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"]) return false;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** Names come from Azure and from users: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "·");
}

const require = createRequire(import.meta.url);
let stringWidth: typeof StringWidth | null = null;

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[ -~]*$/.test(plain)) return plain.length;
  // Only for the texts that need it: loading takes as long as the rest of a short command.
  stringWidth ??= loadStringWidth();
  return stringWidth(text);
}

function loadStringWidth(): typeof StringWidth {
  const loaded: unknown = require("string-width");
  if (!isStringWidth(loaded)) throw new TypeError("The package string-width has another form.");
  return loaded.default;
}

function isStringWidth(loaded: unknown): loaded is { readonly default: typeof StringWidth } {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "default" in loaded &&
    typeof loaded.default === "function"
  );
}

export function cutTo(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${takeColumns(text, width - 1)}…`;
}

/** Returns the longest beginning of at most `width` columns. */
function takeColumns(text: string, width: number): string {
  let taken = "";
  let columns = 0;
  graphemes ??= new Intl.Segmenter();
  for (const { segment } of graphemes.segment(text)) {
    columns += widthOf(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}

let graphemes: Intl.Segmenter | null = null;

/** Breaks a text between words into lines of at most `width` columns. A longer word stays whole, so that it can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(joined) > width) {
      lines.push(line);
      line = word;
    } else {
      line = joined;
    }
  }
  return [...lines, line];
}

/** Breaks a text into lines of at most `width` columns, inside a word where it is longer. */
export function wrapHard(text: string, width: number): readonly string[] {
  return wrap(text, width).flatMap((line) => {
    const pieces: string[] = [];
    let rest = line;
    while (widthOf(rest) > width) {
      const piece = takeColumns(rest, width);
      if (piece === "") break;
      pieces.push(piece);
      rest = rest.slice(piece.length);
    }
    return [...pieces, rest];
  });
}

/** Wraps a text, with every line but the first indented. */
export function hang(text: string, indent: number, width: number): string {
  return wrap(text, width - indent).join(`\n${" ".repeat(indent)}`);
}

/** `label  value` lines under each other; long values wrap in their column. */
export function formatFacts(facts: readonly (readonly [string, string])[], look: Look): string {
  const indent = Math.max(...facts.map(([label]) => widthOf(label))) + 2;
  return facts
    .map(([label, value]) => {
      const padding = " ".repeat(indent - widthOf(label));
      return `${look.paint("dim", label)}${padding}${hang(printable(value), indent, look.width)}`;
    })
    .join("\n");
}
