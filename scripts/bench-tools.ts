/** Backup programs measured as programs on the same images: Kluis, and every installed peer at its best settings. */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./run.ts";

const execute = promisify(execFile);

export const toolSteps = ["full", "next", "restore", "verify"] as const;
export type ToolStep = (typeof toolSteps)[number];

/** What one program cost. */
export interface Cost {
  readonly seconds: number;
  /** Of all its processes and threads; null where `/usr/bin/time` of GNU is missing. */
  readonly cpuSeconds: number | null;
  readonly memoryMib: number | null;
}

export interface ToolCell extends Cost {
  readonly step: ToolStep;
  /** Growth of the repository in bytes. */
  readonly storedBytes: number;
}

export interface ToolRun {
  readonly image: string;
  /** The image later: a file of the same name in another folder. */
  readonly next: string;
  /** An empty folder for the repository, cache and restored files. */
  readonly folder: string;
  /** Holds the images and `folder`. */
  readonly work: string;
  readonly signal: AbortSignal;
  /** Called before each measured step. */
  readonly settle: () => Promise<void>;
}

interface Call {
  readonly args: readonly string[];
  readonly cwd?: string;
}

type Calls = Readonly<Record<ToolStep, Call>> & { readonly init: Call | null };

export interface Tool {
  readonly name: string;
  /** Its settings, for the reader of the table. */
  readonly settings: string;
  readonly command: readonly [string, ...string[]];
  /** Given the command's folder, when it sees only a part of the file system. */
  readonly within?: (command: readonly string[], folder: string) => Promise<readonly string[]>;
  readonly version: readonly string[];
  /** A command that does next to nothing; default: it prints its version. */
  readonly start?: readonly string[];
  readonly env: (folder: string) => Readonly<Record<string, string>>;
  readonly calls: (repository: string, run: ToolRun) => Calls;
}

const at = (file: string): string => dirname(file);

/** Kluis as a program of its command line, on a vault in a folder. */
export const kluis: Tool = {
  name: "kluis",
  settings: "kluis vault, defaults",
  command: [process.execPath, join(root, "apps", "cli", "bin", "kluis.mjs")],
  version: ["--version"],
  // Its version needs no vault, which would flatter it: it opens the vault and lists the points.
  start: ["vault", "ls"],
  env: (folder) => ({ KLUIS_VAULT: join(folder, "repository"), KLUIS_VAULT_KEY_FILE: join(folder, "key") }),
  calls: (_repository, { image, next, folder }) => ({
    init: { args: ["vault", "init"] },
    full: { args: ["vault", "backup", image, "--name", "disk"] },
    next: { args: ["vault", "backup", next, "--name", "disk"] },
    restore: { args: ["vault", "restore", "disk@latest", "--to", join(folder, "restored", "disk.raw")] },
    verify: { args: ["vault", "verify", "disk@latest"] },
  }),
};

/** Fixed chunks, zstd 1, Borg's encryption. */
function borg(command: string, chunkKib: number): Tool {
  const create = ["create", `--chunker-params=fixed,${chunkKib * 1024}`, "--compression=zstd,1", "--sparse"];
  return {
    name: `${command} ${chunkKib} KiB`,
    settings: `fixed chunks of ${chunkKib} KiB, zstd 1, repokey-blake2, --sparse`,
    command: [command],
    version: ["--version"],
    env: (folder) => ({ BORG_PASSPHRASE: "bench", BORG_BASE_DIR: join(folder, "base") }),
    calls: (repository, { image, next, folder }) => ({
      init: { args: ["init", "--encryption=repokey-blake2", repository] },
      full: { args: [...create, `${repository}::full`, "disk.raw"], cwd: at(image) },
      next: { args: [...create, `${repository}::next`, "disk.raw"], cwd: at(next) },
      restore: { args: ["extract", "--sparse", `${repository}::next`], cwd: join(folder, "restored") },
      verify: { args: ["check", "--verify-data", repository] },
    }),
  };
}

/** Borg 2 names the repository with a variable. */
function borg2(chunkKib: number): Tool {
  const create = ["create", `--chunker-params=fixed,${chunkKib * 1024}`, "--compression=zstd,1", "--sparse"];
  return {
    name: `borg2 ${chunkKib} KiB`,
    settings: `fixed chunks of ${chunkKib} KiB, zstd 1, aes256-ocb with blake3, --sparse`,
    command: ["borg2"],
    within: inItsRoot,
    version: ["--version"],
    env: (folder) => ({
      BORG_PASSPHRASE: "bench",
      BORG_BASE_DIR: join(folder, "base"),
      BORG_REPO: join(folder, "repository"),
    }),
    calls: (_repository, { image, next, folder }) => ({
      init: { args: ["repo-create", "--encryption=aes256-ocb", "--id-hash=blake3"] },
      full: { args: [...create, "full", "disk.raw"], cwd: at(image) },
      next: { args: [...create, "next", "disk.raw"], cwd: at(next) },
      restore: { args: ["extract", "--sparse", "next"], cwd: join(folder, "restored") },
      verify: { args: ["check", "--verify-data"] },
    }),
  };
}

/** Shows the folder to a program in another root, in a separate mount that ends with it, and keeps the working folder. */
const IN_ROOT = `mkdir -p "$1$2" && mount --bind "$2" "$1$2" && root=$1 && shift 2 &&
exec chroot "$root" sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"`;

