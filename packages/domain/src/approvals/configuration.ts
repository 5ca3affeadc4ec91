/** Changes of configuration that need a second person where a guardrail enforces it: each is the procedure of its name. */

/** One transaction makes the change, at the moment of its approval. */
export const directChangeKinds = [
  "vaults.update",
  "vaults.configure",
  "vaults.setCopy",
  "vaults.adopt",
  "vaults.enable",
  "vaults.disable",
  "vaults.makeDefault",
  "vaults.remove",
  "connections.update",
  "connections.enable",
  "connections.disable",
  "connections.remove",
  "guardrails.update",
  "roles.create",
  "roles.update",
  "roles.remove",
  "teams.create",
  "teams.rename",
  "teams.remove",
  "teams.addScope",
  "teams.removeScope",
  "teams.addMember",
  "teams.removeMember",
  "people.enable",
  "people.link",
  "people.unlink",
] as const;
export type DirectChangeKind = (typeof directChangeKinds)[number];

/**
 * The change has a secret, which no request stores, or an engine makes it at the storage. Its approval permits the requester to make it
 * once.
 */
export const permittedChangeKinds = [
  "vaults.add",
  "vaults.rotate",
  "connections.add",
  "connections.rotate",
  "vaultKeys.addRecovery",
  "vaultKeys.addShares",
  "vaultKeys.addFile",
  "vaultKeys.addKeyVault",
  "vaultKeys.remove",
  "vaultKeys.rotate",
] as const;
export type PermittedChangeKind = (typeof permittedChangeKinds)[number];

export const changeKinds = [...directChangeKinds, ...permittedChangeKinds] as const;
export type ChangeKind = DirectChangeKind | PermittedChangeKind;

export function isChangeKind(kind: string): kind is ChangeKind {
  return changeKinds.some((one) => one === kind);
}

export function isPermittedChangeKind(kind: string): kind is PermittedChangeKind {
  return permittedChangeKinds.some((one) => one === kind);
}

/** What each change is called in English. */
export const changeKindTexts: Readonly<Record<ChangeKind, string>> = {
  "vaults.add": "Add a vault",
  "vaults.update": "Rename a vault",
  "vaults.configure": "Change the settings of a vault",
  "vaults.setCopy": "Change the second copies of a vault",
  "vaults.rotate": "Replace the credential of a vault",
  "vaults.adopt": "Take over the storage of a vault",
  "vaults.enable": "Enable a vault",
  "vaults.disable": "Disable a vault",
  "vaults.makeDefault": "Make a vault the default",
  "vaults.remove": "Remove a vault",
  "vaultKeys.addRecovery": "Make a recovery key",
  "vaultKeys.addShares": "Make a recovery key in shares",
  "vaultKeys.addFile": "Add a key file",
  "vaultKeys.addKeyVault": "Add a key in Key Vault",
  "vaultKeys.remove": "Remove a key of a vault",
  "vaultKeys.rotate": "Rotate the keys of a vault",
  "connections.add": "Add a connection",
  "connections.update": "Change a connection",
  "connections.rotate": "Replace the credential of a connection",
  "connections.enable": "Enable a connection",
  "connections.disable": "Disable a connection",
  "connections.remove": "Remove a connection",
  "guardrails.update": "Change the guardrails",
  "roles.create": "Create a role",
  "roles.update": "Change a role",
  "roles.remove": "Remove a role",
  "teams.create": "Create a team",
  "teams.rename": "Rename a team",
  "teams.remove": "Remove a team",
  "teams.addScope": "Extend the reach of a team",
  "teams.removeScope": "Reduce the reach of a team",
  "teams.addMember": "Give a role",
  "teams.removeMember": "Take a role away",
  "people.enable": "Let a user sign in again",
  "people.link": "Link two accounts",
  "people.unlink": "Unlink an account",
};
