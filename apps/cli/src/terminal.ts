import { formatBytes } from "@kluis/domain";

/** Where a command writes: results to stdout, everything about them (progress, notes, errors) to stderr. */
export interface Terminal {
  readonly json: boolean;
  /** stderr is a terminal that can redraw a line. */
  readonly live: boolean;
  /** Columns of the terminal that stdout is; Infinity for a pipe or a file. */
  readonly width: number;
  out(text: string): void;
  note(text: string): void;
  /** Redraws the progress line; on a plain stream it does nothing. */
  draw(text: string): void;
}

export interface TerminalStreams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export function createTerminal(streams: TerminalStreams, json: boolean): Terminal {
  const live = streams.stderr.isTTY === true && !json;
  let drawn = false;
  const clear = (): void => {
    if (drawn) streams.stderr.write("\r\u001B[2K");
    drawn = false;
  };
  return {
    json,
    live,
    width:
      streams.stdout.isTTY === true ? Math.max(60, streams.stdout.columns ?? 100) : Number.POSITIVE_INFINITY,
    out: (text) => {
      clear();
      streams.stdout.write(`${text}\n`);
    },
    note: (text) => {
      clear();
      if (text !== "") streams.stderr.write(`${text}\n`);
    },
    draw: (text) => {
      if (!live) return;
      clear();
      streams.stderr.write(text);
      drawn = true;
    },
  };
}

const barWidth = 28;

/** `[██████░░░░]  42 %  1.2 GiB of 2.9 GiB  112 MiB/s`. Pure. */
export function progressText(progress: {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly bytesPerSecond: number | null;
}): string {
  const { label, done, total, bytesPerSecond } = progress;
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const full = Math.round(share * barWidth);
  const bar = `[${"█".repeat(full)}${"░".repeat(barWidth - full)}]`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const rate = bytesPerSecond === null ? "" : `  ${formatBytes(Math.round(bytesPerSecond))}/s`;
  return `${label} ${bar} ${percent}  ${formatBytes(done)} of ${formatBytes(total)}${rate}`;
}
