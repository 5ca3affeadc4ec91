/** Worker threads that open and seal content, as the reader and the writer use them. */
import type {
  CompressAnswer,
  CompressTask,
  DigestAnswer,
  DigestTask,
  OpenRunAnswer,
  OpenRunTask,
} from "./tasks.ts";

/**
 * Threads for the work per byte. A task that waits is dropped when its signal aborts; one that runs is waited for, so that no
 * thread writes into a target whose owner believes to have it back.
 */
export interface VaultWorkers {
  readonly threads: number;
  /** Takes over sealed bytes that are given. */
  openRun(task: Omit<OpenRunTask, "kind">, signal: AbortSignal): Promise<OpenRunAnswer>;
  digest(task: Omit<DigestTask, "kind">, signal: AbortSignal): Promise<DigestAnswer>;
  compress(task: Omit<CompressTask, "kind">, signal: AbortSignal): Promise<CompressAnswer>;
  /** Ends the threads; tasks in progress fail. */
  [Symbol.asyncDispose](): Promise<void>;
}
