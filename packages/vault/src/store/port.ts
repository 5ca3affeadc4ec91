export interface ObjectInfo {
  readonly name: string;
  readonly bytes: number;
}

export interface GetOptions {
  readonly signal: AbortSignal;
  readonly offset?: number;
  readonly length?: number;
}

/**
 * What a vault needs of a store: immutable named objects, created once. Names match `[A-Za-z0-9._/-]+`, without empty or dotted parts.
 * Errors are KluisErrors: VAULT_OBJECT_EXISTS, VAULT_OBJECT_MISSING, VAULT_FULL, VAULT_UNREACHABLE, AZURE_FORBIDDEN, CANCELLED.
 */
export interface BlobStore {
  /** Where this is, for messages; never contains a secret. */
  readonly description: string;
  /** Creates the object from the joined parts, whole or not at all; VAULT_OBJECT_EXISTS when there is one of that name. Durable when it returns. */
  put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
  /** The object's bytes, or of the range as many as exist; VAULT_OBJECT_MISSING when there is none. */
  get(name: string, options: GetOptions): Promise<Uint8Array>;
  head(name: string, signal: AbortSignal): Promise<ObjectInfo | null>;
  /** Objects whose name starts with `prefix` (which ends with `/` or is empty), in no promised order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo>;
  /** True when it existed. */
  delete(name: string, signal: AbortSignal): Promise<boolean>;
}
