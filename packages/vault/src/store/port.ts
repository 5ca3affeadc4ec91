/** The port to a vault's store, and the names of objects in it. */
import { damaged, invalid } from "../errors.ts";

/** The largest object of a vault. A store never returns more at once, so that no object can exhaust the memory of its reader. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws KluisError VAULT_DATA_DAMAGED when an answer would have more bytes than its reader accepts */
export function checkAnswer(name: string, bytes: number, most = MAX_ANSWER_BYTES): void {
  if (bytes > most) throw damaged(name, `it is larger than the ${most} bytes that it may have`);
}

export interface ObjectInfo {
  readonly name: string;
  readonly bytes: number;
  /** When the object was written, by the clock of the storage; only when the storage tells. */
  readonly writtenAt?: Date;
}

/** Where a store is, without a key or signature. */
export type StorePlace =
  | { readonly kind: "azure-blob"; readonly account: string; readonly container: string }
  | { readonly kind: "folder"; readonly folder: string };

export interface GetOptions {
  readonly signal: AbortSignal;
  readonly offset?: number;
  readonly length?: number;
  /** Refuses more bytes, before it reads any; default {@link MAX_ANSWER_BYTES}. */
  readonly most?: number;
}

/**
 * Immutable named objects, created once. Names match `[A-Za-z0-9._/-]+`, without empty or dotted parts.
 * Errors are KluisErrors: VAULT_OBJECT_EXISTS, VAULT_OBJECT_MISSING, VAULT_FULL, VAULT_UNREACHABLE, AZURE_FORBIDDEN, CANCELLED.
 */
export interface BlobStore {
  /** The store's address for messages; never contains a secret. */
  readonly description: string;
  /** The same as facts, for pages in any language. */
  readonly place: StorePlace;
  /** Creates the object from the joined parts, whole or not at all. Durable when it returns. @throws VAULT_OBJECT_EXISTS */
  put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
  /** The object's bytes, or those of the range that exist. @throws VAULT_OBJECT_MISSING; VAULT_DATA_DAMAGED for more than `most` bytes */
  get(name: string, options: GetOptions): Promise<Uint8Array>;
  head(name: string, signal: AbortSignal): Promise<ObjectInfo | null>;
  /**
   * Objects whose name starts with `prefix` (empty, or ending with `/`), in no particular order. Others may write to the storage too: only the
   * empty prefix also lists names that no object of a vault has, which the other methods reject.
   */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo>;
  /** The file of an object, for threads that read it on their own; only of a store whose objects are files. */
  fileOf?(name: string): string | undefined;
  /** True when the object existed. */
  delete(name: string, signal: AbortSignal): Promise<boolean>;
}

/** Rejects names that could leave a folder or mean something else in a blob service. @throws KluisError INPUT_INVALID */
export function checkName(name: string): void {
  if (!isObjectName(name))
    throw invalid(`"${name}" is not the name of an object in a vault.`, { object: name });
}

/** Whether an object of a vault may have this name. */
export function isObjectName(name: string): boolean {
  return name.length <= 512 && name.split("/").every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part));
}

/** Accepts an empty prefix or a name followed by `/`. @throws KluisError INPUT_INVALID */
export function checkPrefix(prefix: string): void {
  if (prefix === "") return;
  if (!prefix.endsWith("/")) throw invalid("A prefix ends with a slash.", { prefix });
  checkName(prefix.slice(0, -1));
}
