/** Entry of the package: the recovery-point report and the verification of the ledger. */
export { renderPointsCsv } from "./points-csv.ts";
export { type PointsJsonOptions, renderPointsJson } from "./points-json.ts";
export {
  type KnownHead,
  type LedgerVerdict,
  parseAnchorCopy,
  type VerifyLedgerOptions,
  verifyLedger,
  verifyRecords,
} from "./verify-ledger.ts";
