/** The unfinished download on disk. */
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { isSystemError, writeFailure } from "./file-errors.ts";
import { endOf, type FilePlan } from "./file-plan.ts";

/** Bytes between two durable marks: the most that a killed download reads again. */
const markEveryBytes = 64 * 2 ** 20;
/** Zeros are detected in pieces of this size, the block size of file systems and disks. */
const pieceBytes = 4096;

const markSchema = z.object({ etag: z.string(), size: z.int().nonnegative(), bytes: z.int().nonnegative() });

/**
 * `FILE.part`, and beside it the mark `FILE.part.json`: how many bytes of the stream are durable, and the entity tag of the
 * file on the server that they belong to. Zeros are not written, so the file stays sparse. Counts are bytes of the stream; the plan
 * says where they are in the file.
 */
export class PartFile {
  readonly #target: string;
  readonly #part: string;
  readonly #markFile: string;
  readonly #plan: FilePlan;
  #handle: FileHandle | null = null;
  #mark: z.infer<typeof markSchema> | null = null;
  /** Bytes received from the start of the stream. */
  #offset = 0;

  private constructor(target: string, plan: FilePlan) {
    this.#plan = plan;
    this.#target = target;
    this.#part = `${target}.part`;
    this.#markFile = `${target}.part.json`;
  }

  /** Opens what an earlier run left; starts from zero when the part and its mark do not fit together. */
  static async find(target: string, plan: FilePlan): Promise<PartFile> {
    const file = new PartFile(path.resolve(target), plan);
    file.#mark = await readMark(file.#markFile);
    const length = await lengthOf(file.#part);
    if (file.#mark === null || length === null || length < file.#neededBy(file.#mark.bytes))
      file.#mark = null;
    return file;
  }

  /** The byte to resume at, and the entity tag that the server must still have. Null: start at zero. */
  get resumeAt(): { readonly offset: number; readonly etag: string } | null {
    return this.#mark === null || this.#mark.bytes === 0
      ? null
      : { offset: this.#mark.bytes, etag: this.#mark.etag };
  }

  get offset(): number {
    return this.#offset;
  }

  /** Opens the part for writing at `offset` and truncates it there. */
  async begin(
    offset: number,
    representation: { readonly etag: string; readonly size: number },
  ): Promise<void> {
    await guard(this.#part, async () => {
      this.#handle ??= await open(this.#part, offset === 0 ? "w" : "r+", 0o600);
      await this.#handle.truncate(endOf(this.#plan, offset));
    });
    this.#offset = offset;
    this.#mark = { ...representation, bytes: offset };
    await this.#writeMark();
  }

  /** Writes the next bytes of the stream to their places; zeros become a hole. */
  async write(bytes: Uint8Array): Promise<void> {
    const handle = this.#opened();
    await guard(this.#part, async () => {
      let done = 0;
      for (const { offset, length } of this.#plan.places(this.#offset, this.#offset + bytes.length)) {
        const part = bytes.subarray(done, done + length);
        for (const [start, end] of dataRuns(part))
          await writeAll(handle, part.subarray(start, end), offset + start);
        done += length;
      }
    });
    this.#offset += bytes.length;
    if (this.#offset - (this.#mark?.bytes ?? 0) >= markEveryBytes) await this.save();
  }

  /** Makes everything received so far durable and records it in the mark. */
  async save(): Promise<void> {
    const handle = this.#opened();
    if (this.#mark === null || this.#mark.bytes === this.#offset) return;
    await guard(this.#part, async () => {
      await handle.truncate(endOf(this.#plan, this.#offset));
      await handle.datasync();
    });
    this.#mark = { ...this.#mark, bytes: this.#offset };
    await this.#writeMark();
  }

  /** Closes the part; the next run resumes from its mark. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  /** Bytes that the part has at least after `received` bytes of the stream; infinite for a mark of another, longer file. */
  #neededBy(received: number): number {
    try {
      return endOf(this.#plan, received);
    } catch (error) {
      if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /** Makes the complete file durable under its own name and removes the mark. */
  async finish(size: number): Promise<void> {
    const handle = this.#opened();
    await guard(this.#part, async () => {
      await handle.truncate(this.#plan.fileBytes(size));
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

/** Yields `[start, end)` of the parts that are not zero, in whole pieces. */
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
    // No mark, or an unreadable one: the download starts from zero.
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

/** The part is kept in every case: the next run resumes from it. */
async function guard(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw writeFailure(file, error);
  }
}
