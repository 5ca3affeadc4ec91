export type { BlockSource, Extent } from "./extent.ts";
export * from "./missing-ranges.ts";
export {
  type DeltaMethod,
  deltaMethods,
  type HeldPointState,
  heldPointStates,
  isHeldPointState,
  type PointSort,
  type PointState,
  pointSorts,
  pointStates,
  storedPointStates,
  type VerifyMode,
  verifyModes,
} from "./point.ts";
export { type ReportFormat, reportFormats } from "./report.ts";
export * from "./soft-delete.ts";
export * from "./verify-found.ts";
export * from "./verify-plan.ts";
export * from "./verify-rule.ts";
export * from "./vhd.ts";
