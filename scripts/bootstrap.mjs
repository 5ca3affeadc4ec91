#!/usr/bin/env node
/**
 * The entry of every npm command: `node scripts/bootstrap.mjs COMMAND [arguments]`, COMMAND one of start, test, check, bench, chaos,
 * migration, seed-fleet, sbom and azure-cli. It runs on any Node
 * from 20 with nothing installed: it brings node_modules up to the lock file, generates the database client when the schema
 * changed, then runs the command with the project's own Node (node_modules/.bin/node) first on PATH.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, createWriteStream } from "node:fs";
import { access, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { constants as osConstants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const bin = join(modules, ".bin");
const cache = join(root, ".cache");
const log = join(cache, "install.log");

/** The script and arguments of each command. */
const commands = {
  start: ["packages/local-stack/src/start.ts"],
  test: ["scripts/test.ts"],
  check: ["scripts/test.ts", "--check"],
  bench: ["scripts/bench.ts"],
  chaos: ["scripts/chaos.ts"],
  migration: ["scripts/migration.ts"],
  "seed-fleet": ["scripts/seed-fleet.ts"],
  sbom: ["scripts/sbom.ts"],
  "azure-cli": ["packages/local-azure/test/azure-cli/main.ts"],
};

/** A user-fixable error; printed without a stack. */
class Problem extends Error {}

async function main() {
  const [command = "", ...rest] = process.argv.slice(2);
  const target = commands[command];
  if (target === undefined) throw new Problem(`Use one of: ${Object.keys(commands).join(", ")}.`);
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20)
    throw new Problem(`Node ${process.versions.node} is too old: Kluis needs Node 20 or newer.`);
  await makeCache();
  await withLock(join(cache, "bootstrap.lock"), async () => {
    await install();
    await generate();
  });
  const [script, ...fixed] = target;
  return handOver([join(root, script), ...fixed, ...rest]);
}

async function makeCache() {
  await mkdir(cache, { recursive: true }).catch((error) => {
    if (error.code === "ENOSPC") throw new Problem("The disk is full. Free space and start again.");
    if (!["EACCES", "EROFS", "EPERM"].includes(error.code)) throw error;
  });
}

/** Runs `npm ci` unless our stamp or npm's own record shows that node_modules matches package-lock.json. */
async function install() {
  const stampFile = join(modules, ".kluis-stamp");
  const lockFile = await readFile(join(root, "package-lock.json"), "utf8");
  const platform = `${process.platform}-${process.arch}`;
  const stamp = `${createHash("sha256").update(lockFile).digest("hex")} ${platform} node-${process.versions.modules}`;
  if (await exists(projectNode())) {
    if ((await textOrNull(stampFile)) === stamp) return;
    if (await installedMatches(lockFile)) return writeWhole(stampFile, stamp).catch(ignoreReadOnly);
  }
  await writable(root);
  process.stdout.write("Installing dependencies (npm ci); this happens once …\n");
  const began = Date.now();
  const npm = npmCommand();
  const code = await runLogged({
    ...npm,
    args: [...npm.args, "ci", "--no-audit", "--no-fund", "--loglevel=warn"],
  });
  if (code !== 0) throw await installProblem(code);
  await writeWhole(stampFile, stamp);
  process.stdout.write(`Installed in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

/** Returns the npm that runs this script, else the one on PATH. */
function npmCommand() {
  const own = process.env.npm_execpath;
  if (own?.endsWith(".js")) return { command: process.execPath, args: [own] };
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", args: [] };
}

/** Whether npm's record of what it installed matches the lock file: a developer's `npm install` counts too. */
async function installedMatches(lockFile) {
  const hidden = await textOrNull(join(modules, ".package-lock.json"));
  if (hidden === null) return false;
  const wanted = Object.entries(JSON.parse(lockFile).packages);
  const found = JSON.parse(hidden).packages;
  return wanted.every(
    ([path, entry]) =>
      !path.includes("node_modules/") ||
      entry.link ||
      entry.optional ||
      found[path]?.version === entry.version,
  );
}

async function installProblem(code) {
  const text = (await textOrNull(log)) ?? "";
  const reasons = [
    [/ENOSPC|no space left/i, "The disk is full. Kluis needs about 2 GiB. Free space and start again."],
    [/EACCES|EPERM|EROFS/, "npm cannot write to this folder or to its cache. Use a folder that you own."],
    [
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ERR_SOCKET_TIMEOUT|network/i,
      "npm could not reach its registry. The first start needs the network: check it and npm's proxy settings, then start again.",
    ],
    [
      /can only install packages when your package\.json and package-lock\.json/i,
      "package.json and package-lock.json do not match. Run npm install, then start again.",
    ],
  ];
  const reason = reasons.find(([pattern]) => pattern.test(text))?.[1] ?? `npm ci ended with code ${code}.`;
  const errors = text.split("\n").filter((line) => /npm (error|ERR!)/.test(line));
  return new Problem(`${reason}\n${errors.slice(0, 12).join("\n")}\nFull log: ${log}`);
}

/** Generates the database client when the schema or the generator changed. */
async function generate() {
  const output = join(root, "packages", "db", "generated");
  const stampFile = join(output, ".kluis-stamp");
  const schema = await readFile(join(root, "prisma", "schema.prisma"));
  const version = JSON.parse(await readFile(join(modules, "prisma", "package.json"), "utf8")).version;
  const stamp = createHash("sha256").update(schema).update(version).digest("hex");
  if ((await textOrNull(stampFile)) === stamp) return;
  await writable(join(root, "packages", "db"));
  const code = await runLogged({
    command: projectNode(),
    args: [
      join(modules, "prisma", "build", "index.js"),
      "generate",
      "--schema",
      join(root, "prisma", "schema.prisma"),
    ],
    // `generate` does not use the schema engine, but downloads one unless this names an executable.
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  });
  if (code !== 0)
    throw new Problem(`The database client could not be generated.\n${(await textOrNull(log)) ?? ""}`);
  await writeWhole(stampFile, stamp);
}

function projectNode() {
  return process.platform === "win32" ? join(modules, "node", "bin", "node.exe") : join(bin, "node");
}

/** Runs the command, forwards signals and waits for its end. */
function handOver(args) {
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    NEXT_TELEMETRY_DISABLED: "1",
    // Each command starts many Node processes of the same modules: they share the compiled code, which halves their start.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(cache, "node"),
  };
  // The channel tells the command when this process is killed.
  const child = spawn(projectNode(), args, {
    cwd: root,
    env,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal signals the whole group; signals from elsewhere (an init system, npm) must be forwarded. The command may
    // therefore see one Ctrl-C twice, and counts it once.
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(new Problem(`The project's Node does not start: ${error.message}`)),
    );
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (osConstants.signals[signal ?? "SIGTERM"] ?? 1)),
    );
  });
}

