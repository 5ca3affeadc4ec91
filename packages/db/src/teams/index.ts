export {
  type AssignedGroup,
  countAssignedGroups,
  listAssignedGroups,
  storeGroup,
} from "./directory-groups.ts";
export { type GrantorRow, listGrantors } from "./grantors.ts";
export {
  type Assignment,
  countMembers,
  countOwners,
  findAssignment,
  groupNames,
  listOrganisationMembers,
  nameGroup,
  permissionsOf,
} from "./members.ts";
export { countOutsideReach, previewReach } from "./reach.ts";
export { findTeam, listTeamMembers, listTeams, readAccess, readWholeAccess, type TeamRow } from "./read.ts";
export { heldRoleView, type MemberRow, memberView, scopeView, type TeamView, teamView } from "./view.ts";
export { teamsOfVm, teamsOfVms } from "./work.ts";
export {
  addScope,
  assignRole,
  deleteTeam,
  ensureTeam,
  listTeamPolicies,
  lockAccess,
  lowerCase,
  movePolicies,
  removeScope,
  renameTeam,
  unassignRole,
} from "./write.ts";
