/**
 * Builds the portal (`next build`) when its sources changed: the stamp in `.next` holds the digest of everything that the build
 * reads. `npm start` and `npm test` run it; two at once build once.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { root, withLock } from "./bootstrap.mjs";

const portal = join(root, "apps", "portal");
const stampFile = join(portal, ".next", "kluis-sources");
const sources = [
  "apps/portal",
  "packages/api",
  "packages/db",
  "packages/domain",
  "packages/reports",
  "packages/vault",
];
const files = ["package-lock.json", "tsconfig.base.json"];
const skipped = new Set(["node_modules", ".next", "test", "bench", "next-env.d.ts"]);

/** Returns a digest over the paths and contents of everything that the build reads. */
async function sourceDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(await readFile(join(root, file)));
  for (const folder of sources) {
    for (const path of await filesBelow(join(root, folder))) {
      hash.update(`\0${relative(root, path)}\0`).update(await readFile(path));
    }
  }
  return hash.digest("hex");
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (skipped.has(entry.name) || /\.test\.tsx?$|\.md$|\.tsbuildinfo$|^\.kluis/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else if (entry.isFile()) found.push(path);
  }
  return found.toSorted();
}

/** Builds unless the stamp matches the sources. Returns the exit code of the build. */
export async function buildPortal(): Promise<number> {
  let code = 0;
  await mkdir(join(root, ".cache"), { recursive: true });
  await withLock(join(root, ".cache", "portal-build.lock"), async () => {
    const digest = await sourceDigest();
    if ((await readFile(stampFile, "utf8").catch(() => "")) === digest) return;
    await rm(stampFile, { force: true });
    code = await runNext();
    if (code === 0) await writeFile(stampFile, digest);
  });
  return code;
}

function runNext(): Promise<number> {
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const child = spawn(process.execPath, [next, "build"], { cwd: portal, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

if (import.meta.main) process.exitCode = await buildPortal();
