/**
 * `npm run bench -- engine`: backups and restores through the engine, PostgreSQL, the local Azure and Azurite, beside a plain copy;
 * two engines at a distance; a disk of 4 TiB. `npm run bench -- engine copy|two|large` measures one of them.
 *
 *   npm run bench -- engine copy --data 2048 --rounds 5 --parallel 2,4,6 --folder DIR --json FILE
 */
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import {
  benchCopy,
  benchLarge,
  benchTwo,
  defaults,
  type EngineRow,
} from "../packages/engine/bench/engine-bench.ts";
import { columns, median } from "./bench-table.ts";
import { root } from "./run.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

export async function benchEngine(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: "string", default: String(defaults.dataBytes / MIB) },
      rounds: { type: "string", default: "5" },
      parallel: { type: "string", default: "2,4" },
      folder: { type: "string", default: tmpdir() },
      json: { type: "string", default: join(root, ".cache", "bench-engine.json") },
    },
  });
  const [part] = positionals;
  const { folder } = values;
  const rounds = Math.max(1, Math.round(Number(values.rounds)));
  const dataBytes = Number(values.data) * MIB;
  const parallel = values.parallel.split(",").map(Number);
  const all: (EngineRow & { readonly part: string })[] = [];
  const measure = async (
    name: string,
    title: string,
    work: (report: (row: EngineRow) => void) => Promise<void>,
  ) => {
    if (part !== undefined && part !== name) return;
    const rows: EngineRow[] = [];
    await work((row) => {
      rows.push(row);
      console.log(`${row.step}, ${row.program}: ${row.seconds.toFixed(2)} s`);
    });
    all.push(...rows.map((row) => ({ part: name, ...row })));
    console.log(`\n${title}\n${tableOf(rows)}\n${name === "copy" ? sharesOf(rows) : ""}`);
  };
  const size = `${dataBytes / MIB} MiB of random data`;
  await measure("copy", `${size}; ${rounds} rounds`, (report) =>
    benchCopy({ dataBytes, rounds, folder, parallel }, report),
  );
  const { delayMs } = defaults;
  await measure("two", `${delayMs} ms per request, ${size}; ${rounds} rounds`, (report) =>
    benchTwo({ dataBytes, delayMs, rounds, folder }, report),
  );
  const { largeBytes: diskBytes, largeDataBytes } = defaults;
  await measure("large", "Disk of 4 TiB with 4 GiB of random data", (report) =>
    benchLarge({ diskBytes, dataBytes: largeDataBytes, folder }, report),
  );
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify({ node: process.version, rows: all }, null, 2)}\n`);
}

interface Line extends EngineRow {
  readonly rate: number;
}

function linesOf(rows: readonly EngineRow[]): Line[] {
  const groups = Map.groupBy(rows, ({ step, program }) => `${step}\0${program}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const of = (value: (row: EngineRow) => number): number => median(group.map(value));
    const seconds = of((row) => row.seconds);
    return [
      {
        ...first,
        seconds,
        movingSeconds: of((row) => row.movingSeconds),
        cpuSeconds: of((row) => row.cpuSeconds),
        servicesCpuSeconds: of((row) => row.servicesCpuSeconds),
        memoryMib: of((row) => row.memoryMib),
        requests: of((row) => row.requests),
        rate: first.dataBytes / MIB / seconds,
      },
    ];
  });
}

function tableOf(rows: readonly EngineRow[]): string {
  const lines = linesOf(rows).map((line) => [
    line.step,
    line.program,
    line.seconds.toFixed(2),
    line.movingSeconds.toFixed(2),
    line.rate.toFixed(0),
    line.cpuSeconds.toFixed(2),
    line.servicesCpuSeconds.toFixed(2),
    line.memoryMib.toFixed(0),
    ((line.requests * GIB) / line.dataBytes).toFixed(0),
  ]);
  const head = [
    "step",
    "program",
    "seconds",
    "moving",
    "MiB/s",
    "CPU s",
    "CPU s of services",
    "memory MiB",
    "requests/GiB",
  ];
  return columns([head, ...lines]);
}

/** The engine's rate as a share of the fastest copy's. */
function sharesOf(rows: readonly EngineRow[]): string {
  const lines = linesOf(rows);
  const engines = lines.filter(({ program }) => program === "engine");
  return engines
    .map(({ step, seconds, movingSeconds }) => {
      const copies = lines.filter((line) => line.step === step && line.program !== "engine");
      const best = Math.min(...copies.map((line) => line.seconds));
      const share = (of: number): string => `${((best * 100) / of).toFixed(0)} %`;
      return `${step}: ${share(movingSeconds)} of the plain copy while bytes move, ${share(seconds)} with the whole job`;
    })
    .join("\n");
}
