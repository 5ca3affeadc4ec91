export * from "./azure-resource.ts";
export {
  type ConnectionTest,
  connectionTestSchema,
  type TestedSubscription,
  type VaultTest,
  vaultTestSchema,
} from "./connection-test.ts";
export {
  type AzureCloud,
  azureClouds,
  type ConnectionCloud,
  type CredentialKind,
  cloudEndpoints,
  cloudOf,
  connectionClouds,
  credentialKinds,
  graphUrlOf,
  type SettingSource,
  type SwitchState,
  settingSources,
  switchStates,
  type VaultCheck,
} from "./connections.ts";
export * from "./request-budget.ts";
export * from "./request-limit.ts";
export { type VaultKind, vaultKinds } from "./vault.ts";
export {
  isSameKeyVaultKey,
  type KeySlotKind,
  type KeyVaultKeyAddress,
  keySlotKinds,
  keyVaultKeySchema,
  parseKeyVaultKey,
} from "./vault-keys.ts";
