export { type Clock, OffsetClock, systemClock } from "./clock.ts";
export { LocalAzureControl } from "./control/client.ts";
export type {
  ExportResult,
  GuestPatch,
  GuestView,
  ImportVmInput,
  LocalAzureList,
  SnapshotList,
  VmListItem,
  WriteResult,
} from "./control/model.ts";
export { LocalAzureError } from "./errors.ts";
export type { FaultInput, FaultRule } from "./faults/model.ts";
export { type LocalAzure, type StartOptions, startLocalAzure } from "./start.ts";
