/**
 * Finds phrases of scripts/words.txt in prose: comments, strings and JSX text of TypeScript, and Markdown outside code.
 * `node scripts/check-words.ts [folder or file …]` prints `file:line: "phrase" → what to say` and exits with 1 if any.
 *
 * These are not prose: text between backticks, words in capitals (error codes), import paths, class names, strings without a
 * space (stored values such as `cancelled`) unless they are one capitalized word, and the Dutch half (`nl`) of a catalog.
 */
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { projectFiles } from "./files.ts";

/** A phrase that was found: where, what, and what to say instead. */
export interface Finding {
  readonly line: number;
  readonly text: string;
  readonly say: string;
}

/** A range of a source text, [start, end). */
type Span = readonly [number, number];

/** A place where a phrase is right: a word of a protocol, a quotation, a stored value. */
interface Exception {
  /** A path from the root; a folder ends in "/". */
  readonly path: string;
  /** The matched text in lower case; all phrases when left out. */
  readonly text?: string;
  readonly reason: string;
}

const exceptions: readonly Exception[] = [
  { path: "scripts/check-words.test.ts", reason: "examples of the phrases" },
];

/** The lines `PATTERN → WORDS` of the table, as [pattern, words]. */
const phrases = readFileSync(join(import.meta.dirname, "words.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(" → "));

const expression = new RegExp(
  `(?<![\\w-])(?:${phrases.map(([pattern]) => `(${pattern})`).join("|")})(?![\\w-])`,
  "gi",
);

/** Findings in the text of a file; the name's extension selects the language. */
export function findWords(name: string, source: string): Finding[] {
  const spans = name.endsWith(".md") ? markdownProse(source) : scriptProse(name, source);
  return spans.flatMap((span) => inProse(source, span)).toSorted((a, b) => a.line - b.line);
}

/** Searches one stretch of prose. Line ends, comment marks and indentation count as one space. */
function inProse(source: string, [start, end]: Span): Finding[] {
  const offsets: number[] = [];
  let text = "";
  const put = (character: string, at: number): void => {
    if (character === " " && text.endsWith(" ")) return;
    text += character;
    offsets.push(at);
  };
  const raw = blankCode(source.slice(start, end));
  const marks = /\n[ \t]*(?:\*(?!\/)|\/\/)?|\s/y;
  for (let at = 0; at < raw.length; ) {
    marks.lastIndex = at;
    const mark = marks.exec(raw);
    put(mark === null ? (raw[at] ?? "") : " ", start + at);
    at += mark?.[0].length ?? 1;
  }
  const lead = /^[\s/*>"'`-]*/.exec(text)?.[0].length ?? 0;
  const matches = [...text.slice(lead).matchAll(expression)].filter(([found]) => !/^[A-Z]{2,}$/.test(found));
  return matches.map((match) => {
    const at = offsets[lead + match.index] ?? start;
    const index = match.slice(1).findIndex((group) => group !== undefined);
    return { line: lineOf(source, at), text: match[0], say: phrases[index]?.[1] ?? "" };
  });
}

/** Code between backticks, replaced by characters that no phrase contains. */
function blankCode(text: string): string {
  return text.replaceAll(/(`+)(?!`)[\s\S]+?(?<!`)\1(?!`)/g, (code) => code.replaceAll(/[^\n]/g, "\u0000"));
}

function lineOf(source: string, at: number): number {
  let line = 1;
  for (let next = source.indexOf("\n"); next !== -1 && next < at; next = source.indexOf("\n", next + 1)) {
    line += 1;
  }
  return line;
}

/** Paragraphs of a Markdown text without fenced code, link targets and HTML comments. */
function markdownProse(source: string): Span[] {
  const blanked = source
    .replaceAll(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^ *\2[^\n]*$/gm, (code) => code.replaceAll(/[^\n]/g, "\n"))
    .replaceAll(/\]\([^)\s]*\)/g, (target) => `]${"\n".repeat(target.length - 1)}`);
  const spans: Span[] = [];
  // Link targets became line ends, so paragraphs are found in the source and code in the blanked text.
  for (const { 0: paragraph, index } of blanked.matchAll(/[^\n]+/g)) {
    const previous = spans.at(-1);
    const gap = previous === undefined ? "" : source.slice(previous[1], index);
    const joins =
      previous !== undefined && /^\n[ \t]*$/.test(gap) && !/^[ \t]*(?:[|#]|[-*] |\d+\. )/.test(paragraph);
    if (joins) spans[spans.length - 1] = [previous[0], index + paragraph.length];
    else spans.push([index, index + paragraph.length]);
  }
  return spans;
}

/** Comments, strings and JSX text of a script. */
function scriptProse(name: string, source: string): Span[] {
  const { program, comments } = parseSync(name, source);
  const skipped: Span[] = [];
  const strings: Span[] = [];
  const skip = ({ start, end }: { start: number; end: number }): number => skipped.push([start, end]);
  new Visitor({
    ImportDeclaration: skip,
    ImportExpression: skip,
    ExportAllDeclaration: skip,
    TSLiteralType: skip,
    JSXAttribute: (node) => {
      if (node.name.type === "JSXIdentifier" && node.name.name === "className") skip(node);
    },
    Property: (node) => {
      if (node.key.type === "Identifier" && node.key.name === "nl") skip(node.value);
    },
    Literal: (node) => {
      if (typeof node.value === "string" && isProse(node.value)) strings.push([node.start, node.end]);
    },
    TemplateElement: (node) => strings.push([node.start, node.end]),
    JSXText: (node) => strings.push([node.start, node.end]),
  }).visit(program);
  const kept = strings.filter(([start, end]) => !skipped.some(([from, to]) => from <= start && end <= to));
  return [...joinComments(comments, source), ...kept];
}

/** Text for a reader: several words, or one capitalized word (a label). */
function isProse(text: string): boolean {
  return /\S\s+\S/.test(text) || /^[A-Z][a-z]+$/.test(text);
}

/** Comments as spans; line comments on consecutive lines become one. */
function joinComments(comments: readonly { start: number; end: number }[], source: string): Span[] {
  const spans: Span[] = [];
  for (const { start, end } of comments) {
    const previous = spans.at(-1);
    const joins =
      previous !== undefined &&
      source.startsWith("//", start) &&
      source.startsWith("//", previous[0]) &&
      /^\n?[ \t]*$/.test(source.slice(previous[1], start));
    if (joins) spans[spans.length - 1] = [previous[0], end];
    else spans.push([start, end]);
  }
  return spans;
}

function isException(path: string, finding: Finding): boolean {
  return exceptions.some(
    (one) =>
      (one.path.endsWith("/") ? path.startsWith(one.path) : path === one.path) &&
      (one.text === undefined || one.text === finding.text.toLowerCase()),
  );
}

/** One line per finding in the files below `targets` (relative to `root`). */
export function checkWords(root: string, targets: readonly string[]): string[] {
  const lines: string[] = [];
  for (const path of projectFiles(root, [".ts", ".tsx", ".mjs", ".md"], targets)) {
    const source = readFileSync(resolve(root, path), "utf8");
    for (const finding of findWords(path, source)) {
      if (isException(path, finding)) continue;
      lines.push(`${path}:${finding.line}: "${shorten(finding.text)}" → ${finding.say}`);
    }
  }
  return lines;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`.replaceAll("\u0000", "`");
}

if (import.meta.main) {
  const root = dirname(import.meta.dirname);
  const given = process.argv.slice(2);
  const targets = (given.length === 0 ? [root] : given).map(
    (target) => relative(root, resolve(target)) || ".",
  );
  const lines = checkWords(root, targets);
  for (const line of lines) console.error(line);
  console.error(
    lines.length === 0 ? "No listed phrases." : `${lines.length} phrases to replace (scripts/words.txt).`,
  );
  process.exitCode = lines.length === 0 ? 0 : 1;
}
