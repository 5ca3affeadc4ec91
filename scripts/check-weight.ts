/**
 * Fails when the overview loads more script than its limit. Sums the gzip sizes of all scripts that Next's build lists for
 * the first load of a page; what loads on demand (menus, dialogs, toasts) is not in it.
 * `node scripts/check-weight.ts` prints the biggest scripts; `--all` prints the sum of every page.
 */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./run.ts";

const KiB = 1024;
/** All script of the overview's first load, gzip. About 123 KiB of it are React and Next's router. */
const limitBytes = 200 * KiB;
const overview = "/";
const shown = 8;

interface Route {
  readonly route: string;
  readonly firstLoadChunkPaths: readonly string[];
}

interface Weight {
  readonly route: string;
  readonly sumBytes: number;
  readonly scripts: readonly { readonly name: string; readonly gzipBytes: number }[];
}

/** The weights of all pages of the last build. */
async function weighRoutes(portal: string): Promise<readonly Weight[]> {
  const report = await readFile(join(portal, ".next", "diagnostics", "route-bundle-stats.json"), "utf8");
  const routes = JSON.parse(report) as readonly Route[];
  return Promise.all(routes.map((route) => weigh(portal, route)));
}

async function weigh(portal: string, { route, firstLoadChunkPaths }: Route): Promise<Weight> {
  const scripts = await Promise.all(
    firstLoadChunkPaths.map(async (path) => ({
      name: basename(path),
      gzipBytes: gzipSync(await readFile(join(portal, path))).length,
    })),
  );
  return {
    route,
    sumBytes: scripts.reduce((sum, script) => sum + script.gzipBytes, 0),
    scripts: scripts.toSorted((a, b) => b.gzipBytes - a.gzipBytes),
  };
}

function kib(bytes: number): string {
  return `${(bytes / KiB).toFixed(1).padStart(6)} KiB`;
}

async function main(): Promise<number> {
  const weights = await weighRoutes(join(root, "apps", "portal"));
  if (process.argv.includes("--all")) {
    for (const { route, sumBytes } of weights.toSorted((a, b) => b.sumBytes - a.sumBytes)) {
      console.log(`${kib(sumBytes)}  ${route}`);
    }
  }
  const found = weights.find(({ route }) => route === overview);
  if (found === undefined) {
    console.error(`The build lists no page ${overview}.`);
    return 1;
  }
  for (const { name, gzipBytes } of found.scripts.slice(0, shown)) console.log(`${kib(gzipBytes)}  ${name}`);
  const ok = found.sumBytes <= limitBytes;
  console.log(
    `${kib(found.sumBytes)}  ${found.scripts.length} scripts of the overview; the limit is ${kib(limitBytes).trim()}`,
  );
  if (!ok)
    console.error("The overview loads too much script. Load dialogs and menus on demand, or import less.");
  return ok ? 0 : 1;
}

process.exitCode = await main();
