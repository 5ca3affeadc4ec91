export { type DiskKey, diskKeySchema } from "./disk-key.ts";
export {
  type AgentState,
  agentStates,
  type DiskStorage,
  diskKeyOf,
  type VmDisk,
  type VmFacts,
  vmDiskSchema,
  vmFactsSchema,
} from "./vm.ts";
export { type DiskFacts, diskFactsSchema, readDiskFacts } from "./vm-disk-facts.ts";
export { isSameVm, type VmIdentity } from "./vm-move.ts";
export { type OsType, osTypes } from "./vm-os.ts";
export { vmRefusal } from "./vm-refusal.ts";
export {
  type DiskAccess,
  planRestoredDisk,
  type RecordedDisk,
  type RestorableSku,
  type RestoreChoices,
  type RestoredDisk,
  type RestoredDiskPlan,
  restorableSkus,
  restoreAccesses,
  restoredDiskSchema,
  restoreZones,
} from "./vm-restored-disk.ts";
export { type SizeName } from "./vm-size.ts";
export {
  type PowerState,
  powerStates,
  type SortDirection,
  sortDirections,
  type VmSort,
  type VmStatus,
  vmSorts,
  vmStatuses,
} from "./vm-status.ts";
export {
  type DiskRefusalCode,
  judgeSuitability,
  refusalOfVm,
  refusedDisks,
  type SuitabilityCode,
  type SuitabilityDisk,
  type SuitabilityFinding,
  type SuitabilityInput,
  type SuitabilitySeverity,
  type SuitabilitySign,
  suitabilityFindingSchema,
  suitabilityInput,
  suitabilitySign,
  suitabilitySigns,
  type VmRefusalCode,
} from "./vm-suitability.ts";
export {
  diskRefusalNotices,
  type SuitabilityText,
  suitabilitySeverityTexts,
  suitabilitySignTexts,
  suitabilityTexts,
} from "./vm-suitability-texts.ts";
export { unknownTraits, type VmTraits, vmTraitsSchema } from "./vm-traits.ts";