/** A program of a newer system may be a script that only changes the root: it would neither see the images nor the working folder. */
async function inItsRoot(command: readonly string[], folder: string): Promise<readonly string[]> {
  const [program = "", ...args] = command;
  for (const place of (process.env["PATH"] ?? "").split(delimiter)) {
    const script = await readFile(join(place, program), "utf8").catch(() => null);
    if (script === null) continue;
    const [, path, inside] = /^exec chroot (\S+) (\S+) "\$@"$/m.exec(script) ?? [];
    if (path === undefined || inside === undefined) return command;
    return ["unshare", "--mount", "sh", "-c", IN_ROOT, "sh", path, folder, inside, ...args];
  }
  return command;
}

const restic: Tool = {
  name: "restic",
  settings: "compression fastest, restore --sparse",
  command: ["restic"],
  version: ["version"],
  env: (folder) => ({ RESTIC_PASSWORD: "bench", RESTIC_CACHE_DIR: join(folder, "cache") }),
  calls: (repository, { image, next, folder }) => {
    const common = ["--repo", repository, "--quiet", "--compression", "fastest"];
    const target = join(folder, "restored");
    return {
      init: { args: [...common, "init"] },
      full: { args: [...common, "backup", "disk.raw"], cwd: at(image) },
      next: { args: [...common, "backup", "disk.raw"], cwd: at(next) },
      restore: { args: [...common, "restore", "latest", "--sparse", "--target", target] },
      verify: { args: [...common, "check", "--read-data"] },
    };
  },
};

/** It does not encrypt. */
const desync: Tool = {
  name: "desync",
  settings: "chunks of 64 to 1,024 KiB, zstd, no encryption",
  command: ["desync"],
  version: [],
  env: () => ({}),
  calls: (repository, { image, next, folder }) => {
    const make = ["make", "--chunk-size", "64:256:1024", "--store", repository];
    const index = join(folder, "next.caibx");
    return {
      init: null,
      full: { args: [...make, join(folder, "full.caibx"), image] },
      next: { args: [...make, index, next] },
      restore: { args: ["extract", "--store", repository, index, join(folder, "restored", "disk.raw")] },
      verify: { args: ["verify", "--store", repository] },
    };
  },
};

export const peers: readonly Tool[] = [
  borg("borg", 256),
  borg("borg", 4096),
  borg("borg1.2", 256),
  borg("borg1.2", 4096),
  borg2(256),
  borg2(4096),
  restic,
  desync,
];

/** The whole command of a call. */
export async function commandOf(
  { command, within }: Tool,
  args: readonly string[],
  work: string,
): Promise<readonly string[]> {
  const all = [...command, ...args];
  return within === undefined ? all : within(all, work);
}

/** Null when it is not installed. */
export async function versionOf({
  command: [program, ...before],
  version,
  name,
}: Tool): Promise<string | null> {
  try {
    const { stdout, stderr } = await execute(program, [...before, ...version]);
    return /\b\d+\.\d+[0-9.a-z]*/.exec(stdout + stderr)?.[0] ?? `${name} (tells no version)`;
  } catch {
    return null;
  }
}

/** Runs every step of a program; after the restore, the file must equal the image. */
export async function runTool(tool: Tool, run: ToolRun): Promise<ToolCell[]> {
  const { folder, signal, work } = run;
  const repository = join(folder, "repository");
  await mkdir(join(folder, "restored"), { recursive: true });
  const env = { ...process.env, ...tool.env(folder) };
  const calls = tool.calls(repository, run);
  const call = async ({ args, cwd = folder }: Call): Promise<Cost> =>
    costOf(await commandOf(tool, args, work), { env, cwd, signal, folder });
  if (calls.init === null) await mkdir(repository, { recursive: true });
  else await call(calls.init);
  const cells: ToolCell[] = [];
  for (const step of toolSteps) {
    const before = await folderBytes(repository);
    await run.settle();
    const cost = await call(calls[step]);
    cells.push({ step, ...cost, storedBytes: (await folderBytes(repository)) - before });
    if (step === "restore") await mustEqual(run.next, join(folder, "restored"));
  }
  return cells;
}

interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** For the note of `time`. */
  readonly folder: string;
}

const GNU_TIME = "/usr/bin/time";
let hasTime: boolean | null = null;

/** Runs a program to its end. @throws Error when it fails */
export async function costOf(command: readonly string[], { folder, ...place }: Place): Promise<Cost> {
  hasTime ??= await stat(GNU_TIME).then(
    () => true,
    () => false,
  );
  const note = join(folder, "time.txt");
  const [program = "", ...args] = hasTime
    ? [GNU_TIME, "--output", note, "--format", "%U %S %M", ...command]
    : command;
  const began = performance.now();
  await execute(program, args, { ...place, maxBuffer: 64 * 1024 * 1024 });
  const seconds = (performance.now() - began) / 1000;
  if (!hasTime) return { seconds, cpuSeconds: null, memoryMib: null };
  const [user = 0, system = 0, kib = 0] = (await readFile(note, "utf8")).trim().split(" ").map(Number);
  return { seconds, cpuSeconds: user + system, memoryMib: kib / 1024 };
}

async function mustEqual(image: string, folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const [file] = files;
  if (file === undefined || files.length !== 1) throw new Error(`${folder} does not hold one restored file.`);
  const restored = join(file.parentPath, file.name);
  await execute("cmp", [image, restored]);
  await rm(restored);
}

async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) total += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return total;
}
