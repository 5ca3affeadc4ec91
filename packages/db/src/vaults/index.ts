export * from "./copies.ts";
export { readVaultHeld } from "./held.ts";
export {
  findVault,
  listVaults,
  readSealedVaultSecrets,
  requireDefaultVault,
  requireVault,
  type VaultRow,
} from "./read.ts";
export {
  foldVaultTotals,
  readVaultTotals,
  type VaultTotalKind,
  vaultTotalView,
} from "./totals.ts";
export {
  changeVault,
  createVaultRow,
  type EnvironmentVault,
  followEnvironmentVault,
  lockVaults,
  makeDefaultVault,
  noteVaultTestAsked,
  recordVaultIdentity,
  recordVaultTest,
  removeVaultRow,
} from "./write.ts";
