#!/usr/bin/env node
// Starts on any Node that npm supports. Node runs the TypeScript of the client directly from 22.18 on; an older Node hands over
// to the project's own, which `npm ci` has installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Compiled once for each version of a file: starts take half of the time. Not in a shared folder, where others could write code.
  module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kluis"));
  const { run } = await import("../src/main.ts");
  process.exitCode = await run(process.argv.slice(2));
} else {
  handOver();
}

function handOver() {
  const node = fileURLToPath(new URL("../../../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(node)) {
    process.stderr.write(
      `kluis needs Node 22.18 or newer; this is ${process.versions.node}.\nRun npm ci in the project's folder: it installs a newer one.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to the child too; this process only waits for it to end.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
