/** The recovery-point report as JSON. */
import { type Db, newestAnchor, type PointReportScope, walkReportPoints } from "@kluis/db";
import type { Actor } from "@kluis/domain";
import { PointTotals } from "./points-totals.ts";
import { type VerifyLedgerOptions, verifyLedger } from "./verify-ledger.ts";

export interface PointsJsonOptions extends VerifyLedgerOptions {
  readonly generatedAt: Date;
  readonly generatedBy: Actor;
  /** The scope of the report, in English: `all virtual machines`, `team Commerce`. */
  readonly scopeName: string;
}

const rowsPerPiece = 100;

/**
 * Yields the report as one JSON document in pieces:
 * `{ format, version, generatedAt, generatedBy, dataAsOf, scope, period, rows: PointReportRow[], totals, ledger }`.
 * The totals follow the rows because they are counted over exactly these rows. `ledger` has the
 * verdict over the whole chain, verified after the last row was read, and the newest anchor.
 */
export async function* renderPointsJson(
  db: Db,
  scope: PointReportScope,
  options: PointsJsonOptions,
): AsyncGenerator<string> {
  const head = {
    format: "kluis-recovery-points",
    version: 1,
    generatedAt: options.generatedAt.toISOString(),
    generatedBy: options.generatedBy,
    dataAsOf: scope.asOf.toISOString(),
    scope: options.scopeName,
    period: { from: scope.from?.toISOString() ?? null, to: scope.to?.toISOString() ?? null },
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [`;
  const totals = new PointTotals();
  let batch: string[] = [];
  let first = true;
  const piece = (): string => {
    const text = `${first ? "" : ","}\n    ${batch.join(",\n    ")}`;
    first = false;
    batch = [];
    return text;
  };
  for await (const row of walkReportPoints(db, scope, options.signal)) {
    totals.add(row);
    batch.push(JSON.stringify(row));
    if (batch.length === rowsPerPiece) yield piece();
  }
  if (batch.length > 0) yield piece();
  const ledger = { ...(await verifyLedger(db, options)), newestAnchor: await readAnchor(db) };
  yield `\n  ],\n  "totals": ${JSON.stringify(totals.totals)},\n  "ledger": ${JSON.stringify(ledger)}\n}\n`;
}

async function readAnchor(db: Db): Promise<object | null> {
  const anchor = await newestAnchor(db.prisma);
  return anchor && { ...anchor, signedAt: anchor.signedAt.toISOString() };
}
