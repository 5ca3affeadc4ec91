/** The table of the matrix in docs/resilience.md. */
import { isOperationName, operations, unreached } from "./operations.ts";
import { refusals } from "./refusals.ts";
import type { Verdict } from "./verdict.ts";

export const tableFile = "docs/resilience.md";
const begin = "<!-- matrix: written by npm run chaos -- --matrix -->";
const end = "<!-- end of matrix -->";
const NOT_RUN = "–";

type Told = Pick<Verdict, "operation" | "refusal" | "during" | "end" | "code" | "problems">;

/** What a reader needs of a verdict: what the job did during the week, and how it ended. */
function cellOf({ during, end: state, code, problems }: Told): string {
  if (problems.length > 0) return `**no:** ${problems.join(" ")}`.replaceAll("|", "/");
  const shown = code === null ? "" : ` \`${code}\``;
  const ended = state === "failed" ? "fails" : state;
  if (during === "failed" && state === "succeeded") return `fails, then succeeds${shown}`;
  const waited = during === "running" || during === "parked" || during === "queued";
  return `${waited ? "waits, " : ""}${ended}${shown}`;
}

/** The document with these verdicts as its table. */
export function withVerdicts(document: string, verdicts: readonly Told[]): string {
  const known = new Map(verdicts.map((verdict) => [keyOf(verdict), cellOf(verdict)]));
  const lines = [
    `| operation | ${refusals.join(" | ")} |`,
    `|---|${"---|".repeat(refusals.length)}`,
    ...operations.map(({ name }) => {
      const cells = refusals.map((refusal) => known.get(keyOf({ operation: name, refusal })) ?? NOT_RUN);
      return `| \`${name}\` | ${cells.join(" | ")} |`;
    }),
    "",
    ...[...unreached].map(([name, why]) => `- \`${name}\`: ${why}`),
  ];
  const [before = "", rest = ""] = document.split(begin);
  const after = rest.split(end)[1] ?? "";
  return `${before}${begin}\n${lines.join("\n").trim()}\n${end}${after}`;
}

function keyOf({ operation, refusal }: Pick<Told, "operation" | "refusal">): string {
  return `${operation} ${refusal}`;
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
  for (const [, quoted = "", ...rest] of body) {
    const name = quoted.replaceAll("`", "");
    if (!isOperationName(name)) throw new Error(`The table has an unknown operation ${name}.`);
    for (const [at, cell] of rest.slice(0, -1).entries()) cells.set(`${name} ${heads[at + 2] ?? ""}`, cell);
  }
  return cells;
}
