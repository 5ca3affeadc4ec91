import { spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

export const root = dirname(import.meta.dirname);
const bin = join(root, "node_modules", ".bin");

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** show: straight to the terminal. keep: in `.cache/<log>.log`, for the caller to print when it fails. */
  readonly output: "show" | { readonly log: string };
}

/** Runs one command in the checkout with the project's own tools first on PATH; answers its exit code (127: can't be started). */
export async function run({ command, args, env, output }: Command): Promise<number> {
  const log = output === "show" ? null : await openLog(output.log);
  const child = spawn(command, [...args], {
    cwd: root,
    env: {
      ...process.env,
      ...(log === null ? {} : { NO_COLOR: "1", FORCE_COLOR: "0" }),
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
      ...env,
    },
    stdio: log === null ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  const stop = (): void => void child.kill("SIGTERM");
  process.once("exit", stop);
  if (log !== null) {
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
  }
  const code = await new Promise<number>((resolve) => {
    child.once("error", (error) => {
      log?.write(`${error.message}\n`);
      resolve(127);
    });
    child.once("close", (exit) => resolve(exit ?? 1));
  });
  process.removeListener("exit", stop);
  if (log !== null) await new Promise<void>((resolve) => log.end(resolve));
  return code;
}

/** Where a kept output is. */
export function logPath(name: string): string {
  return join(root, ".cache", `${name}.log`);
}

/** A kept output, at most its last `lines` lines. */
export async function keptOutput(name: string, lines = 2000): Promise<string> {
  const text = await readFile(logPath(name), "utf8");
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

async function openLog(name: string): Promise<WriteStream> {
  await mkdir(join(root, ".cache"), { recursive: true });
  return createWriteStream(logPath(name));
}
