export {
  type Access,
  type AccessTarget,
  type AccessTeam,
  can,
  everyVm,
  type HeldRole,
  isVisible,
  mustBeAllowed,
  reachKinds,
  type TeamReach,
  tagEntry,
  tagIndex,
  type VmPlace,
  type VmVisibility,
  visibleVmFilter,
} from "./access.ts";
export {
  type Permission,
  permissions,
  type Role,
  roles,
} from "./permission.ts";
