/** What the commands of the local guest share. */
import type { GuestFiles } from "./files.ts";

/** What a command wrote. */
export interface Written {
  out: string;
  err: string;
  code: number;
}

/** What tools see of the guest. */
export interface ShellWorld {
  readonly files: GuestFiles;
  readonly hostName: string;
  readonly osName: string;
  /** Milliseconds since 1970 at the start of the script. */
  readonly startedAt: number;
  /** What `sleep` added. Nothing waits. */
  seconds: number;
  /** Functions and scripts that have called each other. */
  depth: number;
}

export interface ToolCall {
  readonly world: ShellWorld;
  readonly stdin: string;
}
export type Tool = (args: readonly string[], call: ToolCall) => Written;

export const wrote = (out: string): Written => ({ out, err: "", code: 0 });
export const ended = (code: number): Written => ({ out: "", err: "", code });
export const failed = (err: string, code = 1): Written => ({ out: "", err: `${err}\n`, code });

export const NO_FILE = "No such file or directory";

/** Arguments that are not options. */
export const operands = (args: readonly string[]): string[] =>
  args.filter((arg) => !arg.startsWith("-") || arg === "-");

/** The content of the files that are named, or of the input. */
export function contentOf(name: string, files: readonly string[], { world, stdin }: ToolCall): Written {
  if (files.length === 0 || (files.length === 1 && files[0] === "-")) return wrote(stdin);
  let out = "";
  for (const path of files) {
    const file = world.files.get(path);
    if (!file) return { out, err: `${name}: ${path}: ${NO_FILE}\n`, code: 1 };
    out += file.content;
  }
  return wrote(out);
}
