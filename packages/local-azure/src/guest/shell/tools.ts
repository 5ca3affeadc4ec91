/** The commands that the local guest knows. Others end with 127, as a missing command does. */
import { createHash } from "node:crypto";
import { filters } from "./filters.ts";
import { contentOf, ended, failed, NO_FILE, operands, type Tool, wrote } from "./tool.ts";

const test: Tool = (given, { world: { files } }) => {
  const args = given.at(-1) === "]" ? given.slice(0, -1) : [...given];
  const negated = args[0] === "!";
  if (negated) args.shift();
  const [first = "", second, third = ""] = args;
  const unary: Readonly<Record<string, (value: string) => boolean>> = {
    "-f": (path) => files.get(path) !== undefined,
    "-e": (path) => files.get(path) !== undefined || files.isDirectory(path),
    "-s": (path) => (files.get(path)?.content ?? "") !== "",
    "-d": (path) => files.isDirectory(path),
    "-x": (path) => /[1357]../.test(files.get(path)?.mode ?? "000"),
    "-L": () => false,
    "-n": (value) => value !== "",
    "-z": (value) => value === "",
  };
  const binary: Readonly<Record<string, (a: string, b: string) => boolean>> = {
    "=": (a, b) => a === b,
    "!=": (a, b) => a !== b,
    "-eq": (a, b) => Number(a) === Number(b),
    "-ne": (a, b) => Number(a) !== Number(b),
    "-gt": (a, b) => Number(a) > Number(b),
    "-lt": (a, b) => Number(a) < Number(b),
    "-ge": (a, b) => Number(a) >= Number(b),
    "-le": (a, b) => Number(a) <= Number(b),
  };
  const holds =
    args.length < 2
      ? first !== ""
      : ((args.length === 2 ? unary[first]?.(second ?? "") : binary[second ?? ""]?.(first, third)) ?? false);
  return ended(holds === negated ? 1 : 0);
};

const stat: Tool = (args, { world: { files } }) => {
  const path = args.at(-1) ?? "";
  const entry =
    files.entry(path) ?? (files.isDirectory(path) ? { content: "", mode: "755", owner: "root" } : undefined);
  if (!entry) return failed(`stat: cannot statx '${path}': ${NO_FILE}`);
  const at = args.indexOf("-c");
  const format = at < 0 ? "%a %U %n" : (args[at + 1] ?? "");
  const text = format
    .replaceAll("%a", entry.mode)
    .replaceAll("%U", entry.owner)
    .replaceAll("%s", String(Buffer.byteLength(entry.content)))
    .replaceAll("%n", path);
  return wrote(`${text}\n`);
};

const ls: Tool = (args, { world: { files } }) => {
  const names = operands(args);
  const found = names.filter((path) => files.get(path) !== undefined);
  const missing = names.filter((path) => !found.includes(path));
  // Newest first: the local guest keeps no times, so the last name counts as the newest.
  const listed = args.includes("-t") ? found.toReversed() : found;
  return {
    out: listed.map((path) => `${path}\n`).join(""),
    err: missing.map((path) => `ls: cannot access '${path}': ${NO_FILE}\n`).join(""),
    code: missing.length === 0 ? 0 : 2,
  };
};

const sha256sum: Tool = (args, call) => {
  const [path] = operands(args);
  const read = contentOf("sha256sum", path === undefined ? [] : [path], call);
  if (read.code !== 0) return read;
  return wrote(`${createHash("sha256").update(read.out).digest("hex")}  ${path ?? "-"}\n`);
};

function changing(name: string, part: (value: string) => { mode?: string; owner?: string }): Tool {
  return (args, { world: { files } }) => {
    const [value = "", ...paths] = operands(args);
    for (const path of paths) {
      if (!files.change(path, part(value))) return failed(`${name}: cannot access '${path}': ${NO_FILE}`);
    }
    return ended(0);
  };
}

