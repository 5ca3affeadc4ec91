/** Tables: whole values in a pipe, and on a terminal never wider than it. Scripts use `--json`. */
import { cutTo, type Look, printable, type Tone, widthOf, wrapHard } from "./look.ts";

const gap = "  ";

export interface Column<Row> {
  readonly title: string;
  value(row: Row): string;
  readonly align?: "left" | "right";
  /** On a terminal that is too narrow for the table, columns are left out in this order, 1 first. */
  readonly leaveOut?: number;
  /** May be cut to this width. Without it the column is never cut. */
  readonly shrinkTo?: number;
  /** Prose: wraps in its column down to this width, and below the row where less is left. At most one per table. */
  readonly wrapTo?: number;
  tone?(row: Row): Tone | null;
}

interface Cell {
  readonly text: string;
  readonly tone: Tone | null;
}

interface Placed<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

interface Layout<Row> {
  readonly placed: readonly Placed<Row>[];
  /** The prose column, when it is below each row. */
  readonly below: Column<Row> | null;
}

/** The table's lines, joined; `empty` when there are no rows. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { empty, look }: { readonly empty: string; readonly look: Look },
): string {
  if (rows.length === 0) return empty;
  const { placed, below } = layOut(columns, rows, look.width);
  const header = placed.map(({ column }): Cell => ({ text: column.title, tone: "strong" }));
  const lines = [formatRow(header, placed, look)];
  for (const row of rows) {
    const cells = placed.map(({ column }) => cellOf(column, row));
    lines.push(formatRow(cells, placed, look));
    if (below !== null) lines.push(...formatBelow(cellOf(below, row), look));
  }
  return lines.join("\n");
}

function cellOf<Row>(column: Column<Row>, row: Row): Cell {
  return { text: printable(column.value(row)), tone: column.tone?.(row) ?? null };
}

/** Leaves out columns, then gives the prose what is left, then shrinks, until the table fits or nothing more gives way. */
function layOut<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): Layout<Row> {
  const natural = new Map(
    columns.map((column) => [
      column,
      Math.max(widthOf(column.title), ...rows.map((row) => widthOf(cellOf(column, row).text))),
    ]),
  );
  const naturalOf = (column: Column<Row>): number => natural.get(column) ?? 0;
  const needed = (column: Column<Row>): number =>
    Math.min(naturalOf(column), column.wrapTo ?? Number.POSITIVE_INFINITY);
  const kept = leaveOut(columns, needed, width);
  const prose = kept.find((column) => column.wrapTo !== undefined) ?? null;
  const others = kept.filter((column) => column !== prose);
  const left = width - total(others.map(naturalOf)) - gap.length;
  if (prose !== null && left < needed(prose)) {
    return { placed: shrink(others, naturalOf, width), below: prose };
  }
  const widths = (column: Column<Row>): number =>
    column === prose ? Math.min(naturalOf(column), left) : naturalOf(column);
  return { placed: shrink(kept, widths, width), below: null };
}

function leaveOut<Row>(
  columns: readonly Column<Row>[],
  needed: (column: Column<Row>) => number,
  width: number,
): readonly Column<Row>[] {
  let kept = columns;
  const candidates = columns
    .filter((column) => column.leaveOut !== undefined)
    .toSorted((a, b) => (a.leaveOut ?? 0) - (b.leaveOut ?? 0));
  for (const candidate of candidates) {
    if (total(kept.map(needed)) <= width) break;
    kept = kept.filter((column) => column !== candidate);
  }
  return kept;
}

/** Takes from the widest column that may shrink, one column of text at a time. */
function shrink<Row>(
  columns: readonly Column<Row>[],
  wanted: (column: Column<Row>) => number,
  width: number,
): readonly Placed<Row>[] {
  const widths = columns.map(wanted);
  for (let over = total(widths) - width; over > 0; over--) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const current = widths[index] ?? 0;
      if (column.shrinkTo !== undefined && current > column.shrinkTo && current > (widths[widest] ?? 0))
        widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return columns.map((column, index) => ({ column, width: widths[index] ?? 0 }));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, widths.length - 1);
}

function formatRow<Row>(cells: readonly Cell[], placed: readonly Placed<Row>[], look: Look): string {
  const blocks = placed.map(({ column, width }, index) => {
    const text = cells[index]?.text ?? "";
    return column.wrapTo === undefined ? [cutTo(text, width)] : wrapHard(text, width);
  });
  const height = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, line) =>
    placed
      .map(({ column, width }, index) => {
        const text = blocks[index]?.[line] ?? "";
        const pad = " ".repeat(Math.max(0, width - widthOf(text)));
        const tone = cells[index]?.tone ?? null;
        const painted = tone === null ? text : look.paint(tone, text);
        return column.align === "right" ? pad + painted : painted + pad;
      })
      .join(gap)
      .trimEnd(),
  ).join("\n");
}

function formatBelow({ text, tone }: Cell, look: Look): readonly string[] {
  if (text === "") return [];
  return wrapHard(text, look.width - gap.length).map((line) => gap + look.paint(tone ?? "dim", line));
}
