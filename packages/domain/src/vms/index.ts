export {
  type AgentState,
  agentStates,
  type DiskKey,
  type DiskStorage,
  diskKeyOf,
  diskKeySchema,
  diskStorages,
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
  restoreChoicesSchema,
  restoredDiskSchema,
  restoreZones,
} from "./vm-restored-disk.ts";
export { parseSizeName, promisesOneInstant, type SizeName } from "./vm-size.ts";
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
  diskRefusalCodes,
  judgeSuitability,
  refusalOfVm,
  refusedDisks,
  type SuitabilityCode,
  type SuitabilityDisk,
  type SuitabilityFinding,
  type SuitabilityInput,
  type SuitabilitySeverity,
  type SuitabilitySign,
  suitabilityCodes,
  suitabilityFindingSchema,
  suitabilityInput,
  suitabilitySeverities,
  suitabilitySign,
  suitabilitySigns,
  type VmRefusalCode,
  vmRefusalCodes,
} from "./vm-suitability.ts";
export {
  diskRefusalNotices,
  type SuitabilityText,
  suitabilitySeverityTexts,
  suitabilitySignTexts,
  suitabilityTexts,
} from "./vm-suitability-texts.ts";
export { scaleSetModes, unknownTraits, type VmTraits, vmTraitsSchema } from "./vm-traits.ts";
