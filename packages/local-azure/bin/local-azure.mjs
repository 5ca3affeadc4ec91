#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Node 22.18 and newer runs TypeScript; an older one starts the Node of the checkout.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import("../src/cli/main.ts");
} else {
  const file = realpathSync(fileURLToPath(import.meta.url));
  const node = join(dirname(file), "../../../node_modules/.bin/node");
  if (!existsSync(node)) {
    console.error(
      `local-azure needs Node 22.18 or newer; this is ${process.versions.node}. Run npm install first.`,
    );
    process.exit(1);
  }
  const child = spawn(node, [file, ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C reaches both processes; other signals reach this one only.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code) => process.exit(code ?? 1));
}
