/** The progress of a job or a download: one line redrawn in place on a terminal, a few lines elsewhere. */
import { formatBytes } from "@kluis/domain/core";
import { widthOf } from "./look.ts";
import type { Terminal } from "./terminal.ts";

export interface Amount {
  readonly done: number;
  readonly total: number;
  readonly bytesPerSecond: number | null;
}

/** A redraw costs more than a piece of a download, so not every piece gets one. */
const redrawEveryMs = 200;

export class Progress {
  readonly #terminal: Terminal;
  readonly #subject: string;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #quarter = 0;

  /** @param subject what is in progress, such as `Backup of web-01` */
  constructor(terminal: Terminal, subject: string) {
    this.#terminal = terminal;
    this.#subject = subject;
  }

  /** Shows the current activity when no amount is known. Prints nothing on a plain stream. */
  showStage(text: string): void {
    this.#terminal.draw(`${this.#subject}: ${text}`);
  }

  /** Redraws the bar; on a plain stream it prints a line for each quarter. */
  showAmount(amount: Amount): void {
    const { done, total } = amount;
    if (this.#terminal.isLive) {
      const nowMs = performance.now();
      if (nowMs - this.#drawnAtMs < redrawEveryMs && done < total) return;
      this.#drawnAtMs = nowMs;
      this.#terminal.draw(progressText(this.#subject, amount, this.#terminal.noteLook.width - 1));
      return;
    }
    const quarter = total === 0 ? 0 : Math.min(4, Math.floor((done / total) * 4));
    if (quarter > this.#quarter)
      this.#terminal.note(`${this.#subject}: ${quarter * 25} % of ${formatBytes(total)}`);
    this.#quarter = Math.max(this.#quarter, quarter);
  }

  /** Removes the line. */
  end(): void {
    this.#terminal.clear();
  }
}

const widestBar = 28;
const narrowestBar = 8;
/** `1023 MiB` is the widest amount; fields of a fixed width keep the bar from jumping. */
const amountWidth = 8;
const rateWidth = amountWidth + "/s".length;

/**
 * `Backup of web-01 [██████░░░░]  42 %  1.2 GiB of 2.9 GiB  112 MiB/s` in at most `width` columns. The bar gives way first,
 * then the rate, then the bar entirely.
 */
export function progressText(subject: string, amount: Amount, width: number): string {
  const { done, total, bytesPerSecond } = amount;
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const amounts = `${percent}  ${formatBytes(done).padStart(amountWidth)} of ${formatBytes(total)}`;
  const rate = bytesPerSecond === null ? "" : `${formatBytes(Math.round(bytesPerSecond))}/s`;
  for (const text of [`${amounts}  ${rate.padStart(rateWidth)}`, amounts]) {
    const room = width - widthOf(`${subject} [] ${text}`);
    if (room >= narrowestBar)
      return `${subject} ${barOf(share, Math.min(widestBar, room))} ${text}`.trimEnd();
  }
  return `${subject} ${amounts}`;
}

function barOf(share: number, width: number): string {
  const full = Math.round(share * width);
  return `[${"█".repeat(full)}${"░".repeat(width - full)}]`;
}
