/** A Linux shell in the local guest: it changes only the guest's files. */
import { defaultFiles, keepScripts } from "./linux-files.ts";
import type { Machine } from "./model.ts";
import type { ScriptResult } from "./powershell.ts";
import { GuestFiles } from "./shell/files.ts";
import { Shell } from "./shell/run.ts";

export interface ShellOptions {
  /** Milliseconds since 1970. */
  readonly now?: number;
  readonly variables?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** What a script wrote, how it ended, and how long it took. */
interface ShellResult extends ScriptResult {
  seconds: number;
}

/**
 * Runs a script of a part of POSIX sh: variables, quotes, `$( )`, pipes, `if`, `for`, functions, redirections, and the commands in
 * shell/tools.ts. Other commands are reported on stderr and end with 127, as a missing command does. `sleep` waits only in the
 * guest's time.
 */
export function runShell(guest: Machine, script: string, options: ShellOptions = {}): ShellResult {
  guest.linux ??= { files: {}, fsfreeze: "works" };
  const { linux } = guest;
  const files = new GuestFiles(linux.files, defaultFiles(guest), () => {
    keepScripts(linux);
  });
  const world = {
    files,
    hostName: guest.hostName ?? "localhost",
    osName: guest.osName,
    startedAt: options.now ?? Date.now(),
    seconds: 0,
    depth: 0,
  };
  const { out, err, code } = new Shell(world, options.variables, options.args).run(script);
  return { stdout: out, stderr: err, exitCode: code, seconds: world.seconds };
}
