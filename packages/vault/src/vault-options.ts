/** What opens or creates a vault. */
import type { Clock } from "@kluis/domain";
import type { Keyring } from "./keys/keyring.ts";
import type { KeyProvider } from "./keys/provider.ts";
import type { BlobStore } from "./store/port.ts";
import type { ChunkIndex, TransferLimits } from "./types.ts";
import type { VaultWorkers } from "./workers/port.ts";

export interface VaultOptions {
  readonly store: BlobStore;
  readonly keys: KeyProvider;
  /** Copies of key slots from elsewhere. With one of them, a vault opens whose slots were all deleted. */
  readonly slotCopies?: readonly Uint8Array[] | undefined;
  /** The present time, for a caller that may write: gives every holder of a key a slot with all that others have. */
  readonly completeSlotsAt?: Date | undefined;
  /** Default: an empty index in memory. */
  readonly index?: ChunkIndex;
  readonly limits?: TransferLimits;
  /** Threads that open and seal content; without them the thread pool and the main thread do it. */
  readonly workers?: VaultWorkers;
  /** Cache sizes in bytes, shared by all readers of the vault; default 32 MiB of plain chunks and 8 MiB of nodes. */
  readonly cacheBytes?: { readonly chunks?: number; readonly nodes?: number };
}

export interface CreateVaultOptions extends VaultOptions {
  readonly clock: Clock;
  /** Default: a new keyring with one epoch. */
  readonly keyring?: Keyring;
  readonly signal: AbortSignal;
}
