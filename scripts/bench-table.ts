/** The tables that `npm run bench` prints. */

/** One measured step of one program. */
export interface BenchCell {
  readonly program: string;
  readonly step: string;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly memoryMib: number | null;
  /** Growth of the repository or vault in bytes. */
  readonly storedBytes: number;
  /** Requests to the store for each GiB of the disk's data; null for programs that do not tell. */
  readonly requestsPerGib: number | null;
}

export interface BenchLine extends BenchCell {
  /** MiB of the disk's data per second. */
  readonly rate: number;
  /** Time and processor time as a multiple of Kluis's in the same step; null for Kluis and for the raw limit. */
  readonly times: number | null;
  readonly cpuTimes: number | null;
}

/** In the order of the table. A peer has one next backup; Kluis has two more, in a process that runs already. */
const steps = ["start", "full", "next", "next, digests, warm", "next, ranges, warm", "restore", "verify"];
/** The peers' step that a warm step of Kluis competes with. */
const rivals: Readonly<Record<string, string>> = {
  "next, digests, warm": "next",
  "next, ranges, warm": "next",
};
const KLUIS = "kluis";
const RAW = "raw limit";

/** Median over the rounds, one line per step and program. */
export function benchLines(cells: readonly BenchCell[], dataBytes: number): BenchLine[] {
  const groups = Map.groupBy(cells, ({ program, step }) => `${program}\0${step}`);
  const medians = [...groups.values()].flatMap((group) => medianOf(group) ?? []);
  const own = new Map(medians.filter(({ program }) => program === KLUIS).map((cell) => [cell.step, cell]));
  return medians.map((cell) => {
    const kluis = cell.program === KLUIS || cell.program === RAW ? undefined : own.get(cell.step);
    return {
      ...cell,
      rate: dataBytes / 1024 / 1024 / cell.seconds,
      times: kluis === undefined ? null : cell.seconds / kluis.seconds,
      cpuTimes:
        cell.cpuSeconds === null || kluis?.cpuSeconds === undefined || kluis.cpuSeconds === null
          ? null
          : cell.cpuSeconds / kluis.cpuSeconds,
    };
  });
}

function medianOf(group: readonly BenchCell[]): BenchCell | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const of = (key: "cpuSeconds" | "memoryMib" | "requestsPerGib"): number | null => {
    const known = group.flatMap((cell) => cell[key] ?? []);
    return known.length === 0 ? null : median(known);
  };
  return {
    program: first.program,
    step: first.step,
    seconds: median(group.map(({ seconds }) => seconds)),
    cpuSeconds: of("cpuSeconds"),
    memoryMib: of("memoryMib"),
    storedBytes: median(group.map(({ storedBytes }) => storedBytes)),
    requestsPerGib: of("requestsPerGib"),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const optional = (value: number | null, digits: number): string =>
  value === null ? "" : value.toFixed(digits);
const times = (value: number | null): string => (value === null ? "" : `${value.toFixed(2)} ×`);

/** Grouped by step, in the order of a backup. */
export function formatTable(lines: readonly BenchLine[]): string {
  const sorted = lines.toSorted((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step));
  const rows = sorted.map((line) => [
    line.step,
    line.program,
    line.seconds.toFixed(2),
    optional(line.cpuSeconds, 2),
    line.rate.toFixed(0),
    optional(line.memoryMib, 0),
    (line.storedBytes / 1024 / 1024).toFixed(1),
    optional(line.requestsPerGib, 0),
    times(line.times),
    times(line.cpuTimes),
  ]);
  const head = [
    "step",
    "program",
    "seconds",
    "CPU s",
    "MiB/s",
    "memory MiB",
    "stored MiB",
    "requests/GiB",
    "time",
    "CPU",
  ];
  return columns([head, ...rows]);
}

/** Kluis beside the fastest peer of each step, and the one that needs the least processor time. */
export function bestPeers(lines: readonly BenchLine[]): string {
  const rows = lines
    .filter(({ program, step }) => program === KLUIS && steps.includes(step))
    .toSorted((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step))
    .flatMap((own) => {
      const rival = rivals[own.step] ?? own.step;
      const all = lines.filter(({ program, step }) => step === rival && program !== KLUIS && program !== RAW);
      const fastest = all.toSorted((a, b) => a.seconds - b.seconds)[0];
      const leanest = all.toSorted((a, b) => (a.cpuSeconds ?? Infinity) - (b.cpuSeconds ?? Infinity))[0];
      if (fastest === undefined) return [];
      const cpu = leanest?.cpuSeconds ?? null;
      const cpuTimes = cpu === null || own.cpuSeconds === null ? null : cpu / own.cpuSeconds;
      return [
        [
          own.step,
          fastest.program,
          times(fastest.seconds / own.seconds),
          leanest?.program ?? "",
          times(cpuTimes),
        ],
      ];
    });
  return columns([["step", "fastest peer", "time", "least CPU", "CPU"], ...rows]);
}

/** A table of equal columns; the first two are text. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [n, value] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, value.length);
  const format = (row: readonly string[]): string =>
    row.map((value, n) => (n < 2 ? value.padEnd(widths[n] ?? 0) : value.padStart(widths[n] ?? 0))).join("  ");
  return rows.map(format).join("\n");
}
