export {
  type Access,
  type AccessTarget,
  type AccessTeam,
  can,
  everyVm,
  type HeldRole,
  heldRole,
  isVisible,
  mustBeAllowed,
  reachKinds,
  type TeamReach,
  tagEntry,
  tagIndex,
  teamsOf,
  type VmPlace,
  type VmVisibility,
  visibleVmFilter,
} from "./access.ts";
export { agentPermissions, agentProcedures, agentUse } from "./agent.ts";
export {
  type GroupState,
  graphPermissions,
  groupStateOf,
  groupStates,
  groupsAtSignIn,
  groupsChangedEvent,
  isMassDisappearance,
} from "./directory.ts";
export {
  type AccessExplanation,
  accessReasons,
  type ExplainedRole,
  explainAccess,
  roleVerdicts,
} from "./explain.ts";
export {
  type CustomRoleChange,
  customRoleRefusal,
  type GrantedRole,
  type Grantor,
  type GrantRefusal,
  grantRefusals,
  type Holder,
  managesMembers,
  type RoleChange,
  roleChangeRefusal,
} from "./grants.ts";
export {
  customPermissions,
  organisationRoles,
  type Permission,
  permissions,
  type Role,
  rolePermissions,
  roles,
} from "./permission.ts";
export { isSamePerson, type PersonAccount } from "./person.ts";
export {
  idleUntil,
  limitAccess,
  type TokenKind,
  type TokenLimit,
  tokenCanHave,
  tokenKinds,
  tokenPermissions,
} from "./token.ts";
