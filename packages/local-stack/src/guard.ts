/**
 * Runs one program that has no IPC channel (PostgreSQL), and ends it when the parent ends for any reason. The parent forks
 * this file and sends one order over the channel; the program inherits stdout and stderr.
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
  /** Sent first; the program must end within `graceMs`. */
  stopSignal: z.enum(["SIGINT", "SIGTERM"]),
  /** Sent when the program did not end in time. */
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
  // The parent may have ended between the fork and here.
  if (!process.connected) stop();
}

process.once("message", (message) => guard(guardOrderSchema.parse(message)));
