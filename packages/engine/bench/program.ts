/** A program of the benchmark: a Node process that answers over its channel, and what it cost. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const MIB = 1024 * 1024;
/** Linux counts processor time in ticks of 10 ms. */
const TICKS_PER_SECOND = 100;

export class Program implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(program: ChildProcess) {
    this.#process = program;
  }

  /** Starts a module of this folder. Its output goes to the log. */
  static async start(
    module: string,
    given: {
      readonly args?: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly log: string;
    },
  ): Promise<{ readonly program: Program; readonly first: unknown }> {
    const log = await open(given.log, "a");
    // As `npm start` runs the engine.
    const child = fork(join(import.meta.dirname, module), given.args ?? [], {
      env: { PATH: process.env["PATH"] ?? "", MALLOC_ARENA_MAX: "2", ...given.env },
      stdio: ["ignore", log.fd, log.fd, "ipc"],
      execArgv: ["--max-semi-space-size=8"],
    });
    await log.close();
    const program = new Program(child);
    return { program, first: await program.#answer(given.log) };
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  async ask(): Promise<unknown> {
    const answer = this.#answer("its log");
    this.#process.send("ask");
    return answer;
  }

  async #answer(log: string): Promise<unknown> {
    const over = new AbortController();
    try {
      const message = once(this.#process, "message", { signal: over.signal });
      const end = once(this.#process, "exit", { signal: over.signal });
      const [answer] = z
        .array(z.unknown())
        .parse(await Promise.race([message, end.then(() => Promise.reject(new Error(`See ${log}.`)))]));
      return answer;
    } finally {
      over.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

/** Processor seconds of a process and its threads so far. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The most resident memory of a process since {@link forgetMemory}. */
export async function mostMemoryMib(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? Number.NaN) * 1024) / MIB;
}

export async function forgetMemory(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}
