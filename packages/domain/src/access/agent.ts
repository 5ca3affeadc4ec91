/**
 * What a token of kind *agent* may do, whatever its owner may: it reads, and it requests what a person then approves. A program that
 * was talked into something harmful can then do none of it. Both tables are closed: a new permission does not compile without its
 * line, and a procedure without its line is refused to agents, and fails a test.
 */
import type { Permission } from "./permission.ts";

/** `uses`: an agent does what it allows. `requests`: a person approves each use. `never`: a token of an agent cannot have it. */
export const agentPermissions: Readonly<Record<Permission, "uses" | "requests" | "never">> = {
  "inventory:read": "uses",
  "backup:run": "uses",
  "protection:write": "requests",
  "policy:write": "requests",
  // Scripts run as root in guests: an approval would not be enough.
  "policy:scripts": "never",
  // The content of disks.
  "restore:files": "never",
  "restore:disks": "never",
  "restore:replace": "never",
  "point:delete": "requests",
  "retention:shorten": "requests",
  "point:pin": "never",
  "point:unpin": "requests",
  "report:read": "uses",
  "audit:read": "uses",
  "team:manage": "never",
  "platform:manage": "never",
  "approval:decide": "never",
  self: "never",
};

/**
 * `reads`: changes nothing; some are noted in the ledger. `adds`: starts work that takes nothing away. `requests`: stores a request
 * for a second person, also where a person's call would be done at once. `never`: refused.
 */
export const agentUses = ["reads", "adds", "requests", "never"] as const;
export type AgentUse = (typeof agentUses)[number];

const groups = {
  reads: [
    "me.get",
    "access.explain",
    "settings.health",
    "overview.get",
    "teams.list",
    "teams.get",
    "roles.list",
    "vms.list",
    "vms.facets",
    "vms.get",
    "jobs.list",
    "jobs.get",
    "jobs.watch",
    "jobs.watchAll",
    "points.list",
    "points.get",
    "points.damage",
    "policies.list",
    "policies.get",
    "policies.offers",
    "policies.preview",
    "guardrails.get",
    "guardrails.violations",
    "approvals.list",
    "approvals.get",
    "approvals.summary",
    "protection.preview",
    "reports.points",
    "audit.list",
    "audit.verify",
  ],
  // A request that the agent made can also be taken back by it.
  adds: ["vms.refresh", "backup.start", "points.verify", "approvals.withdraw"],
  requests: ["protection.set", "protection.stop", "policies.update", "points.delete", "points.unpin"],
  never: [
    "me.setLocale",
    "me.sessions",
    "me.endSession",
    "me.signOutEverywhere",
    "claim.get",
    "claim.use",
    "settings.resealSecrets",
    "tokens.list",
    "tokens.options",
    "tokens.create",
    "tokens.revoke",
    "approvals.approve",
    "approvals.reject",
    "jobs.cancel",
    "protection.allowLists",
    "points.undelete",
    "points.pin",
    "points.extents",
    "policies.create",
    "policies.rename",
    "policies.retire",
    "policies.reinstate",
    "restores.plan",
    "restores.create",
    "teams.organization",
    "teams.create",
    "teams.rename",
    "teams.remove",
    "teams.previewScopes",
    "teams.addScope",
    "teams.removeScope",
    "teams.addMember",
    "teams.removeMember",
    "roles.create",
    "roles.update",
    "roles.remove",
    "people.list",
    "people.get",
    "people.endSession",
    "people.signOut",
    "people.revokeToken",
    "people.disable",
    "people.enable",
    "people.link",
    "people.unlink",
    "connections.list",
    "connections.get",
    "connections.add",
    "connections.update",
    "connections.rotate",
    "connections.test",
    "connections.enable",
    "connections.disable",
    "connections.remove",
    "guardrails.preview",
    "guardrails.update",
    "guardrails.history",
    "vaults.list",
    "vaults.get",
    "vaults.space",
    "vaults.figures",
    "vaults.damage",
    "vaults.add",
    "vaults.update",
    "vaults.setCopy",
    "vaults.configure",
    "vaults.rotate",
    "vaults.test",
    "vaults.enable",
    "vaults.disable",
    "vaults.adopt",
    "vaults.makeDefault",
    "vaults.remove",
    "vaultKeys.list",
    "vaultKeys.addRecovery",
    "vaultKeys.addShares",
    "vaultKeys.addFile",
    "vaultKeys.addKeyVault",
    "vaultKeys.prove",
    "vaultKeys.remove",
    "vaultKeys.rotate",
  ],
} as const satisfies Readonly<Record<AgentUse, readonly string[]>>;

/** What an agent may do with each procedure of the API, by its path. */
export const agentProcedures: ReadonlyMap<string, AgentUse> = new Map(
  agentUses.flatMap((use) => groups[use].map((path) => [path, use] as const)),
);

/** What an agent may do with a procedure; `never` with one that has no line. */
export function agentUse(path: string): AgentUse {
  return agentProcedures.get(path) ?? "never";
}
