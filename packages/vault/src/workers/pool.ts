/** The pool of worker threads of a process. */
import { getCompileCacheDir } from "node:module";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { KluisError, toKluisError } from "@kluis/domain/core";
import { createBudget, within } from "../budget.ts";
import type { Budget } from "../types.ts";
import type { VaultWorkers } from "./port.ts";
import type {
  CompressAnswer,
  CompressTask,
  DigestAnswer,
  DigestTask,
  OpenRunAnswer,
  OpenRunTask,
  WorkerAnswer,
  WorkerTask,
} from "./tasks.ts";

export interface WorkerOptions {
  /** Default: one per processor, at most 16. */
  readonly threads?: number;
  /** The program of a thread; a test gives another. */
  readonly program?: URL;
}

const MOST_THREADS = 16;
/** Tasks given to a thread at once: while it works on one, the next is there already. */
const TASKS_PER_THREAD = 2;
/** Bytes of tasks that wait or run. */
const WAITING_BYTES = 128 * 1024 * 1024;
/** A thread needs about 10 MiB beside the bytes of its tasks. */
const THREAD_HEAP_MIB = 128;

/**
 * Makes the pool. Threads start with the first tasks, and do not keep the process alive while they are idle. A process needs one
 * pool for all its vaults.
 */
export function createVaultWorkers(options: WorkerOptions = {}): VaultWorkers {
  return new WorkerPool(options);
}

let shared: VaultWorkers | null = null;

/** The pool of this process, for all its vaults. */
export function processWorkers(): VaultWorkers {
  shared ??= createVaultWorkers();
  return shared;
}

interface Waiting {
  readonly task: WorkerTask;
  readonly signal: AbortSignal;
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly taken: Map<number, Waiting>;
}

interface Answer {
  readonly number: number;
  readonly answer: WorkerAnswer;
}

class WorkerPool implements VaultWorkers {
  readonly threads: number;
  private readonly program: URL;
  private readonly bytes: Budget = createBudget(WAITING_BYTES);
  private readonly running = new Set<Thread>();
  private readonly waiting: Waiting[] = [];
  private count = 0;
  private closed = false;

  constructor({ threads = availableParallelism(), program }: WorkerOptions) {
    this.threads = Math.max(1, Math.min(MOST_THREADS, threads));
    this.program = program ?? new URL("./worker.ts", import.meta.url);
  }

  async openRun(task: Omit<OpenRunTask, "kind">, signal: AbortSignal): Promise<OpenRunAnswer> {
    const answer = await this.do({ kind: "open-run", ...task }, signal);
    return answer.kind === "open-run" ? answer : wrongAnswer();
  }

  async digest(task: Omit<DigestTask, "kind">, signal: AbortSignal): Promise<DigestAnswer> {
    const answer = await this.do({ kind: "digest", ...task }, signal);
    return answer.kind === "digest" ? answer : wrongAnswer();
  }

  async compress(task: Omit<CompressTask, "kind">, signal: AbortSignal): Promise<CompressAnswer> {
    const answer = await this.do({ kind: "compress", ...task }, signal);
    return answer.kind === "compress" ? answer : wrongAnswer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    for (const { reject } of this.waiting.splice(0)) reject(stopped());
    await Promise.all([...this.running].map(({ worker }) => worker.terminate()));
  }

  private do(task: WorkerTask, signal: AbortSignal): Promise<WorkerAnswer> {
    return within(this.bytes, { amount: bytesOf(task), signal }, async () => {
      signal.throwIfAborted();
      if (this.closed) throw stopped();
      const work = Promise.withResolvers<WorkerAnswer>();
      const entry = { task, signal, resolve: work.resolve, reject: work.reject };
      const drop = () => {
        const at = this.waiting.indexOf(entry);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        entry.reject(signal.reason);
      };
      signal.addEventListener("abort", drop, { once: true });
      this.waiting.push(entry);
      this.give();
      try {
        return await work.promise;
      } finally {
        signal.removeEventListener("abort", drop);
      }
    });
  }

  /** Gives waiting tasks to the threads with the fewest. */
  private give(): void {
    while (this.waiting.length > 0) {
      const thread = this.free();
      const next = thread === null ? undefined : this.waiting.shift();
      if (thread === null || next === undefined) return;
      const number = this.count++;
      thread.taken.set(number, next);
      thread.worker.ref();
      const { task } = next;
      thread.worker.postMessage({ number, task }, givenWith(task));
    }
  }

  private free(): Thread | null {
    let best: Thread | null = null;
    for (const thread of this.running) {
      if (thread.taken.size < (best?.taken.size ?? TASKS_PER_THREAD)) best = thread;
    }
    const isIdle = best !== null && best.taken.size === 0;
    return isIdle || this.running.size >= this.threads ? best : this.start();
  }

  private start(): Thread {
    const resourceLimits = { maxOldGenerationSizeMb: THREAD_HEAP_MIB };
    // Compiled code that the process keeps. Its folder is one of a version of Node below the one that was set.
    const compiled = getCompileCacheDir();
    // Own flags and environment: a test runner's are not for this program, and it needs no secret of the process.
    const worker = new Worker(this.program, {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) },
      resourceLimits,
      name: "kluis-vault",
    });
    const thread: Thread = { worker, taken: new Map() };
    this.running.add(thread);
    worker.unref();
    worker.on("message", ({ number, answer }: Answer) => {
      const done = thread.taken.get(number);
      thread.taken.delete(number);
      if (thread.taken.size === 0) worker.unref();
      done?.resolve(answer);
      this.give();
    });
    worker.on("error", (error) => this.lose(thread, error));
    worker.on("exit", () => this.lose(thread, null));
    return thread;
  }

  /** A thread ended: what it had taken fails, the next task starts another. */
  private lose(thread: Thread, cause: unknown): void {
    if (!this.running.delete(thread)) return;
    const error = this.closed ? stopped() : crashed(cause);
    for (const { reject } of thread.taken.values()) reject(error);
    if (!this.closed) this.give();
  }
}

function bytesOf(task: WorkerTask): number {
  return task.kind === "open-run" ? task.sealed.length : task.bytes.length;
}

/** The memory that a thread takes over. */
function givenWith(task: WorkerTask): ArrayBuffer[] {
  if (task.kind !== "open-run" || !(task.sealed instanceof Uint8Array)) return [];
  const { buffer } = task.sealed;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

function wrongAnswer(): never {
  throw new KluisError("INTERNAL", { message: "A worker thread answered another task." });
}

function stopped(): KluisError {
  return new KluisError("CANCELLED", { message: "The worker threads of the vault were stopped." });
}

function crashed(cause: unknown): KluisError {
  const { message } = cause === null ? { message: "it ended" } : toKluisError(cause);
  return new KluisError("INTERNAL", {
    message: `A worker thread of the vault stopped: ${message}`,
    action: "The transfer is tried again. If this repeats, check the memory of the machine.",
    cause,
  });
}
