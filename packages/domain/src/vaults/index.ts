export {
  COMPACTION_SHARE,
  type CompactionBudget,
  type CompactionCandidate,
  chooseCompaction,
  isWorthCompacting,
} from "./compaction.ts";
export * from "./copy.ts";
export {
  type DamageFinder,
  type DamageFinding,
  type DamageHealer,
  type DamageReason,
  damagedObject,
  damageFinders,
  damageFindingSchema,
  damageHealers,
  damageReasons,
  findingOf,
  isDamage,
  isOfOneObject,
  WHOLE_OBJECT,
} from "./damage.ts";
export {
  type DeduplicationScope,
  deduplicationDomain,
  deduplicationScopes,
  defaultDeduplicationScope,
} from "./deduplication.ts";
export {
  HEAL_FAILURES,
  HEAL_TRIES,
  type HealFailure,
  healFailures,
} from "./healing.ts";
export {
  type KeyChange,
  type KeyChangeState,
  keyChangeSchema,
  keyChangeStates,
  keyHolderSchema,
} from "./key-change.ts";
export { type ItemPlace, placeKey } from "./place.ts";
export {
  countStrays,
  doubtsIndex,
  isInPlace,
  mayCollect,
  nextTruth,
  noStrays,
  noTruthFacts,
  TRUTH_NAMES,
  type TrustOfVault,
  type TruthFacts,
  type TruthFinding,
  truthFactsSchema,
  type VaultStrays,
  type VaultTruth,
  vaultStraysSchema,
  vaultTruths,
  vaultTruthTexts,
  writesStopped,
} from "./truth.ts";
