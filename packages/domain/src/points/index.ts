export type { BlockSource, Extent } from "./extent.ts";
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
  type VerifyMode,
  verifyModes,
} from "./point.ts";
export * from "./soft-delete.ts";
export { type ReportFormat, reportFormats } from "./report.ts";
export * from "./vhd.ts";
