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
export { chunkIndex, type DatabaseChunkIndex, type PackKind } from "./chunk-index.ts";
export { heldNodes } from "./held.ts";
export { linkMoves, type PackMove } from "./moves.ts";
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
