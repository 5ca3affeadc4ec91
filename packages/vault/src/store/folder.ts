/** A vault in a folder. */
import { randomBytes } from "node:crypto";
import type { Dirent } from "node:fs";
import { type FileHandle, link, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { KluisError, toKluisError } from "@kluis/domain/core";
import { alreadyExists, missing } from "../errors.ts";
import { free } from "../memory.ts";
import { DESCRIPTOR_NAME } from "../names.ts";
import { guard } from "./guard.ts";
import { OpenFiles } from "./open-files.ts";
import { removeOldParts, UNFINISHED } from "./parts.ts";
import {
  type BlobStore,
  checkAnswer,
  checkName,
  checkPrefix,
  type GetOptions,
  isObjectName,
  type ObjectInfo,
  type StorePlace,
} from "./port.ts";

/**
 * Opens a store in a folder; the file system must support hard links. An object appears whole or not at all: the store writes
 * it beside its place, flushes it and links it to its name, which fails when the name is taken. A killed writer leaves only a
 * meaningless dot file.
 */
export function createFolderStore(root: string, options: FolderStoreOptions = {}): BlobStore {
  return new FolderStore(resolve(root), options.create !== false);
}

export interface FolderStoreOptions {
  /**
   * False: the folder holds a vault, and gets no new folders while its descriptor is missing. The folder below an unmounted file system
   * must not fill. Default: folders are made.
   */
  readonly create?: boolean;
}

class FolderStore implements BlobStore {
  readonly description: string;
  readonly place: StorePlace;
  private readonly root: string;
  private readonly mayCreate: boolean;
  private readonly folders = new Set<string>();
  private readonly files = new OpenFiles();

  constructor(root: string, mayCreate: boolean) {
    this.root = root;
    this.mayCreate = mayCreate;
    this.description = `folder ${root}`;
    this.place = { kind: "folder", folder: root };
  }

  async put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const path = this.path(name);
    signal.throwIfAborted();
    const folder = dirname(path);
    const unfinished = join(folder, `.${randomBytes(8).toString("hex")}.part`);
    try {
      const isFirst = await this.ensureFolder(folder);
      await writeWhole(unfinished, parts);
      if (isFirst) await removeOldParts(unfinished);
      if (!(await linkNew(unfinished, path))) throw alreadyExists(name);
      await flushFolder(folder);
    } catch (error) {
      this.folders.delete(folder);
      throw this.failure(name, error);
    } finally {
      await removeIfPresent(unfinished);
    }
  }

  async get(name: string, { signal, offset = 0, length, most }: GetOptions): Promise<Uint8Array> {
    const path = this.path(name);
    signal.throwIfAborted();
    const readFrom = async (file: FileHandle) => {
      const wanted = length ?? Math.max(0, (await file.stat()).size - offset);
      checkAnswer(name, wanted, most);
      return await readFully(file, offset, wanted);
    };
    const read = async () => {
      // Packs are read in many ranges; all else is read whole, once.
      if (length !== undefined) return this.files.read(path, readFrom);
      await using file = await open(path, "r");
      return await readFrom(file);
    };
    return guard(read, (error) => this.mapped(name, error));
  }

  async head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    const path = this.path(name);
    signal.throwIfAborted();
    return this.infoOf(name, path);
  }

  private async infoOf(name: string, path: string): Promise<ObjectInfo | null> {
    const info = await this.unlessMissing(name, () => stat(path));
    return info?.isFile() === true ? { name, bytes: info.size, writtenAt: info.mtime } : null;
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    for await (const info of this.walk(prefix, signal)) {
      if (prefix === "" || isObjectName(info.name)) yield info;
    }
  }

  /** All files. Their names come from the folder itself, so none leaves it. */
  private async *walk(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    signal.throwIfAborted();
    for (const entry of await this.entries(prefix)) {
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory()) {
        yield* this.walk(`${name}/`, signal);
      } else if (entry.isFile() && !UNFINISHED.test(entry.name)) {
        const info = await this.infoOf(name, join(this.root, prefix, entry.name));
        if (info !== null) yield info;
      }
    }
  }

  async delete(name: string, signal: AbortSignal): Promise<boolean> {
    const path = this.path(name);
    signal.throwIfAborted();
    // Its bytes are free only when no handle is left.
    this.files.drop(path);
    return (await this.unlessMissing(name, async () => (await unlink(path), true))) ?? false;
  }

  fileOf(name: string): string {
    return this.path(name);
  }

  private path(name: string): string {
    checkName(name);
    return join(this.root, ...name.split("/"));
  }

  private async entries(prefix: string): Promise<Dirent[]> {
    const folder = join(this.root, ...prefix.split("/"));
    const read = async (): Promise<Dirent[]> => {
      try {
        return await readdir(folder, { withFileTypes: true });
      } catch (error) {
        // Of others, such as `lost+found` of a file system: nothing of the vault is below such a name.
        if (prefix !== "" && !isObjectName(prefix.slice(0, -1)) && isDenied(error)) return [];
        throw error;
      }
    };
    return (await this.unlessMissing(prefix, read)) ?? [];
  }

  /** The result of `work`; null when its file or folder is missing. */
  private unlessMissing<T>(name: string, work: () => Promise<T>): Promise<T | null> {
    const orNull = async () => {
      try {
        return await work();
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    };
    return guard(orNull, (error) => this.mapped(name, error));
  }

  /**
   * Flushes a folder's parents before this process first writes there: its entry must be as durable as its content, also when another
   * process made the folder a moment ago and has not flushed it yet.
   * @returns true the first time
   */
  private async ensureFolder(folder: string): Promise<boolean> {
    if (this.folders.has(folder)) return false;
    if (!this.mayCreate && !(await this.hasVault())) throw this.lost();
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    const top = first !== undefined && first.length < this.root.length ? first : this.root;
    for (let at = folder; at.length >= top.length; at = dirname(at)) await flushFolder(dirname(at));
    this.folders.add(folder);
    return true;
  }

  private async hasVault(): Promise<boolean> {
    try {
      return (await stat(join(this.root, DESCRIPTOR_NAME))).isFile();
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  private lost(): KluisError {
    return new KluisError("VAULT_NOT_INITIALISED", {
      reason: "no-vault",
      message: `There is no vault in ${this.description}.`,
      action: "Check that the folder is mounted. Nothing is created in its place.",
      params: { store: this.description },
    });
  }

  private mapped(name: string, error: unknown): KluisError {
    if (isMissing(error)) return missing(name, this.description);
    return this.failure(name, error);
  }

  private failure(name: string, error: unknown): KluisError {
    const code = errnoOf(error);
    const store = this.description;
    if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
      return new KluisError("VAULT_FULL", {
        message: `The vault in ${store} has no room left.`,
        action: "Free or add space; the transfer continues automatically.",
        params: { store, object: name, errno: code },
        cause: error,
      });
    }
    if (code === "") return toKluisError(error);
    return new KluisError("VAULT_UNREACHABLE", {
      reason: "folder",
      message: `The vault in ${store} cannot be used: ${code} at ${name}.`,
      action:
        "Check that the folder is mounted, that the engine may read and write it, and that it supports hard links.",
      params: { store, object: name, errno: code },
      cause: error,
    });
  }
}

function errnoOf(error: unknown): string {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

function isDenied(error: unknown): boolean {
  const code = errnoOf(error);
  return code === "EACCES" || code === "EPERM";
}

function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** False when the name is taken. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function writeWhole(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await file.writev([...parts]);
  // writev may write less than requested on a nearly full disk: writing the rest fails with the cause.
  if (bytesWritten < total) {
    const rest = Buffer.concat(parts).subarray(bytesWritten);
    for (let at = 0; at < rest.length; ) at += (await file.write(rest, at)).bytesWritten;
  }
  await file.datasync();
}

async function readFully(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  if (done > length / 2) return buffer.subarray(0, done);
  // A reader that keeps what is there must not keep the memory for all that it requested.
  const short = Buffer.from(buffer.subarray(0, done));
  free(buffer);
  return short;
}

async function removeIfPresent(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function flushFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
