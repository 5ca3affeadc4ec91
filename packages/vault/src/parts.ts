/** The parts of an open vault that writing and verification share. */
import type { VaultKeys } from "./keys/derive.ts";
import type { NodeReader } from "./read/node-reader.ts";
import type { BlobStore } from "./store/port.ts";

export interface VaultParts {
  readonly store: BlobStore;
  readonly keys: VaultKeys;
  readonly nodes: NodeReader;
}
