/** `npm run bench`: measures backup programs side by side, and the vault alone. {@link HELP} tells the options. */
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ImagePair, makeImages } from "../packages/vault/bench/image.ts";
import { type BenchName, benchVault } from "../packages/vault/bench/vault-bench.ts";
import { benchCollect } from "./bench-collect.ts";
import { benchEngine } from "./bench-engine.ts";
import { benchFleet } from "./bench-fleet.ts";
import { type BenchCell, benchLines, bestPeers, formatTable } from "./bench-table.ts";
import {
  commandOf,
  costOf,
  kluis,
  peers,
  runTool,
  type Tool,
  type ToolRun,
  versionOf,
} from "./bench-tools.ts";
import { benchVaultAlone } from "./bench-vault.ts";
import { root } from "./run.ts";

const MiB = 1024 * 1024;

const HELP = `npm run bench measures kluis vault and every installed peer at its best settings, on the same images, from files into a
folder. It prints tables and writes JSON. Peers that are installed elsewhere: put their folder into PATH.

  --disk MIB       size of the disk (4096)
  --data MIB       data on it (1024)
  --changed SHARE  of the data, before the next backup (0.01)
  --rounds N       of which the table has the medians (5)
  --only NAMES     programs whose names begin with one of these, with commas
  --folder DIR     for images and repositories (the system's temporary folder)
  --json FILE      the figures (.cache/bench.json)

npm run bench -- vault [large|link|churn] [--rounds N] [--json FILE]
                   memory of a 4 TiB disk, a store with latency behind a link, bytes moved by each kind of change
npm run bench -- engine [copy|two|large] [--data MIB] [--rounds N] [--parallel 2,4] [--folder DIR] [--json FILE]
                   through the engine: beside a plain copy, with two engines at 30 ms per request, memory of a 4 TiB disk
npm run bench -- fleet
                   a simulated week of transfers
npm run bench -- collect
                   accounting and collection of 12 million packs`;

interface Options {
  readonly help: boolean;
  readonly dataMib: number;
  readonly diskMib: number;
  readonly changed: number;
  readonly rounds: number;
  readonly only: readonly string[];
  readonly json: string;
  readonly folder: string;
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string", default: "1024" },
      disk: { type: "string", default: "4096" },
      changed: { type: "string", default: "0.01" },
      rounds: { type: "string", default: "5" },
      only: { type: "string", default: "" },
      json: { type: "string", default: join(root, ".cache", "bench.json") },
      folder: { type: "string", default: tmpdir() },
      help: { type: "boolean", short: "h", default: false },
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
  const only = values.only.split(",").filter((name) => name !== "");
  const rounds = Math.round(number("rounds", 1));
  const { json, folder, help } = values;
  return { help, dataMib, diskMib, changed, rounds, only, json, folder };
}

/** The warm steps: a process that backs up many disks starts once. */
const warmSteps: Readonly<Partial<Record<BenchName, string>>> = {
  "next-changed-ranges": "next, ranges, warm",
  "next-digest-comparison": "next, digests, warm",
};

/** The steps of a program that send the requests of a step of the vault alone. */
const sameRequests: Readonly<Record<BenchName, readonly string[]>> = {
  full: ["full"],
  "next-digest-comparison": ["next", "next, digests, warm"],
  "next-changed-ranges": ["next, ranges, warm"],
  restore: ["restore"],
  verify: ["verify"],
};

/**
 * A hypervisor takes memory back that a machine has not used for seconds, and giving it out again costs more than writing to it. A file
 * that is written and removed puts the memory of the next step into the same state for every program.
 */
async function settle(work: string, mib: number): Promise<void> {
  const path = join(work, "settle.tmp");
  const bytes = Buffer.alloc(MiB, 1);
  const file = await open(path, "w");
  try {
    for (let n = 0; n < mib; n++) await file.write(bytes);
  } finally {
    await file.close();
    await rm(path);
  }
}

interface RoundPlan {
  readonly work: string;
  readonly images: ImagePair;
  readonly tools: Set<Tool>;
  readonly dataMib: number;
}

