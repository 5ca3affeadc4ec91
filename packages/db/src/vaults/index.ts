export {
  type ComparedPack,
  countPacks,
  isJobKnown,
  knownPackIds,
  knownPointIds,
  listMissingDamage,
  listMissingManifests,
  listPacksToCompare,
  listPointsToCompare,
  listPointsToOpen,
  readPacksToCompare,
  type StoredPointRow,
  trustPacks,
} from "./compare.ts";
export * from "./copies.ts";
export {
  type DueHealing,
  giveUpFailedHealings,
  judgeReadHealing,
  judgeUnhealed,
  listDueHealings,
  listUnsureHealings,
  lockForHealing,
  type ManifestFacts,
  noteHealedFromCopy,
  noteNotHealed,
  readManifestFacts,
} from "./healing.ts";
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
  askAdoption,
  dropAdoption,
  endAdoption,
  endComparison,
  isComparisonWanted,
  readComparison,
  readVaultTrust,
  recordTruth,
  saveComparison,
  type VaultTrust,
} from "./truth.ts";
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
