/** The public API of the package. */
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
export {
  CONTOSO_TENANT_ID,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  FABRIKAM_ENGINE_CLIENT_ID,
  FABRIKAM_ENGINE_PRINCIPAL_ID,
  FABRIKAM_TENANT_ID,
  groups as demoGroups,
  OWNER_CLIENT_ID,
  OWNER_PRINCIPAL_ID,
  PORTAL_CLIENT_ID,
  users as demoPeople,
} from "./entra/directory.ts";
export { LocalAzureError } from "./errors.ts";
export type { DiskFacts, DiskSource, Fabric, NewVm } from "./fabric.ts";
export type { FaultInput, FaultRule } from "./faults/rule.ts";
export { CONTOSO_SUBSCRIPTION_ID, CONTOSO_SUBSCRIPTION_NAME } from "./fleet/constants.ts";
export { isOneInstant, type Workload, workloadNumbers } from "./guest/workload.ts";
export { assignRoleFile, parseRoleFile, type RoleFile } from "./role-file.ts";
export { type LocalAzure, type StartOptions, startLocalAzure } from "./start.ts";
export { lenientSettings, type Settings } from "./state/model.ts";
