#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// The source is TypeScript that Node runs as it is, which needs 22.18 or newer. The checkout brings its own Node.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import("../src/cli/main.ts");
} else {
  const here = dirname(realpathSync(fileURLToPath(import.meta.url)));
  const node = join(here, "../../../node_modules/.bin/node");
  if (!existsSync(node)) {
    console.error(
      `local-azure needs Node 22.18 or newer; this is ${process.versions.node}. Run npm install first.`,
    );
    process.exit(1);
  }
  const run = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  process.exit(run.status ?? 1);
}
