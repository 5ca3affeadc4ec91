/**
 * `npm run bench` measures the vault alone, from files into a folder vault: full backup, the next backup after 1 % of the data
 * changed (by both delta methods), and restore. Measures Borg and restic, if installed, on the same images in the same run.
 * Prints a table and writes JSON. `fleet` simulates a week of transfers instead (bench-fleet.ts).
 *
 *   npm run bench -- fleet
 *   npm run bench -- --data 1024 --disk 4096 --changed 0.01 --rounds 2 --json bench.json --folder DIR
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeImages } from "../packages/vault/bench/image.ts";
import { benchVault } from "../packages/vault/bench/vault-bench.ts";
import { benchFleet } from "./bench-fleet.ts";
import { type BenchCell, benchLines, formatTable } from "./bench-table.ts";
import { borg, restic, type Tool } from "./bench-tools.ts";
import { root } from "./run.ts";

const MiB = 1024 * 1024;

interface Options {
  readonly dataMib: number;
  readonly diskMib: number;
  readonly changed: number;
  readonly rounds: number;
  readonly json: string;
  readonly folder: string;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: "1024" },
      disk: { type: "string", default: "4096" },
      changed: { type: "string", default: "0.01" },
      rounds: { type: "string", default: "2" },
      json: { type: "string", default: join(root, ".cache", "bench.json") },
      folder: { type: "string", default: tmpdir() },
    },
  });
  const number = (name: "data" | "disk" | "changed" | "rounds", least: number): number => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < least)
      throw new Error(`--${name} must be a number of at least ${least}.`);
    return value;
  };
  const [dataMib, diskMib] = [number("data", 16), number("disk", 16)];
  if (dataMib > diskMib) throw new Error("--data must not be larger than --disk.");
  const changed = number("changed", 0);
  if (changed > 1) throw new Error("--changed is a share of the data, from 0 to 1.");
  return {
    dataMib,
    diskMib,
    changed,
    rounds: Math.round(number("rounds", 1)),
    json: values.json,
    folder: values.folder,
  };
}

/** One round: Kluis first, then each other program, so that all run under the same conditions. */
async function round(
  work: string,
  images: Awaited<ReturnType<typeof makeImages>>,
  tools: readonly Tool[],
): Promise<BenchCell[]> {
  const signal = AbortSignal.timeout(900_000);
  const own = await benchVault({ images, workFolder: work, signal });
  const cells: BenchCell[] = own.map((row) => ({
    program: "kluis",
    step: row.name,
    seconds: row.seconds,
    storedBytes: row.storedBytes,
  }));
  for (const tool of tools) {
    const folder = await mkdtemp(join(work, `${tool.name}-`));
    try {
      const steps = await tool.run({ image: images.image.path, next: images.next.path, folder, signal });
      cells.push(...steps.map(({ name, ...rest }) => ({ program: tool.name, step: name, ...rest })));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return cells;
}

async function main(options: Options): Promise<void> {
  const work = await mkdtemp(join(options.folder, "kluis-bench-"));
  try {
    const versions = await Promise.all(
      [borg, restic].map(async (tool) => ({ tool, version: await tool.version() })),
    );
    const present = versions.filter(({ version }) => version !== null);
    console.log(
      `Images: ${options.diskMib} MiB disk with ${options.dataMib} MiB of data, ${options.changed * 100} % changed; ${options.rounds} round(s).`,
    );
    for (const { tool, version } of versions) {
      console.log(
        version === null ? `${tool.name}: not installed` : `${tool.name} ${version}: ${tool.settings}`,
      );
    }
    const images = await makeImages({
      path: join(work, "disk.raw"),
      nextPath: join(work, "disk-next.raw"),
      diskBytes: options.diskMib * MiB,
      dataBytes: options.dataMib * MiB,
      changed: options.changed,
      seed: "kluis bench",
    });
    const cells: BenchCell[] = [];
    for (let n = 0; n < options.rounds; n++)
      cells.push(
        ...(await round(
          work,
          images,
          present.map(({ tool }) => tool),
        )),
      );
    const lines = benchLines(cells, options.dataMib * MiB);
    console.log(`\n${formatTable(lines)}\n`);
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      processors: cpus().length,
      memoryBytes: totalmem(),
    };
    const programs = Object.fromEntries(versions.map(({ tool, version }) => [tool.name, version]));
    await mkdir(join(root, ".cache"), { recursive: true });
    await writeFile(
      options.json,
      `${JSON.stringify({ options, machine, programs, lines, cells }, null, 2)}\n`,
    );
    console.log(`Figures: ${options.json}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

try {
  if (process.argv[2] === "fleet") benchFleet();
  else await main(readOptions());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
