import { Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import type { Register, Surroundings } from "./command.ts";
import { registerAudit } from "./commands/audit.ts";
import { registerBackup } from "./commands/backup.ts";
import { registerDownload } from "./commands/download.ts";
import { registerJobs } from "./commands/jobs.ts";
import { registerPoints } from "./commands/points.ts";
import { registerPolicies } from "./commands/policies.ts";
import { registerProtect } from "./commands/protect.ts";
import { registerReport } from "./commands/report.ts";
import { registerRestoreDisk } from "./commands/restore-disk.ts";
import { registerVms } from "./commands/vms.ts";
import { exitCodes, type Failure, failureOf } from "./failure.ts";
import { printable } from "./table.ts";
import { createTerminal, type TerminalStreams } from "./terminal.ts";

const registers: readonly Register[] = [
  registerVms,
  registerProtect,
  registerBackup,
  registerJobs,
  registerPoints,
  registerDownload,
  registerRestoreDisk,
  registerReport,
  registerPolicies,
  registerAudit,
];

const helpAfter = `
Where Kluis is: KLUIS_URL and KLUIS_TOKEN (a token from Settings in the portal), or the embedded stack's own token in
its data folder (KLUIS_HOME, else .kluis in the project).

Exit codes:
  0  done            1  failed, or a job failed     2  wrong usage
  3  not found       4  not signed in or allowed    5  Kluis cannot be reached

Every command has --json; errors then are one JSON object on stderr.`;

export interface RunOptions extends TerminalStreams {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Runs one command line. Never throws: failures are told on stderr. Returns the exit code. */
export async function run(args: readonly string[], options: RunOptions = ofProcess()): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const json = args.includes("--json");
  const surroundings: Surroundings = {
    env: options.env,
    signal: options.signal,
    terminal: (wanted) => createTerminal(options, wanted),
    stdout: () => options.stdout,
    exit: (code) => {
      exitCode = code;
    },
  };
  try {
    await createProgram(surroundings, options).parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has said already what is wrong with the usage, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failure = options.signal.aborted ? interrupted : failureOf(error);
    tell(failure, options, json);
    return failure.exitCode;
  }
}

function createProgram(surroundings: Surroundings, streams: TerminalStreams): Command {
  const program = new Command("kluis")
    .description("Back up and restore Azure virtual machines with Kluis.")
    .version(packageJson.version)
    .addHelpText("after", helpAfter)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    });
  for (const register of registers) register(program, surroundings);
  for (const command of everyCommand(program)) command.exitOverride().copyInheritedSettings(program);
  return program;
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}

const interrupted: Failure = {
  code: "CANCELLED",
  message: "Interrupted. A job that was started goes on; an unfinished download can be resumed.",
  action: null,
  requestId: null,
  exitCode: exitCodes.interrupted,
};

function tell(failure: Failure, { stderr }: TerminalStreams, json: boolean): void {
  const { exitCode: _exit, ...error } = failure;
  if (json) {
    stderr.write(`${JSON.stringify({ error })}\n`);
    return;
  }
  const request =
    failure.requestId === null || failure.code !== "INTERNAL" ? "" : ` (request ${failure.requestId})`;
  stderr.write(`kluis: ${printable(failure.message)}${request}\n`);
  if (failure.action !== null) stderr.write(`       ${printable(failure.action)}\n`);
}

/** The process as it is: Ctrl-C ends the command in good order. */
function ofProcess(): RunOptions {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  // `kluis … | head`: whoever reads has enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exitCodes.ok);
  });
  const { env, stdout, stderr } = process;
  return { env, stdout, stderr, signal: interrupt.signal };
}
