export {
  addAccount,
  addFoundAccount,
  type FoundAccount,
  forgetKeptOut,
  type KeptOutPoint,
  keepOut,
  knownOfListed,
  type ListedPoint,
  listDeletedPoints,
  listForeignPoints,
  listKeptOut,
  listNewPoints,
  type NewAccount,
  type RootNode,
  removeAccount,
  rootsOfPoint,
} from "./account-points.ts";
export {
  type CountedNode,
  countDropped,
  countedOf,
  countWalked,
  listUnneededNodes,
  listUnwalkedNodes,
  type NamedPack,
  type NodeUse,
  type StoredNode,
  setNodeProblem,
  type VaultScope,
  vaultScope,
} from "./accounts.ts";
export { chunkIndex, type DatabaseChunkIndex } from "./chunk-index.ts";
export {
  beginRemoval,
  type Compacted,
  countLeaving,
  countNodesOf,
  dropLeaving,
  endRemoval,
  hasRefusal,
  keepLeaving,
  type Leaving,
  listBrokenTables,
  listLeavingPacks,
  listMovedPacks,
  listMoveSources,
  listRemovingPacks,
  listSparsePacks,
  listStayingPacks,
  type Moved,
  markLeaving,
  moveAgain,
  moveDamagedAgain,
  recordCompaction,
  type SparsePack,
} from "./compaction.ts";
export { heldNodes } from "./held.ts";
export type { PackKind } from "./kind.ts";
export { listNodes, type NodeCursor, type NodePage } from "./listed-nodes.ts";
export { type ListedTables, linkFound, linkMoves, listUnlinked, type PackMove } from "./moves.ts";
export {
  keptPackView,
  previewCollection,
  type SpacePreview,
  type SpaceReason,
  spaceReasons,
  spaceView,
} from "./preview.ts";
export { settleUnaccounted } from "./unaccounted.ts";
export { type VmChunkIndex, vmChunkIndex } from "./vm-index.ts";
export {
  beginDeletion,
  condemnPacks,
  type Doubt,
  forgetPacks,
  type Idle,
  listDeletingPacks,
  listIdlePacks,
  listSweepablePacks,
  type PackRow,
  readDoubt,
  reprievePacks,
  setRefusal,
} from "./work.ts";
