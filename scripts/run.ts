/** Runs the commands of the test phases, with their output in logs. */
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
  /** show: straight to the terminal. log: into `.cache/<log>.log`; the caller prints it on failure. */
  readonly output: "show" | { readonly log: string };
}

/** Runs a command in the checkout with the project's tools first on PATH. Returns its exit code (127: it did not start). */
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

/** Returns the path of a log. */
export function logPath(name: string): string {
  return join(root, ".cache", `${name}.log`);
}

/** Returns at most the last `lines` lines of a log. */
export async function keptOutput(name: string, lines = 2000): Promise<string> {
  const text = await readFile(logPath(name), "utf8");
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

async function openLog(name: string): Promise<WriteStream> {
  await mkdir(join(root, ".cache"), { recursive: true });
  return createWriteStream(logPath(name));
}
