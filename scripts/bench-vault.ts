/**
 * `npm run bench -- vault`: the vault behind a link with latency, bytes moved by each kind of change, and the memory of a large
 * disk. `npm run bench -- vault large|link|churn` measures one of them. Prints tables with their goals, and writes JSON.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { benchChurn, type ChurnRow } from "../packages/vault/bench/churn.ts";
import { benchLink, type LinkPlan, type LinkRow } from "../packages/vault/bench/link.ts";
import { columns, median } from "./bench-table.ts";
import { root } from "./run.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const link = { latencyMs: 30, bytesPerSecond: 100 * MIB };
const parts = ["large", "link", "churn"] as const;
type Part = (typeof parts)[number];

/** Of the whole process. */
const MOST_MEMORY_MIB = 400;
const LEAST_LINK_SHARE = 0.8;
/** Moved bytes for each changed one, by the kind of change. */
const MOST_MOVED: Readonly<Record<string, number>> = {
  sequential: 1.05,
  "random 64 KiB, aligned": 1.05,
  "random 64 KiB, unaligned": 2,
  "random 16 KiB": 4,
};
/** Of moved bytes; of a first backup, of stored ones. */
const MOST_METADATA = 0.03;
const MOST_METADATA_FULL = 0.002;

/** @throws Error when an option is wrong */
export async function benchVaultAlone(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      json: { type: "string", default: join(root, ".cache", "bench-vault.json") },
    },
  });
  const rounds = Math.max(1, Math.round(Number(values.rounds)));
  if (!Number.isFinite(rounds)) throw new Error("--rounds must be a number.");
  const wanted: readonly Part[] = parts.filter(
    (part) => positionals.length === 0 || positionals.includes(part),
  );
  const signal = AbortSignal.timeout(3_600_000);
  const figures: Record<string, unknown> = { node: process.version, date: new Date().toISOString(), rounds };
  // In this order: the memory is the most of the process so far.
  if (wanted.includes("large")) {
    const plan = { diskBytes: 4096 * GIB, dataBytes: 4 * GIB, link: null, restores: true, signal };
    figures["large"] = await printLink("Disk of 4 TiB with 4 GiB of random data", plan, 1);
  }
  if (wanted.includes("link")) {
    const plan = { diskBytes: 8 * GIB, dataBytes: GIB, link, restores: true, signal };
    figures["link"] = await printLink(
      "30 ms per request behind 100 MiB/s, 1 GiB of random data",
      plan,
      rounds,
    );
  }
  if (wanted.includes("churn")) figures["churn"] = await printChurn(signal);
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  console.log(`\nFigures: ${values.json}`);
}

const verdict = (holds: boolean): string => (holds ? "holds" : "MISSED");

async function printLink(title: string, plan: LinkPlan, rounds: number): Promise<LinkRow[]> {
  const all: LinkRow[] = [];
  for (let n = 0; n < rounds; n++) all.push(...(await benchLink(plan)));
  const rows = [...Map.groupBy(all, ({ name }) => name)].map(([name, group]) => {
    const of = (value: (row: LinkRow) => number): number => median(group.map(value));
    const rate = of(({ linkBytes, seconds }) => linkBytes / seconds);
    const share = plan.link === null ? null : rate / plan.link.bytesPerSecond;
    const peakMib = of((row) => row.peakMib);
    return [
      name,
      "kluis",
      of((row) => row.seconds).toFixed(2),
      of((row) => row.cpuSeconds).toFixed(2),
      (rate / MIB).toFixed(0),
      share === null ? "" : `${(share * 100).toFixed(0)} %`,
      of((row) => (row.requests * GIB) / row.dataBytes).toFixed(0),
      peakMib.toFixed(0),
      share === null
        ? `memory < ${MOST_MEMORY_MIB} MiB: ${verdict(peakMib < MOST_MEMORY_MIB)}`
        : `link ≥ ${LEAST_LINK_SHARE * 100} %: ${verdict(share >= LEAST_LINK_SHARE)}`,
    ];
  });
  const head = ["step", "program", "seconds", "CPU s", "MiB/s", "of the link", "requests/GiB", "memory MiB"];
  console.log(`\n${title}; ${rounds} rounds\n${columns([[...head, "goal"], ...rows])}`);
  return all;
}

async function printChurn(signal: AbortSignal): Promise<ChurnRow[]> {
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  const all = await benchChurn(512, signal);
  const rows = all.map(({ name, changedBytes, movedBytes, storedBytes, metadataBytes }) => {
    const moved = movedBytes / changedBytes;
    const most = MOST_MOVED[name];
    const metadata = metadataBytes / (most === undefined ? storedBytes : movedBytes);
    const mostMetadata = most === undefined ? MOST_METADATA_FULL : MOST_METADATA;
    const holds = (most === undefined || moved <= most) && metadata <= mostMetadata;
    const goal = most === undefined ? "" : `moved ≤ ${most}, `;
    return [
      name,
      "kluis",
      (changedBytes / MIB).toFixed(1),
      moved.toFixed(2),
      (storedBytes / changedBytes).toFixed(2),
      percent(metadata),
      `${goal}metadata ≤ ${percent(mostMetadata)}: ${verdict(holds)}`,
    ];
  });
  const head = [
    "change",
    "program",
    "changed MiB",
    "moved / changed",
    "stored / changed",
    "metadata",
    "goal",
  ];
  console.log(`\nRandom data of 512 MiB, by changed ranges\n${columns([head, ...rows])}`);
  return all;
}