/** One round: each program after the other, so that all run under the same conditions. */
async function round({ work, images, tools, dataMib }: RoundPlan): Promise<BenchCell[]> {
  const signal = AbortSignal.timeout(1_800_000);
  const cells: BenchCell[] = [];
  const settled = () => settle(work, 2 * dataMib);
  const shared = { image: images.image.path, next: images.next.path, work, settle: settled, signal };
  for (const tool of tools) {
    const folder = await mkdtemp(join(work, "tool-"));
    try {
      cells.push(...(await toolRound(tool, { ...shared, folder })));
    } catch (error) {
      if (tool === kluis) throw error;
      console.log(`${tool.name} is left out: ${error instanceof Error ? error.message : String(error)}`);
      tools.delete(tool);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const requests = new Map<string, number>();
  for (const row of await benchVault({ images, workFolder: work, signal })) {
    const step = warmSteps[row.name];
    const { seconds, cpuSeconds, rssMib: memoryMib, storedBytes } = row;
    const requestsPerGib = (row.requests * 1024) / dataMib;
    for (const same of sameRequests[row.name]) requests.set(same, requestsPerGib);
    if (step !== undefined)
      cells.push({ program: "kluis", step, seconds, cpuSeconds, memoryMib, storedBytes, requestsPerGib });
  }
  await settled();
  const raw = await rawLimit(work, images.next.path, signal);
  return [...cells, ...raw].map((cell) =>
    cell.program === "kluis" ? { ...cell, requestsPerGib: requests.get(cell.step) ?? null } : cell,
  );
}

async function toolRound(tool: Tool, run: ToolRun): Promise<BenchCell[]> {
  const { folder, signal, work } = run;
  const program = tool.name;
  const cells: BenchCell[] = (await runTool(tool, run)).map((cell) => ({
    program,
    requestsPerGib: null,
    ...cell,
  }));
  if (tool.version.length === 0) return cells;
  const place = { env: { ...process.env, ...tool.env(folder) }, cwd: folder, signal, folder };
  const start = await costOf(await commandOf(tool, tool.start ?? tool.version, work), place);
  return [...cells, { program, step: "start", storedBytes: 0, requestsPerGib: null, ...start }];
}

/** A copy without any work on the bytes: what a restore cannot beat. */
async function rawLimit(work: string, image: string, signal: AbortSignal): Promise<BenchCell[]> {
  const copy = join(work, "copy.raw");
  const place = { env: process.env, cwd: work, signal, folder: work };
  const written = await costOf(["cp", "--sparse=always", image, copy], place);
  await rm(copy);
  const read = await costOf(["cp", "--sparse=always", image, "/dev/null"], place);
  const raw = { program: "raw limit", storedBytes: 0, requestsPerGib: null };
  return [
    { ...raw, step: "restore", ...written },
    { ...raw, step: "verify", ...read },
  ];
}

async function main(options: Options): Promise<void> {
  const work = await mkdtemp(join(options.folder, "kluis-bench-"));
  try {
    const present = new Set<Tool>();
    const programs: Record<string, string> = {};
    for (const tool of [kluis, ...peers]) {
      if (options.only.length > 0 && !options.only.some((name) => tool.name.startsWith(name))) continue;
      const version = await versionOf(tool);
      if (version === null) continue;
      present.add(tool);
      programs[tool.name] = version;
      console.log(`${tool.name}: ${version}; ${tool.settings}`);
    }
    const { dataMib, diskMib, changed, rounds } = options;
    console.log(
      `Disk of ${diskMib} MiB with ${dataMib} MiB of data, ${changed * 100} % changed; ${rounds} rounds.`,
    );
    const images = await makePair(work, options);
    const cells: BenchCell[] = [];
    for (let n = 0; n < rounds; n++) cells.push(...(await round({ work, images, tools: present, dataMib })));
    const lines = benchLines(cells, dataMib * MiB);
    console.log(`\n${formatTable(lines)}\n\n${bestPeers(lines)}\n`);
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      processors: cpus().length,
      memoryBytes: totalmem(),
    };
    await mkdir(join(root, ".cache"), { recursive: true });
    const figures = { options, machine, node: process.version, programs, lines, cells };
    await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
    console.log(`Figures: ${options.json}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Two images of one name: programs find the previous backup by it. */
async function makePair(work: string, { diskMib, dataMib, changed }: Options): Promise<ImagePair> {
  for (const folder of ["one", "two"]) await mkdir(join(work, folder));
  return makeImages({
    path: join(work, "one", "disk.raw"),
    nextPath: join(work, "two", "disk.raw"),
    diskBytes: diskMib * MiB,
    dataBytes: dataMib * MiB,
    changed,
    seed: "kluis bench",
  });
}

try {
  const [part, ...rest] = process.argv.slice(2);
  if (part === "fleet") benchFleet();
  else if (part === "vault") await benchVaultAlone(rest);
  else if (part === "engine") await benchEngine(rest);
  else if (part === "collect") await benchCollect(rest);
  else {
    const options = readOptions(process.argv.slice(2));
    if (options.help) console.log(HELP);
    else await main(options);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
