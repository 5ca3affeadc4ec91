/** Tables for people: as wide as their content, at most as wide as the terminal. Scripts use `--json`. */

const gap = "  ";

export interface Column<Row> {
  readonly title: string;
  value(row: Row): string;
  readonly align?: "left" | "right";
  /** May be cut to this width when the table is too wide; without it the column is never cut. */
  readonly shrinkTo?: number;
}

export interface TableOptions {
  /** Printed when there are no rows. */
  readonly empty: string;
  /** Most columns a line may take; Infinity where nobody looks, so that a pipe gets whole names. */
  readonly width: number;
}

/** The table's lines, joined. Pure. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { empty, width }: TableOptions,
): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))));
  const natural = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => lengthOf(line[index] ?? ""))),
  );
  const widths = fit(natural, columns, width);
  const lines = [columns.map((column) => column.title), ...cells];
  return lines.map((line) => formatLine(line, columns, widths)).join("\n");
}

/** Takes from the widest column that may shrink until the table fits, or nothing more may shrink. */
function fit(
  natural: readonly number[],
  columns: readonly { readonly shrinkTo?: number }[],
  most: number,
): number[] {
  const widths = [...natural];
  const room = most - gap.length * (widths.length - 1);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      const least = columns[index]?.shrinkTo;
      if (least !== undefined && width > least && (widest < 0 || width > (widths[widest] ?? 0)))
        widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function formatLine(
  line: readonly string[],
  columns: readonly { readonly align?: "left" | "right" }[],
  widths: readonly number[],
): string {
  const parts = line.map((text, index) => {
    const width = widths[index] ?? 0;
    const cut = cutTo(text, width);
    const pad = " ".repeat(Math.max(0, width - lengthOf(cut)));
    return columns[index]?.align === "right" ? pad + cut : cut + pad;
  });
  return parts.join(gap).trimEnd();
}

/** Columns that a text takes, near enough: code points, not UTF-16 units. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function cutTo(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Names come from Azure and from people: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "·");
}

/** `label  value` lines under each other. */
export function formatFacts(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts.map(([label, value]) => `${label.padEnd(width)}${gap}${printable(value)}`).join("\n");
}
