export { renderPointsCsv } from "./points-csv.ts";
export { type PointsJsonOptions, renderPointsJson } from "./points-json.ts";
export { type PointReportRow, PointTotals, pointReportRows, summarisePointReport } from "./points-report.ts";
export {
  type KnownHead,
  type LedgerVerdict,
  parseAnchorCopy,
  type VerifyLedgerOptions,
  verifyLedger,
  verifyRecords,
} from "./verify-ledger.ts";
