/** Files that stay open between reads. */
import { type FileHandle, open } from "node:fs/promises";

export interface OpenFilesOptions {
  /** Files that stay open at most; default 64. */
  readonly most?: number;
  /** For tests that count. */
  readonly openFile?: (path: string) => Promise<FileHandle>;
}

/** A file without readers is closed after this time, so that a store that is dropped holds none. */
const IDLE_MS = 5_000;

interface Entry {
  readonly path: string;
  readonly opening: Promise<FileHandle>;
  users: number;
  usedAt: number;
  /** True: the last user closes it. */
  isDropped: boolean;
}

/**
 * Keeps the files open that were read last: many small reads of one file open it once. A deleted or replaced file is never read:
 * each use asks whether its handle still has a name.
 */
export class OpenFiles {
  readonly #most: number;
  readonly #openFile: (path: string) => Promise<FileHandle>;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | null = null;

  constructor({ most = 64, openFile = (path) => open(path, "r") }: OpenFilesOptions = {}) {
    this.#most = most;
    this.#openFile = openFile;
  }

  /** Files that are open for the next read. */
  get count(): number {
    return this.#entries.size;
  }

  /** @throws the error of opening the file, or of `work` */
  async read<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    const isKept = this.#entries.has(path);
    const entry = this.#take(path);
    try {
      const file = await entry.opening;
      if (!isKept || (await hasName(file))) return await work(file);
    } catch (error) {
      this.#drop(entry);
      throw error;
    } finally {
      this.#give(entry);
    }
    this.#drop(entry);
    return this.read(path, work);
  }

  /** Closes a file that is to be deleted, when its readers are done. */
  drop(path: string): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) this.#drop(entry);
  }

  #take(path: string): Entry {
    const known = this.#entries.get(path);
    const entry = known ?? { path, opening: this.#openFile(path), users: 0, usedAt: 0, isDropped: false };
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.users += 1;
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size <= this.#most) break;
      this.#drop(oldest);
    }
    return entry;
  }

  #give(entry: Entry): void {
    entry.users -= 1;
    entry.usedAt = performance.now();
    if (entry.isDropped && entry.users === 0) close(entry);
    else this.#closeLater();
  }

  #drop(entry: Entry): void {
    if (this.#entries.get(entry.path) === entry) this.#entries.delete(entry.path);
    if (entry.isDropped) return;
    entry.isDropped = true;
    if (entry.users === 0) close(entry);
  }

  #closeLater(): void {
    if (this.#timer !== null || this.#entries.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const since = performance.now() - IDLE_MS;
      for (const entry of this.#entries.values())
        if (entry.users === 0 && entry.usedAt <= since) this.#drop(entry);
      this.#closeLater();
    }, IDLE_MS);
    this.#timer.unref();
  }
}

async function hasName(file: FileHandle): Promise<boolean> {
  try {
    return (await file.stat()).nlink > 0;
  } catch {
    // A network file system forgets a file that another machine deleted.
    return false;
  }
}

/** A file that was only read loses nothing when closing it fails. */
function close({ opening }: Entry): void {
  void opening.then((file) => file.close()).catch(() => undefined);
}
