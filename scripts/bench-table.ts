/** The table that `npm run bench` prints. */

/** One measured step of one program. */
export interface BenchCell {
  readonly program: string;
  readonly step: string;
  readonly seconds: number;
  /** Growth of the repository or vault in bytes. */
  readonly storedBytes: number;
}

export interface BenchLine {
  readonly step: string;
  readonly program: string;
  readonly seconds: number;
  /** MiB of the disk's data per second. */
  readonly rate: number;
  readonly storedBytes: number;
  /** Time as a multiple of Kluis's (for `next`: of its digest comparison, which also reads everything); null for Kluis. */
  readonly timesKluis: number | null;
}

/** Median over the rounds, one line per step and program. */
export function benchLines(cells: readonly BenchCell[], dataBytes: number): BenchLine[] {
  const groups = Map.groupBy(cells, ({ program, step }) => `${program}\0${step}`);
  const medians = [...groups.values()].map((group) => ({
    program: group[0]?.program ?? "",
    step: group[0]?.step ?? "",
    seconds: median(group.map(({ seconds }) => seconds)),
    storedBytes: median(group.map(({ storedBytes }) => storedBytes)),
  }));
  const own = new Map(
    medians.filter(({ program }) => program === "kluis").map((cell) => [cell.step, cell.seconds]),
  );
  return medians.map((cell) => {
    const reference = own.get(cell.step === "next" ? "next-digest-comparison" : cell.step);
    const timesKluis = cell.program === "kluis" || reference === undefined ? null : cell.seconds / reference;
    return { ...cell, rate: dataBytes / 1024 / 1024 / cell.seconds, timesKluis };
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const order = ["full", "next-changed-ranges", "next-digest-comparison", "next", "restore"];

/** Lines of a fixed-width table, grouped by step. */
export function formatTable(lines: readonly BenchLine[]): string {
  const sorted = lines.toSorted((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  const rows = sorted.map((line) => [
    line.step,
    line.program,
    line.seconds.toFixed(2),
    line.rate.toFixed(0),
    (line.storedBytes / 1024 / 1024).toFixed(1),
    line.timesKluis === null ? "" : `${line.timesKluis.toFixed(2)} ×`,
  ]);
  const head = ["step", "program", "seconds", "MiB/s", "stored MiB", "relative"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  return [format(head), ...rows.map(format)].join("\n");
}
