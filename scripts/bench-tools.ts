/** Other backup programs, measured on the same images: Borg and restic, where they are installed. */
import { execFile } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface ToolStep {
  readonly name: "full" | "next" | "restore";
  readonly seconds: number;
  /** Growth of the repository in bytes. */
  readonly storedBytes: number;
}

export interface ToolRun {
  readonly image: string;
  readonly next: string;
  /** An empty folder for the repository, cache and restored files. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface Tool {
  readonly name: string;
  /** Version that the program reports; null when it is not installed. */
  version(): Promise<string | null>;
  /** Its settings, for the reader of the table. */
  readonly settings: string;
  run(run: ToolRun): Promise<ToolStep[]>;
}

interface Call {
  readonly args: readonly string[];
  readonly cwd?: string;
}

interface ToolPlan {
  readonly init: Call;
  readonly full: Call;
  readonly next: Call;
  readonly restore: Call;
  readonly env: Readonly<Record<string, string>>;
}

/** Fixed chunks of Kluis's block size, zstd 1, Borg's encryption: the settings closest to a disk-image backup. */
export const borg: Tool = {
  name: "borg",
  settings: "fixed chunks of 64 KiB, zstd 1, repokey-blake2",
  version: () => versionOf("borg", ["--version"]),
  run: (run) =>
    measure("borg", run, (repository, target) => {
      const create = ["create", "--chunker-params=fixed,65536", "--compression=zstd,1", "--sparse"];
      return {
        init: { args: ["init", "--encryption=repokey-blake2", repository] },
        full: { args: [...create, `${repository}::full`, basename(run.image)], cwd: dirname(run.image) },
        next: { args: [...create, `${repository}::next`, basename(run.next)], cwd: dirname(run.next) },
        restore: { args: ["extract", "--sparse", `${repository}::full`], cwd: target },
        env: { BORG_PASSPHRASE: "bench", BORG_BASE_DIR: join(run.folder, "base") },
      };
    }),
};

/** restic with default settings: content-defined chunks, automatic zstd, encryption. */
export const restic: Tool = {
  name: "restic",
  settings: "default settings, compression auto",
  version: () => versionOf("restic", ["version"]),
  run: (run) =>
    measure("restic", run, (repository, target) => {
      const common = ["--repo", repository, "--quiet"];
      return {
        init: { args: [...common, "init"] },
        full: { args: [...common, "backup", "--tag", "full", run.image] },
        next: { args: [...common, "backup", "--tag", "next", run.next] },
        restore: { args: [...common, "restore", "latest", "--tag", "full", "--target", target] },
        env: { RESTIC_PASSWORD: "bench", RESTIC_CACHE_DIR: join(run.folder, "cache") },
      };
    }),
};

async function versionOf(command: string, args: readonly string[]): Promise<string | null> {
  return execute(command, [...args]).then(
    ({ stdout }) => /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? null,
    () => null,
  );
}

async function measure(
  command: string,
  { folder, signal }: ToolRun,
  planOf: (repository: string, target: string) => ToolPlan,
): Promise<ToolStep[]> {
  const repository = join(folder, "repository");
  const target = join(folder, "restored");
  await mkdir(target, { recursive: true });
  const plan = planOf(repository, target);
  const env = { ...process.env, ...plan.env };
  const call = async ({ args, cwd = folder }: Call): Promise<void> => {
    await execute(command, [...args], { env, cwd, signal, maxBuffer: 64 * 1024 * 1024 });
  };
  await call(plan.init);
  const steps: ToolStep[] = [];
  for (const name of ["full", "next", "restore"] as const) {
    const before = await folderBytes(repository);
    const began = performance.now();
    await call(plan[name]);
    const seconds = (performance.now() - began) / 1000;
    steps.push({ name, seconds, storedBytes: (await folderBytes(repository)) - before });
  }
  return steps;
}

async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) total += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return total;
}
