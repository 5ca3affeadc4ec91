export { BLOCK_BYTES, FORMAT_VERSION, MAX_READ_BYTES, SEGMENT_BYTES, WINDOW_BYTES } from "./constants.ts";
export {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestDisk,
  manifestDiskSchema,
  manifestSchema,
} from "./manifest.ts";
export { nodeRefSchema, parseNodeRef } from "./node-ref.ts";
export type { BlobStore, GetOptions, ObjectInfo } from "./store/port.ts";
export type * from "./types.ts";