const mv: Tool = (args, { world: { files } }) => {
  const [from = "", to = ""] = operands(args);
  return files.move(from, to) ? ended(0) : failed(`mv: cannot stat '${from}': ${NO_FILE}`);
};

const cp: Tool = (args, { world: { files } }) => {
  const [from = "", to = ""] = operands(args);
  const file = files.get(from);
  return file && files.write(to, file.content) ? ended(0) : failed(`cp: cannot stat '${from}': ${NO_FILE}`);
};

const rm: Tool = (args, { world: { files } }) => {
  for (const path of operands(args))
    if (!files.remove(path) && !args.some((arg) => /^-\w*f/.test(arg)))
      return failed(`rm: cannot remove '${path}': ${NO_FILE}`);
  return ended(0);
};

const mkdir: Tool = (args, { world: { files } }) => {
  for (const path of operands(args)) files.makeDirectory(path);
  return ended(0);
};

const two = (value: number): string => String(value).padStart(2, "0");

/** The local guest is in UTC. */
const date: Tool = (args, { world }) => {
  const now = new Date(world.startedAt + world.seconds * 1000);
  const format = args.find((arg) => arg.startsWith("+"))?.slice(1) ?? "%Y-%m-%d %H:%M:%S";
  const values: Readonly<Record<string, string>> = {
    s: String(Math.floor(now.getTime() / 1000)),
    Y: String(now.getUTCFullYear()),
    m: two(now.getUTCMonth() + 1),
    d: two(now.getUTCDate()),
    H: two(now.getUTCHours()),
    M: two(now.getUTCMinutes()),
    S: two(now.getUTCSeconds()),
  };
  return wrote(`${format.replaceAll(/%([a-zA-Z])/g, (all, letter: string) => values[letter] ?? all)}\n`);
};

const sleep: Tool = ([seconds = "0"], { world }) => {
  world.seconds += Number.parseFloat(seconds) || 0;
  return ended(0);
};

function escapes(text: string): string {
  return text.replaceAll(/\\([nt\\])/g, (_, letter: string) =>
    letter === "n" ? "\n" : letter === "t" ? "\t" : "\\",
  );
}

const printf: Tool = ([format = "", ...args]) => {
  const pattern = escapes(format);
  const holes = pattern.split("%s").length - 1;
  const rounds = holes === 0 ? 1 : Math.max(1, Math.ceil(args.length / holes));
  const rest = [...args];
  let out = "";
  for (let round = 0; round < rounds; round++) out += pattern.replaceAll("%s", () => rest.shift() ?? "");
  return wrote(out);
};

const echo: Tool = (args) =>
  args[0] === "-n" ? wrote(args.slice(1).join(" ")) : wrote(`${args.join(" ")}\n`);

export const tools: Readonly<Record<string, Tool>> = {
  ...filters,
  "[": test,
  test,
  stat,
  ls,
  sha256sum,
  chmod: changing("chmod", (mode) => ({ mode: mode.replace(/^0+(?=\d{3})/, "") })),
  chown: changing("chown", (owner) => ({ owner: owner.split(":")[0] ?? owner })),
  mv,
  cp,
  rm,
  mkdir,
  date,
  sleep,
  printf,
  echo,
  cat: (args, call) => contentOf("cat", operands(args), call),
  touch: (args, { world }) =>
    ended(operands(args).every((path) => world.files.write(path, "", true)) ? 0 : 1),
  hostname: (_, { world }) => wrote(world.files.get("/etc/hostname")?.content ?? `${world.hostName}\n`),
  uname: (args, { world }) =>
    wrote(args.includes("-a") ? `Linux ${world.hostName} 6.8.0-azure x86_64 GNU/Linux\n` : "Linux\n"),
  whoami: () => wrote("root\n"),
  id: () => wrote("0\n"),
  umask: ([mask = "022"], { world }) => {
    world.files.newMode = mask.endsWith("077") ? "600" : "644";
    return ended(0);
  },
  sync: () => ended(0),
  set: () => ended(0),
  true: () => ended(0),
  ":": () => ended(0),
  false: () => ended(1),
};