/** Runs a command with its output in a log file; the caller reports errors. */
function runLogged({ command, args, env = {} }) {
  return new Promise((resolve, reject) => {
    const out = createWriteStream(log, { flags: "w", mode: 0o600 });
    out.once("error", (error) => reject(new Problem(`Kluis cannot write ${log}: ${error.message}`)));
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell: command.endsWith(".cmd"),
    });
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    child.once("error", (error) => reject(new Problem(`${command} does not start: ${error.message}`)));
    child.once("close", (code) => out.end(() => resolve(code ?? 1)));
  });
}

/**
 * Runs `work` while it holds the lock; a second process of this checkout waits. The lock is a folder, because creating one is
 * atomic. It names its holder, and a lock whose holder has ended is removed.
 */
export async function withLock(folder, work) {
  const owner = join(folder, "pid");
  let reported = false;
  for (;;) {
    try {
      await mkdir(folder);
      break;
    } catch (error) {
      if (error.code === "EACCES" || error.code === "EROFS" || error.code === "EPERM") {
        // A complete read-only checkout needs no lock.
        return work();
      }
      if (error.code === "ENOSPC") throw new Problem("The disk is full. Free space and start again.");
      if (error.code !== "EEXIST") throw error;
    }
    const pid = Number(await textOrNull(owner));
    const age = await stat(folder).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    const stale = pid > 0 ? !isAlive(pid) : age > 10_000;
    if (stale) {
      // Renamed first: of two processes that see a stale lock only one succeeds.
      await rename(folder, `${folder}.${process.pid}`).then(
        () => rm(`${folder}.${process.pid}`, { recursive: true, force: true }),
        () => undefined,
      );
      continue;
    }
    if (!reported)
      process.stdout.write("Another Kluis command is installing in this folder. Waiting for it …\n");
    reported = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(owner, String(process.pid));
    return await work();
  } finally {
    await release();
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function writable(folder) {
  await access(folder, constants.W_OK).catch((error) => {
    throw new Problem(
      `Kluis cannot write to ${folder} (${error.code}). Use a copy of the project in a folder that you own.`,
    );
  });
}

async function writeWhole(path, text) {
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}

async function textOrNull(path) {
  return readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

function ignoreReadOnly(error) {
  if (!["EACCES", "EROFS", "EPERM"].includes(error.code)) throw error;
}

async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`\n${error instanceof Problem ? error.message : (error.stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
