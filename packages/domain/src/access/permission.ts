/** The permissions of users. docs/security.md has the table of built-in roles; a test keeps both equal. */
export const permissions = [
  "inventory:read", // see VMs, jobs, recovery points, policies
  "backup:run", // back up now, cancel a job
  "protection:write", // protect a VM, change its policy, stop protection and keep data
  "policy:write", // create and edit policies
  "policy:scripts", // write scripts that run as root in guests
  "restore:files", // restore files, download disks
  "restore:disks", // restore to new disks or a new VM
  "restore:replace", // replace disks of a VM (second person)
  "point:delete", // delete recovery points (second person)
  "retention:shorten", // shorten retention that would remove points (second person)
  "point:pin", // pin points (legal hold)
  "point:unpin", // end the hold of a pinned point (second person)
  "report:read", // generate and download audit reports
  "audit:read", // read and verify the audit log
  "team:manage", // manage the members and custom roles of the own team
  "platform:manage", // vaults, connections, keys, guardrails, notification channels, teams and their scopes
  "approval:decide", // decide approvals (never your own)
  "self", // what every signed-in user may do: own tokens, sessions, identity
] as const;
export type Permission = (typeof permissions)[number];

/** Permissions over the whole installation. A role that is held in a team does not give them. */
export const platformPermissions: readonly Permission[] = ["platform:manage"];

/** The permissions that a custom role can have. Every role also has `self`, and `inventory:read`: without it nothing is visible. */
export const customPermissions: readonly Permission[] = permissions.filter(
  (permission) => permission !== "self" && !platformPermissions.includes(permission),
);

export const roles = ["owner", "backup-admin", "operator", "reader", "auditor"] as const;
export type Role = (typeof roles)[number];

const reading = ["inventory:read", "self"] as const;
const operating = [...reading, "backup:run", "restore:files", "restore:disks"] as const;
const administering = [
  ...operating,
  "protection:write",
  "policy:write",
  "restore:replace",
  "point:delete",
  "retention:shorten",
  "point:pin",
  "point:unpin",
  "report:read",
  "team:manage",
  "approval:decide",
] as const;

export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions,
  "backup-admin": administering,
  operator: operating,
  reader: reading,
  auditor: [...reading, "report:read", "audit:read"],
};

/** Roles that can be held for the whole organization; the others, also custom ones, are held in a team. */
export const organisationRoles: readonly Role[] = ["owner", "auditor"];
