/** Where a command writes: results to stdout; progress, notes, questions and errors to stderr. */
import { createInterface } from "node:readline";
import { cutTo, hang, type Look, lookOf, type OutputStream } from "./look.ts";

export interface Terminal {
  readonly json: boolean;
  /** How stdout looks; results are formatted for it. */
  readonly look: Look;
  /** How stderr looks. */
  readonly noteLook: Look;
  /** stderr is a terminal that can redraw a line. */
  readonly isLive: boolean;
  /** A user can be asked: both stdin and stderr are a terminal, and the output is not for a script. */
  readonly canAsk: boolean;
  /** Standard input as text, to its end. */
  input(): Promise<string>;
  /** A variable of the environment. */
  variable(name: string): string | undefined;
  /** For raw bytes, such as a report. */
  readonly stdout: NodeJS.WritableStream;
  out(text: string): void;
  /** Tells the user something about the result; not printed with `--json`, where stderr has errors only. */
  note(text: string): void;
  /** Writes to stderr in any case. */
  error(text: string): void;
  /** Redraws the progress line in place; on a plain stream it does nothing. */
  draw(text: string): void;
  /** Removes the progress line. */
  clear(): void;
  /** Prompts for confirmation; only `y` or `yes` confirms. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
}

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & OutputStream;
  readonly stderr: NodeJS.WritableStream & OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createTerminal(streams: TerminalStreams, json: boolean): Terminal {
  const { stdin, stdout, stderr, env } = streams;
  const isLive = stderr.isTTY === true && env["TERM"] !== "dumb" && !json;
  const noteLook = lookOf(stderr, env);
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) stderr.write("\r\u001B[2K");
    isDrawn = false;
  };
  const error = (text: string): void => {
    clear();
    stderr.write(`${text}\n`);
  };
  return {
    json,
    look: lookOf(stdout, env),
    noteLook,
    isLive,
    canAsk: stdin.isTTY === true && stderr.isTTY === true && !json,
    input: async () => {
      const pieces = await Array.fromAsync(stdin, (piece) => Buffer.from(piece));
      return Buffer.concat(pieces).toString("utf8");
    },
    variable: (name) => env[name],
    stdout,
    out: (text) => {
      clear();
      stdout.write(`${text}\n`);
    },
    note: (text) => {
      if (!json) error(hang(text, 0, noteLook.width));
    },
    error,
    draw: (text) => {
      if (!isLive) return;
      clear();
      // A line that fills the terminal would wrap, and only its last row could be redrawn.
      stderr.write(cutTo(text, noteLook.width - 1));
      isDrawn = true;
    },
    clear,
    confirm: async (question, signal) => {
      clear();
      stderr.write(`${question} [y/N] `);
      // Not in raw mode, so that Ctrl-C still interrupts the process.
      const lines = createInterface({ input: stdin, terminal: false, signal });
      try {
        for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
      } finally {
        lines.close();
      }
      signal.throwIfAborted();
      stderr.write("\n");
      return false;
    },
  };
}
