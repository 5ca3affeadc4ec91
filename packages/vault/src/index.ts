/** The public interface of `@kluis/vault`. */

export { createTransferLimits, type LimitSettings } from "./budget.ts";
export { checkStore, type StoreCheck, type StoreFindings } from "./check-store.ts";
export { checkedManifest, type RecordedPoint, requireRootDigest } from "./checked-manifest.ts";
export { type CollectByAgeOptions, type CollectedByAge, collectByAge } from "./collect-by-age.ts";
export type { CompactOptions, CompactResult } from "./compact/compact.ts";
export type { LiveItem } from "./compact/live.ts";
export { BLOCK_BYTES, FORMAT_VERSION, MAX_READ_BYTES, SEGMENT_BYTES, WINDOW_BYTES } from "./constants.ts";
export { readVaultCredentials, type VaultCredentials, vaultCredentialsText } from "./credentials.ts";
export type { DamageSet, HealedItem } from "./damage/places.ts";
export type { DamagedRanges } from "./damage/ranges.ts";
export { emptyStats } from "./delta/stats.ts";
export { MemoryChunkIndex } from "./index-memory.ts";
export { type KeyChangeMade, makeKeyChange } from "./keys/key-change.ts";
export {
  addSlot,
  type KeyFacts,
  type KeyPlace,
  type KeySlots,
  listSlots,
  newHolderId,
  proveSlot,
  removeSlot,
  rotateKeys,
} from "./keys/key-slots.ts";
export {
  joinKeys,
  type KeyVaultClient,
  KeyVaultKey,
  keyVaultRecipient,
  lazyKeyVault,
} from "./keys/key-vault.ts";
export { keyFileRecipient, openLocalKeyFile } from "./keys/local.ts";
export { type KeyProvider, type KeyRecipient, LocalKey, type WrappedKey } from "./keys/provider.ts";
export { createRecoveryKey, readRecoveryKey } from "./keys/recovery.ts";
export { combineShares, createShares, isShare, MAX_SHARES, readShare } from "./keys/shares.ts";
export { MANIFEST_VERSION, type Manifest, type ManifestDisk, manifestSchema } from "./manifest.ts";
export { BufferPool } from "./memory.ts";
export {
  DESCRIPTOR_NAME,
  MOVED_PREFIX,
  movedPrefix,
  POINTS_PREFIX,
  packName,
  packOfMovedName,
  packOfName,
  packPrefix,
  pointName,
  slotOfName,
} from "./names.ts";
export {
  formatNodeRef,
  type NodePlace,
  type NodeRef,
  nodeRefSchema,
  parseNodeRef,
  splitNodeRef,
} from "./node-ref.ts";
export type { NamedPack, NodeUse } from "./node-use.ts";
export { newestOf, nextPointId, type OrderedPoint } from "./order.ts";
export { manifestDigest } from "./points.ts";
export { createRate, joinRates } from "./rate.ts";
export { type ReadBatch, readBatches } from "./read/batches.ts";
export { readSkipping, Skipped, type SkippedRange } from "./read/skip-damaged.ts";
export { type ByteRange, targetFile } from "./read/target-file.ts";
export {
  openVaultKey,
  openVaultStore,
  readVaultSettings,
  storedVaultId,
  type VaultSettings,
  vaultEnvSchema,
} from "./settings.ts";
export type { AzureBlobAccount, AzureBlobStoreOptions, StoreLimits } from "./store/azure-blob.ts";
export { createFolderStore } from "./store/folder.ts";
export { openKnown } from "./store/known-store.ts";
export { openAzureBlobStore } from "./store/open-azure-blob.ts";
export {
  type BlobStore,
  type GetOptions,
  isObjectName,
  type ObjectInfo,
  type StorePlace,
} from "./store/port.ts";
export { readOnlyStore } from "./store/read-only.ts";
export type {
  Budget,
  ChunkIndex,
  ChunkPlace,
  CollectionOptions,
  CollectionPlan,
  DiskReader,
  IndexEntry,
  OmittedBlocks,
  PackInfo,
  PointEntry,
  Rate,
  SealDiskOptions,
  SealedDisk,
  SegmentDelta,
  SegmentProgress,
  SegmentResult,
  SegmentStats,
  ShownStats,
  SweepOptions,
  SweepResult,
  TransferLimits,
  UnresolvedPoint,
  VerifyOptions,
  VerifyProblem,
  VerifyResult,
  VerifySegmentsOptions,
  WriteSegmentOptions,
} from "./types.ts";
export { createVault, openVault, type Vault } from "./vault.ts";
export type { CreateVaultOptions, VaultOptions } from "./vault-options.ts";
export type { VaultWorkers } from "./workers/port.ts";
