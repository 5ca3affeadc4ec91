/** Commands of the local guest that read text and write text. */
import { contentOf, ended, failed, operands, type Tool, type ToolCall, wrote } from "./tool.ts";

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
const asText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** The value after an option that takes one: `-n 3` or `-n3`. */
function valueOf(args: readonly string[], option: string): string | undefined {
  const at = args.findIndex((arg) => arg.startsWith(option));
  if (at < 0) return undefined;
  const joined = args[at]?.slice(option.length) ?? "";
  return joined === "" ? args[at + 1] : joined;
}

/** The files after options that take a value. */
function filesAfter(args: readonly string[], options: readonly string[]): string[] {
  return args.filter((arg, at) => !arg.startsWith("-") && !options.includes(args[at - 1] ?? ""));
}

function part(name: "head" | "tail"): Tool {
  return (args, call) => {
    const read = contentOf(name, filesAfter(args, ["-c", "-n"]), call);
    if (read.code !== 0) return read;
    const bytes = valueOf(args, "-c");
    if (bytes !== undefined) {
      const buffer = Buffer.from(read.out);
      const count = Number(bytes);
      return wrote((name === "head" ? buffer.subarray(0, count) : buffer.subarray(-count)).toString());
    }
    const count = Number(valueOf(args, "-n") ?? "10");
    const lines = linesOf(read.out);
    return wrote(asText(name === "head" ? lines.slice(0, count) : lines.slice(-count)));
  };
}

const base64: Tool = (args, call) => {
  const read = contentOf("base64", filesAfter(args, ["-w"]), call);
  if (read.code !== 0) return read;
  if (args.includes("-d")) return wrote(Buffer.from(read.out, "base64").toString());
  const text = Buffer.from(read.out).toString("base64");
  const lines = valueOf(args, "-w") === "0" ? [text] : (text.match(/.{1,76}/g) ?? []);
  return wrote(valueOf(args, "-w") === "0" ? text : asText(lines));
};

const cut: Tool = (args, call) => {
  const [from = "1", to = from] = (valueOf(args, "-c") ?? "").split("-");
  return wrote(asText(linesOf(call.stdin).map((line) => line.slice(Number(from) - 1, Number(to)))));
};

const tr: Tool = (args, { stdin }) => {
  if (args[0] !== "-d") return failed("The local guest knows only tr -d.", 127);
  const drops = (args[1] ?? "").replaceAll("\\n", "\n").replaceAll("\\r", "\r");
  return wrote(
    Array.from(stdin)
      .filter((char) => !drops.includes(char))
      .join(""),
  );
};

/** Basic expressions of sed as those of JavaScript. */
function fromBasic(pattern: string): string {
  return pattern
    .replaceAll("[[:space:]]", String.raw`\s`)
    .replaceAll(/\\?[(){}|+?]/g, (sign) => (sign.startsWith("\\") ? sign.slice(1) : `\\${sign}`));
}

/** `sed -n 's/PATTERN/\1/p'`. */
const sed: Tool = (args, call) => {
  const [script = "", ...files] = args.filter((arg) => arg !== "-n");
  const [, pattern, group] = /^s\/(.*)\/\\(\d)\/p$/.exec(script) ?? [];
  if (pattern === undefined) return failed(`The local guest cannot run: sed ${script}`, 127);
  const read = contentOf("sed", files, call);
  if (read.code !== 0) return read;
  const expression = new RegExp(fromBasic(pattern));
  return wrote(asText(linesOf(read.out).flatMap((line) => expression.exec(line)?.[Number(group)] ?? [])));
};

const grep: Tool = (args, call: ToolCall) => {
  const [pattern = "", ...files] = operands(args);
  const read = contentOf("grep", files, call);
  if (read.code !== 0) return { ...read, code: 2 };
  const expression = new RegExp(args.includes("-E") ? pattern : fromBasic(pattern));
  const found = linesOf(read.out).filter((line) => expression.test(line));
  if (found.length === 0) return ended(1);
  return args.includes("-q") ? ended(0) : wrote(asText(found));
};

export const filters: Readonly<Record<string, Tool>> = {
  head: part("head"),
  tail: part("tail"),
  base64,
  cut,
  tr,
  sed,
  grep,
};
