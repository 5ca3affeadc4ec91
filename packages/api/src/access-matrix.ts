import type { Permission } from "@kluis/domain";

/**
 * Who gets what from every procedure. A test walks the router, calls each procedure as each of these users, and compares. Without
 * a session every procedure is `NOT_SIGNED_IN`.
 *
 * - `reader`: has the role reader in the team that owns the VM, point or job of the input.
 * - `otherTeam`: administers backups in another team, with the same input. `ok` is an answer without any data of the owning team.
 */
export interface AccessRow {
  readonly permission: Permission;
  readonly reader: "ok" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT";
  readonly otherTeam: "ok" | "FORBIDDEN" | "NOT_FOUND" | "VM_NOT_FOUND" | "POINT_NOT_FOUND" | "CONFLICT";
}

export const accessMatrix: Readonly<Record<string, AccessRow>> = {
  "me.get": { permission: "self", reader: "ok", otherTeam: "ok" },
  "me.setLocale": { permission: "self", reader: "ok", otherTeam: "ok" },
  "me.sessions": { permission: "self", reader: "ok", otherTeam: "ok" },
  // The session of another user.
  "me.endSession": { permission: "self", reader: "NOT_FOUND", otherTeam: "NOT_FOUND" },
  "me.signOutEverywhere": { permission: "self", reader: "ok", otherTeam: "ok" },
  // About oneself on a VM of the owning team.
  "access.explain": { permission: "self", reader: "ok", otherTeam: "VM_NOT_FOUND" },
  "settings.health": { permission: "self", reader: "ok", otherTeam: "ok" },
  "settings.resealSecrets": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "tokens.list": { permission: "self", reader: "ok", otherTeam: "ok" },
  "tokens.create": { permission: "self", reader: "ok", otherTeam: "ok" },
  "tokens.options": { permission: "self", reader: "ok", otherTeam: "ok" },
  // The token of another user.
  "tokens.revoke": { permission: "self", reader: "NOT_FOUND", otherTeam: "NOT_FOUND" },

  "claim.get": { permission: "self", reader: "ok", otherTeam: "ok" },
  // There is an owner.
  "claim.use": { permission: "self", reader: "CONFLICT", otherTeam: "CONFLICT" },

  "overview.get": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "teams.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "teams.get": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "roles.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "vms.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "vms.facets": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "vms.refresh": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "vms.get": { permission: "inventory:read", reader: "ok", otherTeam: "VM_NOT_FOUND" },
  "jobs.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "jobs.get": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "jobs.watch": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "jobs.watchAll": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "points.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "points.get": { permission: "inventory:read", reader: "ok", otherTeam: "POINT_NOT_FOUND" },
  "points.damage": { permission: "inventory:read", reader: "ok", otherTeam: "POINT_NOT_FOUND" },
  "policies.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "policies.get": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  // Everyone is bound by guardrails and reads them; violations only of objects that the user sees.
  "guardrails.get": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "guardrails.violations": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  // A rule and an exclusion of team Platform.
  "rules.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "rules.get": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "rules.preview": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "rules.ofVm": { permission: "inventory:read", reader: "ok", otherTeam: "VM_NOT_FOUND" },
  "exclusions.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "policies.offers": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "policies.preview": { permission: "inventory:read", reader: "ok", otherTeam: "VM_NOT_FOUND" },

  // About a point of team Platform.
  "approvals.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "approvals.get": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "approvals.summary": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  // For a change of the platform owner.
  "approvals.request": { permission: "inventory:read", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "approvals.approve": { permission: "approval:decide", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "approvals.reject": { permission: "approval:decide", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  // A request of another person.
  "approvals.withdraw": { permission: "inventory:read", reader: "NOT_FOUND", otherTeam: "NOT_FOUND" },

  // An action on a VM of team Platform: the permissions depend on it.
  "bulk.start": { permission: "inventory:read", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "bulk.preview": { permission: "inventory:read", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "bulk.list": { permission: "inventory:read", reader: "ok", otherTeam: "ok" },
  "bulk.get": { permission: "inventory:read", reader: "ok", otherTeam: "NOT_FOUND" },
  "bulk.cancel": { permission: "inventory:read", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },

  "backup.start": { permission: "backup:run", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "jobs.cancel": { permission: "backup:run", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "points.verify": { permission: "backup:run", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },

  "protection.set": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "protection.preview": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "protection.allowLists": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "protection.stop": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "points.delete": { permission: "point:delete", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },
  "points.undelete": { permission: "point:delete", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },
  "points.pin": { permission: "point:pin", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },
  "points.unpin": { permission: "point:unpin", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },

  "rules.create": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "rules.update": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "rules.delete": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "exclusions.add": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "VM_NOT_FOUND" },
  "exclusions.end": { permission: "protection:write", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },

  // All users read a policy of the organization; only its owners change it.
  "policies.create": { permission: "policy:write", reader: "FORBIDDEN", otherTeam: "ok" },
  "policies.update": { permission: "policy:write", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "policies.rename": { permission: "policy:write", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "policies.retire": { permission: "policy:write", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "policies.reinstate": { permission: "policy:write", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },

  "points.extents": { permission: "restore:files", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },
  "restores.plan": { permission: "restore:disks", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },
  "restores.create": { permission: "restore:disks", reader: "FORBIDDEN", otherTeam: "POINT_NOT_FOUND" },

  "reports.points": { permission: "report:read", reader: "FORBIDDEN", otherTeam: "ok" },
  "audit.list": { permission: "audit:read", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "audit.verify": { permission: "audit:read", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },

  // Teams and their scopes belong to the platform owner; a team's administrator changes the members and roles of the own team.
  "teams.organization": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.create": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.rename": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.remove": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.previewScopes": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.addScope": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.removeScope": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "teams.addMember": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "teams.removeMember": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "roles.create": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "roles.update": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "people.list": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "ok" },
  "people.get": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "people.endSession": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "people.signOut": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "people.revokeToken": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },
  "people.disable": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "people.enable": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "people.link": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "people.unlink": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  // The names of groups of the directory, for users who give roles.
  "directory.groups": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "ok" },
  "directory.get": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "directory.sync": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "roles.remove": { permission: "team:manage", reader: "FORBIDDEN", otherTeam: "NOT_FOUND" },

  "connections.list": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.get": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.add": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.update": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.rotate": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.test": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.enable": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.disable": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "connections.remove": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "guardrails.preview": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "guardrails.update": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "guardrails.history": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.list": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.get": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.space": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.figures": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.damage": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.add": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.update": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.setCopy": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.configure": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.rotate": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.test": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.enable": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.disable": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.adopt": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.makeDefault": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaults.remove": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.list": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.addRecovery": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.addShares": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.addFile": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.addKeyVault": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.prove": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.remove": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
  "vaultKeys.rotate": { permission: "platform:manage", reader: "FORBIDDEN", otherTeam: "FORBIDDEN" },
};
