export { type DatabaseRoles, ensureLoginRole, grantRights, roleOfUrl } from "./grants.ts";
