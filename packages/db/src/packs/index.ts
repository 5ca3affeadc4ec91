export { chunkIndex, type DatabaseChunkIndex } from "./chunk-index.ts";
export { heldNodes } from "./held.ts";
export {
  condemnPacks,
  listRecentPacks,
  listSweepablePacks,
  reprievePacks,
} from "./work.ts";
