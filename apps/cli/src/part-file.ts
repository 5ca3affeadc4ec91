import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { KluisError } from "@kluis/domain";
import { z } from "zod";

/** Bytes between two durable marks: what a killed download reads again at most. */
const markEveryBytes = 64 * 2 ** 20;
/** Zeros are found in pieces of this size, the block of file systems and disks. */
const pieceBytes = 4096;

const markSchema = z.object({ etag: z.string(), size: z.int().positive(), bytes: z.int().nonnegative() });

/**
 * The unfinished download: `FILE.part`, and beside it `FILE.part.json` with what is certainly on the disk (bytes from the
 * start, of which representation). Parts that are zero are not written, so that the file stays sparse.
 */
export class PartFile {
  readonly #target: string;
  readonly #part: string;
  readonly #markFile: string;
  #handle: FileHandle | null = null;
  #mark: z.infer<typeof markSchema> | null = null;
  /** Bytes received from the start of the file. */
  #offset = 0;

  private constructor(target: string) {
    this.#target = target;
    this.#part = `${target}.part`;
    this.#markFile = `${target}.part.json`;
  }

  /** Finds what an earlier try has left. */
  static async find(target: string): Promise<PartFile> {
    const file = new PartFile(path.resolve(target));
    file.#mark = await readMark(file.#markFile);
    const length = await lengthOf(file.#part);
    if (file.#mark === null || length === null || length < file.#mark.bytes) file.#mark = null;
    return file;
  }

  /** What to ask the server for: from which byte, if it is still this representation. Null: from the start. */
  get resumeAt(): { readonly offset: number; readonly etag: string } | null {
    return this.#mark === null || this.#mark.bytes === 0
      ? null
      : { offset: this.#mark.bytes, etag: this.#mark.etag };
  }

  get offset(): number {
    return this.#offset;
  }

  get partPath(): string {
    return this.#part;
  }

  /** Opens the part for what follows `offset`, and forgets everything after it. */
  async begin(
    offset: number,
    representation: { readonly etag: string; readonly size: number },
  ): Promise<void> {
    await guard(this.#part, async () => {
      this.#handle ??= await open(this.#part, offset === 0 ? "w" : "r+", 0o600);
      await this.#handle.truncate(offset);
    });
    this.#offset = offset;
    this.#mark = { ...representation, bytes: offset };
    await this.#writeMark();
  }

  /** Takes the next bytes; zeros become a hole. */
  async write(bytes: Uint8Array): Promise<void> {
    const handle = this.#opened();
    await guard(this.#part, async () => {
      for (const [start, end] of dataRuns(bytes))
        await writeAll(handle, bytes.subarray(start, end), this.#offset + start);
    });
    this.#offset += bytes.length;
    if (this.#offset - (this.#mark?.bytes ?? 0) >= markEveryBytes) await this.save();
  }

  /** Makes everything received so far durable, and says so in the mark. */
  async save(): Promise<void> {
    const handle = this.#opened();
    if (this.#mark === null || this.#mark.bytes === this.#offset) return;
    await guard(this.#part, async () => {
      await handle.truncate(this.#offset);
      await handle.datasync();
    });
    this.#mark = { ...this.#mark, bytes: this.#offset };
    await this.#writeMark();
  }

  /** Keeps what is there for the next try. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  /** The whole is here: durable, under its name, and the mark is gone. */
  async finish(size: number): Promise<void> {
    const handle = this.#opened();
    await guard(this.#part, async () => {
      await handle.truncate(size);
      await handle.sync();
      await this.close();
      await rename(this.#part, this.#target);
      await syncFolder(path.dirname(this.#target));
      await rm(this.#markFile, { force: true });
    });
  }

  #opened(): FileHandle {
    if (this.#handle === null) throw new Error("The part file is not open.");
    return this.#handle;
  }

  async #writeMark(): Promise<void> {
    const fresh = `${this.#markFile}.new`;
    await guard(this.#markFile, async () => {
      await writeFile(fresh, JSON.stringify(this.#mark), { mode: 0o600, flush: true });
      await rename(fresh, this.#markFile);
    });
  }
}

/** `[start, end)` of the parts that are not zero, in whole pieces. Pure. */
export function* dataRuns(bytes: Uint8Array): Generator<readonly [number, number]> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = -1;
  for (let offset = 0; offset < view.length; offset += pieceBytes) {
    const end = Math.min(offset + pieceBytes, view.length);
    const isZero = view.compare(zeros, 0, end - offset, offset, end) === 0;
    if (isZero && start >= 0) {
      yield [start, offset];
      start = -1;
    } else if (!isZero && start < 0) {
      start = offset;
    }
  }
  if (start >= 0) yield [start, view.length];
}

const zeros = Buffer.alloc(pieceBytes);

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function readMark(file: string): Promise<z.infer<typeof markSchema> | null> {
  try {
    return markSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    // No mark, or not one of ours: the download starts from the beginning.
    if (error instanceof z.ZodError || error instanceof SyntaxError || isSystemError(error, "ENOENT"))
      return null;
    throw error;
  }
}

async function lengthOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isSystemError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Says what the operating system's refusals mean. The part is kept in every case. */
async function guard(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const folder = path.dirname(file);
    if (isSystemError(error, "ENOSPC", "EDQUOT")) {
      throw new KluisError("DISK_FULL", {
        message: `There is no room left in ${folder}.`,
        action: "Make room and give the same command again: it goes on where it stopped.",
        params: { folder },
        cause: error,
      });
    }
    if (isSystemError(error, "EFBIG")) {
      throw new KluisError("DISK_FULL", {
        message: `The file system of ${folder} takes no file as large as this disk, or a limit forbids it.`,
        action: "Choose another folder; what is there already stays in the part file.",
        params: { folder },
        cause: error,
      });
    }
    if (isSystemError(error, "EACCES", "EPERM", "ENOENT", "EROFS", "EISDIR", "ENOTDIR")) {
      throw new KluisError("INPUT_INVALID", {
        message: `${file} cannot be written.`,
        action: "Check the path and its permissions.",
        params: { file },
        cause: error,
      });
    }
    throw error;
  }
}
