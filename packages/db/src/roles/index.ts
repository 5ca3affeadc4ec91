export {
  countRoles,
  createRole,
  deleteRole,
  findRoles,
  isRoleNameTaken,
  listRoleHolders,
  listRoles,
  listRoleTeams,
  type RoleRow,
  updateRole,
} from "./roles.ts";
