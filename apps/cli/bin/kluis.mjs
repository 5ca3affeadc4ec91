#!/usr/bin/env node
// Starts on any Node that npm supports. Node runs the TypeScript of the client directly from 22.18 on; an older Node hands over
// to the project's own, which `npm ci` has installed.
import { existsSync } from "node:fs";
import module from "node:module";
import { constants, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What packages of this project and Zod resolve to: the same for every file of it. */
const resolved = new Map();

/**
 * Half of a start is finding modules. A relative import here names its file exactly, so that no search is needed. Zod exports its
 * messages in fifty languages, a file each, and nothing uses them.
 */
function resolve(specifier, context, next) {
  if (specifier.startsWith("node:")) return { url: specifier, format: "builtin", shortCircuit: true };
  const { parentURL } = context;
  if (parentURL === undefined) return next(specifier, context);
  const isForeign = parentURL.includes("/node_modules/");
  const isZod = isForeign && parentURL.includes("/node_modules/zod/");
  if (specifier.startsWith(".")) {
    if (isZod && specifier === "../locales/index.js")
      return { url: "data:text/javascript,", format: "module", shortCircuit: true };
    const format = isZod ? "module" : specifier.endsWith(".ts") ? "module-typescript" : null;
    if (format === null) return next(specifier, context);
    return { url: new URL(specifier, parentURL).href, format, shortCircuit: true };
  }
  if (isForeign || !/^(?:zod$|@kluis\/)/.test(specifier)) return next(specifier, context);
  const found = resolved.get(specifier) ?? { ...next(specifier, context), shortCircuit: true };
  resolved.set(specifier, found);
  return found;
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Compiled once for each version of a file: starts take half of the time. Not in a shared folder, where others could write code.
  module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kluis"));
  module.registerHooks?.({ resolve });
  const { run } = await import("../src/main.ts");
  process.exitCode = await run(process.argv.slice(2));
} else {
  await handOver();
}

async function handOver() {
  const node = fileURLToPath(new URL("../../../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(node)) {
    process.stderr.write(
      `kluis needs Node 22.18 or newer; this is ${process.versions.node}.\nRun npm ci in the project's folder: it installs a newer one.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const { spawn } = await import("node:child_process");
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to the child too; this process only waits for it to end.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
