/** Runs one command line; the only place that reports errors. */
import type { Catalog, Session } from "./command.ts";
import { type ExitCode, exitCodes, type Failure, failureOf, RequestedError } from "./failure.ts";
import { hang, printable } from "./look.ts";
import { parse } from "./program.ts";
import type { AskOptions } from "./requested-text.ts";
import { createTerminal, type Terminal, type TerminalStreams } from "./terminal.ts";

export interface RunOptions extends TerminalStreams {
  readonly signal: AbortSignal;
}

/** Returns the exit code. Never throws: a failure is reported on stderr. */
export async function run(args: readonly string[], options: RunOptions = ofProcess()): Promise<ExitCode> {
  const terminal = createTerminal(options, args.includes("--json"));
  try {
    return await parse(args, {
      terminal,
      catalog: await catalogFor(args),
      onCommand: async (command, values, ask) => {
        const work = command.prepare(values);
        const { signal } = options;
        return work({ terminal, signal, connect: () => openSession(terminal, { ...options, ask }) });
      },
    });
  } catch (error) {
    if (error instanceof RequestedError) {
      terminal.out(terminal.json ? JSON.stringify({ requested: error.requested }, null, 2) : error.message);
      return exitCodes.requested;
    }
    const failure = options.signal.aborted ? interrupted : failureOf(error);
    report(failure, terminal);
    return failure.exitCode;
  }
}

/** Each program start of `kluis vault` counts: it must not load the client of the API and the other commands. */
async function catalogFor(args: readonly string[]): Promise<Catalog> {
  if (args[0] === "--version") return { groups: [], families: {} };
  if (args[0] === "vault") return (await import("./commands/vault/index.ts")).catalog;
  return (await import("./commands/index.ts")).catalog;
}

async function openSession(
  terminal: Terminal,
  { env, signal, ask }: RunOptions & { readonly ask: AskOptions | null },
): Promise<Session> {
  const [{ connectServer }, { findConnection }] = await Promise.all([
    import("./client.ts"),
    import("./connection.ts"),
  ]);
  const connection = await findConnection(env);
  return {
    server: connectServer(connection, signal, { say: (text) => terminal.note(text), ask }),
    connection,
    terminal,
    signal,
  };
}

const interrupted: Failure = {
  code: "CANCELLED",
  message: "Interrupted. A started job continues; an unfinished download can be resumed.",
  action: null,
  requestId: null,
  exitCode: exitCodes.interrupted,
};

function report(failure: Failure, terminal: Terminal): void {
  const { exitCode: _exit, ...error } = failure;
  if (terminal.json) {
    terminal.error(JSON.stringify({ error }));
    return;
  }
  const { code, message, action, requestId } = error;
  const request = requestId === null || code !== "INTERNAL" ? "" : ` (request ${requestId})`;
  const { noteLook } = terminal;
  const prefix = "kluis: ";
  const indented = (text: string): string => hang(printable(text), prefix.length, noteLook.width);
  terminal.error(noteLook.paint("bad", prefix) + indented(message + request));
  if (action !== null) terminal.error(" ".repeat(prefix.length) + indented(action));
}

/** The process as it is; Ctrl-C aborts the signal, so that a command can end cleanly. */
function ofProcess(): RunOptions {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  // In `kluis … | head` the reader may close the pipe early: that is not a failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exitCodes.ok);
  });
  const { env, stdin, stdout, stderr } = process;
  return { env, stdin, stdout, stderr, signal: interrupt.signal };
}
