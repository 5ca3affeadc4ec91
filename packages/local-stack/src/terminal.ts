/** Output of the terminal: lines that stay, and a block of progress bars below them, redrawn in place. */
import { formatBytes } from "@kluis/domain";

export interface DiskProgress {
  /** `web-01 os`: unique among the bars on the screen. */
  readonly label: string;
  readonly doneBytes: number;
  readonly plannedBytes: number;
  readonly state: "waiting" | "running" | "done" | "failed";
}

export interface Screen {
  /** Prints a permanent line. */
  say(line: string): void;
  /** Redraws the bars; an empty list removes them. */
  bars(disks: readonly DiskProgress[]): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** On a terminal, bars are redrawn in place; elsewhere each disk gets a line per 10 %. */
export function createScreen(output: Output): Screen {
  return output.isTTY === true ? movingScreen(output) : plainScreen(output);
}

const CLEAR_LINE = "\u001b[2K";

function movingScreen(output: Output): Screen {
  let shown: string[] = [];
  const erase = (): string => (shown.length === 0 ? "" : `\u001b[${shown.length}A\r\u001b[J`);
  return {
    say(line) {
      output.write(`${erase()}${line}\n${shown.map((bar) => `${bar}\n`).join("")}`);
    },
    bars(disks) {
      const next = disks.map((disk) => barLine(disk, output.columns ?? 80));
      output.write(`${erase()}${next.map((bar) => `${CLEAR_LINE}${bar}\n`).join("")}`);
      shown = next;
    },
  };
}

function plainScreen(output: Output): Screen {
  const printed = new Map<string, number>();
  return {
    say: (line) => void output.write(`${line}\n`),
    bars(disks) {
      for (const disk of disks) {
        const tenth = Math.floor(percentOf(disk) / 10) * 10;
        if (disk.state === "waiting" || printed.get(disk.label) === tenth) continue;
        printed.set(disk.label, tenth);
        output.write(`  ${disk.label}: ${tenth} % of ${formatBytes(disk.plannedBytes)}\n`);
      }
      const current = new Set(disks.map((disk) => disk.label));
      for (const label of printed.keys()) if (!current.has(label)) printed.delete(label);
    },
  };
}

/** Returns a whole percentage from 0 to 100. A finished disk without data to move is at 100. */
export function percentOf(disk: DiskProgress): number {
  if (disk.state === "done") return 100;
  if (disk.plannedBytes <= 0) return 0;
  return Math.min(100, Math.floor((disk.doneBytes / disk.plannedBytes) * 100));
}

/** Returns one line, at most as wide as the terminal. */
export function barLine(disk: DiskProgress, columns: number): string {
  const percent = percentOf(disk);
  const size = `${formatBytes(disk.doneBytes)} of ${formatBytes(disk.plannedBytes)}`;
  const tail = ` ${String(percent).padStart(3)} %  ${disk.state === "waiting" ? "waiting" : size}`;
  const label = `  ${disk.label.padEnd(16).slice(0, 28)} `;
  const width = Math.max(0, Math.min(40, columns - label.length - tail.length - 3));
  const full = Math.round((width * percent) / 100);
  return `${label}[${"█".repeat(full)}${"·".repeat(width - full)}]${tail}`.slice(
    0,
    Math.max(20, columns - 1),
  );
}
