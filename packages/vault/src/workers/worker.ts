/** The thread that `pool.ts` starts: takes one task after the other. */
import { parentPort } from "node:worker_threads";
import { doTask, transfersOf, type WorkerTask } from "./tasks.ts";

/** A task with its number; the answer has the same. */
interface NumberedTask {
  readonly number: number;
  readonly task: WorkerTask;
}

// An error ends the thread: the pool then fails what this thread had taken, and starts another.
parentPort?.on("message", ({ number, task }: NumberedTask) => {
  const answer = doTask(task);
  parentPort?.postMessage({ number, answer }, transfersOf(answer));
});
