/**
 * Runs one program that knows nothing of us (PostgreSQL) and ends it when the parent is gone, however the parent died.
 * The parent forks this file with an IPC channel and sends one `run` message; the program inherits stdout and stderr.
 */
import { spawn } from "node:child_process";
import { z } from "zod";

export const guardOrderSchema = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  uid: z.number().optional(),
  gid: z.number().optional(),
  /** Sent first; the program is expected to end within `graceMs`. */
  stopSignal: z.enum(["SIGINT", "SIGTERM"]),
  /** Sent when it did not. */
  killSignal: z.enum(["SIGQUIT", "SIGKILL"]),
  graceMs: z.number(),
});
export type GuardOrder = z.infer<typeof guardOrderSchema>;

function guard(order: GuardOrder): void {
  const { command, args, env, cwd, uid, gid } = order;
  const ids = uid === undefined || gid === undefined ? {} : { uid, gid };
  const child = spawn(command, args, { env, cwd, ...ids, stdio: ["ignore", "inherit", "inherit"] });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    child.kill(order.stopSignal);
    setTimeout(() => child.kill(order.killSignal), order.graceMs).unref();
  };
  child.once("error", (error) => {
    process.stderr.write(`${command} can't be started: ${error.message}\n`);
    process.exit(127);
  });
  child.once("exit", (code) => process.exit(code ?? 1));
  process.on("disconnect", stop);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
  // Between fork and here the parent may already have gone.
  if (!process.connected) stop();
}

process.once("message", (message) => guard(guardOrderSchema.parse(message)));
// Started by hand there is no order to wait for, and without a channel Node simply ends.
