/** The table of the matrix in docs/resilience.md. */
import { operations } from "./operations.ts";
import { refusals } from "./refusals.ts";
import type { Pair, Verdict } from "./runner.ts";

export const tableFile = "docs/resilience.md";
const begin = "<!-- matrix: written by npm run chaos -- --matrix -->";
const end = "<!-- end of matrix -->";
const NOT_RUN = "–";

/**
 * Whether the matrix can wait for a pair. A call to a disk or the vault that never answers lasts as long as the limits of a read and
 * of a task, in real time.
 */
export function isCovered({ operation, refusal }: Pair): boolean {
  return operation.surface === "arm" || refusal !== "hang";
}

/** What a reader needs of a verdict: what the job did during the week, and how it ended. */
function cellOf({ during, end: state, code, problems }: Verdict): string {
  if (problems.length > 0) return `**no:** ${problems.join(" ")}`;
  const ended = state === "failed" ? "fails" : state;
  const waited = during === "running" || during === "parked" || during === "queued";
  return `${waited ? "waits, " : ""}${ended}${code === null ? "" : ` \`${code}\``}`;
}

/** The document with these verdicts in its table; other cells stay as they are. */
export function withVerdicts(document: string, verdicts: readonly Verdict[]): string {
  const known = cellsOf(document);
  for (const verdict of verdicts) known.set(keyOf(verdict), cellOf(verdict).replaceAll("|", "/"));
  const lines = [
    `| operation | ${refusals.join(" | ")} |`,
    `|---|${"---|".repeat(refusals.length)}`,
    ...operations.map((operation) => {
      const cells = refusals.map((refusal) => known.get(keyOf({ operation, refusal })) ?? NOT_RUN);
      return `| \`${operation.name}\` | ${cells.join(" | ")} |`;
    }),
  ];
  const [before = "", rest = ""] = document.split(begin);
  const after = rest.split(end)[1] ?? "";
  return `${before}${begin}\n${lines.join("\n")}\n${end}${after}`;
}

function keyOf({ operation, refusal }: Pair): string {
  return `${operation.name} ${refusal}`;
}

/** The cells of the table that the document has. */
export function cellsOf(document: string): Map<string, string> {
  const table = (document.split(begin)[1] ?? "").split(end)[0] ?? "";
  const rows = table
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const [heads = [], , ...body] = rows;
  const cells = new Map<string, string>();
  for (const [, name = "", ...rest] of body) {
    for (const [at, cell] of rest.slice(0, -1).entries())
      cells.set(`${name.replaceAll("`", "")} ${heads[at + 2] ?? ""}`, cell);
  }
  return cells;
}
