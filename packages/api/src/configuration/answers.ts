/** What every procedure that changes something needs a second person for. A new one does not compile without an answer (root.ts). */
import { isChangeKind } from "@kluis/domain";

/**
 * `configuration`: where a guardrail enforces it. `taking`: always, or when it takes recovery points, through its own door
 * (approvals/ask.ts). `none`: never, because of what the text says.
 */
export type SecondPersonAnswer = "configuration" | "taking" | { readonly none: string };

const own = { none: "Only about the user, and within what they may do." } as const;
const work = { none: "Daily work: it takes nothing that exists, and settings stay." } as const;
const lessAccess = { none: "It takes access away, which cannot wait in an incident." } as const;
const adds = { none: "It makes something stay longer, or brings it back." } as const;
const reads = { none: "It checks something, and changes no setting." } as const;
const policy = {
  none: "A policy is a team's own work. What takes points by it has the kind policies.update or protection.set.",
} as const;
const first = { none: "It makes the first owner, when there is no second person yet." } as const;
const protects = { none: "A team's own work: it decides what gets protected, and takes no point." } as const;
const decision = { none: "It is the second person's decision, or ends a request." } as const;

export const secondPersonAnswers = {
  "me.setLocale": own,
  "me.endSession": own,
  "me.signOutEverywhere": own,
  "tokens.create": own,
  "tokens.revoke": lessAccess,
  "claim.use": first,
  "vms.refresh": reads,
  "protection.set": "taking",
  // Each VM that would lose points gets its own request.
  "bulk.start": "taking",
  "protection.stop": "taking",
  "protection.allowLists": work,
  "approvals.request": decision,
  "approvals.approve": decision,
  "approvals.reject": decision,
  "approvals.withdraw": decision,
  "backup.start": work,
  "bulk.cancel": work,
  "jobs.cancel": work,
  "points.verify": reads,
  "points.delete": "taking",
  "points.unpin": "taking",
  "points.undelete": adds,
  "points.pin": adds,
  "policies.create": policy,
  "policies.update": "taking",
  "policies.rename": policy,
  "policies.retire": policy,
  "policies.reinstate": policy,
  "rules.create": protects,
  "rules.update": protects,
  "rules.delete": protects,
  "exclusions.add": protects,
  "exclusions.end": protects,
  "guardrails.update": "configuration",
  "restores.create": work,
  "audit.verify": reads,
  "teams.create": "configuration",
  "teams.rename": "configuration",
  "teams.remove": "configuration",
  "teams.addScope": "configuration",
  "teams.removeScope": "configuration",
  "teams.addMember": "configuration",
  "teams.removeMember": "configuration",
  "roles.create": "configuration",
  "roles.update": "configuration",
  "roles.remove": "configuration",
  "directory.sync": reads,
  "people.disable": lessAccess,
  "people.enable": "configuration",
  "people.link": "configuration",
  "people.unlink": "configuration",
  "people.endSession": lessAccess,
  "people.signOut": lessAccess,
  "people.revokeToken": lessAccess,
  "settings.resealSecrets": {
    none: "It seals stored secrets with the present key, and changes none of them.",
  },
  "connections.add": "configuration",
  "connections.update": "configuration",
  "connections.rotate": "configuration",
  "connections.test": reads,
  "connections.enable": "configuration",
  "connections.disable": "configuration",
  "connections.remove": "configuration",
  "vaults.add": "configuration",
  "vaults.update": "configuration",
  "vaults.configure": "configuration",
  "vaults.setCopy": "configuration",
  "vaults.rotate": "configuration",
  "vaults.test": reads,
  "vaults.adopt": "configuration",
  "vaults.enable": "configuration",
  "vaults.disable": "configuration",
  "vaults.makeDefault": "configuration",
  "vaults.remove": "configuration",
  "vaultKeys.addRecovery": "configuration",
  "vaultKeys.addShares": "configuration",
  "vaultKeys.addFile": "configuration",
  "vaultKeys.addKeyVault": "configuration",
  "vaultKeys.prove": { none: "A person shows that they hold a key. Which keys open the vault stays." },
  "vaultKeys.remove": "configuration",
  "vaultKeys.rotate": "configuration",
} as const satisfies Readonly<Record<string, SecondPersonAnswer>>;

/** Whether a procedure is a change of configuration. One without an answer is, so that nothing passes unseen. */
export function isConfiguration(path: string): boolean {
  const answers: ReadonlyMap<string, SecondPersonAnswer> = new Map(Object.entries(secondPersonAnswers));
  const answer = answers.get(path);
  return answer === undefined || answer === "configuration" || isChangeKind(path);
}
