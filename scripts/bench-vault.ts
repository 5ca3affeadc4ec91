/**
 * `npm run bench -- vault`: the vault behind a link with latency, bytes moved by each kind of change, and the memory of a large
 * disk. `npm run bench -- vault large|link|churn` measures one of them.
 */
import { benchChurn } from "../packages/vault/bench/churn.ts";
import { benchLink, type LinkPlan } from "../packages/vault/bench/link.ts";
import { columns, median } from "./bench-table.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const ROUNDS = 5;
const link = { latencyMs: 30, bytesPerSecond: 100 * MIB };

export async function benchVaultAlone([part]: readonly string[]): Promise<void> {
  const signal = AbortSignal.timeout(3_600_000);
  // First: the memory is the most of the process so far.
  if (part === undefined || part === "large") {
    const plan = { diskBytes: 4096 * GIB, dataBytes: 4 * GIB, link: null, restores: true, signal };
    await printLink("Disk of 4 TiB with 4 GiB of random data", plan, 1);
  }
  if (part === undefined || part === "link") {
    const plan = { diskBytes: 8 * GIB, dataBytes: GIB, link, restores: true, signal };
    await printLink("30 ms per request behind 100 MiB/s, 1 GiB of random data", plan, ROUNDS);
  }
  if (part === undefined || part === "churn") await printChurn(signal);
}

async function printLink(title: string, plan: LinkPlan, rounds: number): Promise<void> {
  const all = [];
  for (let n = 0; n < rounds; n++) all.push(...(await benchLink(plan)));
  const rows = [...Map.groupBy(all, ({ name }) => name)].map(([name, group]) => {
    const of = (value: (row: (typeof group)[number]) => number): number => median(group.map(value));
    const rate = of(({ linkBytes, seconds }) => linkBytes / MIB / seconds);
    const share = plan.link === null ? "" : `${((rate * MIB * 100) / plan.link.bytesPerSecond).toFixed(0)} %`;
    return [
      name,
      "kluis",
      of((row) => row.seconds).toFixed(2),
      of((row) => row.cpuSeconds).toFixed(2),
      rate.toFixed(0),
      share,
      of((row) => (row.requests * GIB) / row.dataBytes).toFixed(0),
      of((row) => row.peakMib).toFixed(0),
    ];
  });
  const head = [
    "step",
    "program",
    "seconds",
    "CPU s",
    "link MiB/s",
    "of the link",
    "requests/GiB",
    "memory MiB",
  ];
  console.log(`\n${title}; ${rounds} rounds\n${columns([head, ...rows])}`);
}

async function printChurn(signal: AbortSignal): Promise<void> {
  const percent = (part: number, whole: number): string => `${((part * 100) / whole).toFixed(2)} %`;
  const rows = (await benchChurn(512, signal)).map((row) => [
    row.name,
    "kluis",
    (row.changedBytes / MIB).toFixed(1),
    (row.movedBytes / row.changedBytes).toFixed(2),
    (row.storedBytes / row.changedBytes).toFixed(2),
    percent(row.metadataBytes, row.movedBytes),
  ]);
  const head = [
    "change",
    "program",
    "changed MiB",
    "moved / changed",
    "stored / changed",
    "metadata / moved",
  ];
  console.log(`\nRandom data of 512 MiB, by changed ranges\n${columns([head, ...rows])}`);
}
