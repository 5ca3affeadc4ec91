/** A worker for tests: ends at a task of one block, and does every other. */
import { parentPort } from "node:worker_threads";
import { BLOCK_BYTES } from "../src/constants.ts";
import { doTask, transfersOf, type WorkerTask } from "../src/workers/tasks.ts";

parentPort?.on("message", ({ number, task }: { readonly number: number; readonly task: WorkerTask }) => {
  if (task.kind === "digest" && task.bytes.length === BLOCK_BYTES) throw new RangeError("out of luck");
  const answer = doTask(task);
  parentPort?.postMessage({ number, answer }, transfersOf(answer));
});
