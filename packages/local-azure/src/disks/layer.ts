/** The files of one layer. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ABSENT, BLOCK_SIZE, BlockMap } from "./blocks.ts";

/**
 * One layer of disk content. `ID.data` holds blocks at their offset (sparse), `ID.map` one byte of
 * state per block. Data is written before its state: after a crash between the two, the write has
 * not happened.
 */
export class Layer {
  readonly id: string;
  readonly map: BlockMap;
  readonly #dir: string;
  readonly #data: FileHandle;
  readonly #mapFile: FileHandle;
  #users = 0;
  #dropped = false;

  private constructor(options: {
    id: string;
    dir: string;
    map: BlockMap;
    data: FileHandle;
    mapFile: FileHandle;
  }) {
    this.id = options.id;
    this.#dir = options.dir;
    this.map = options.map;
    this.#data = options.data;
    this.#mapFile = options.mapFile;
  }

  static async create(dir: string, id: string): Promise<Layer> {
    const data = await open(join(dir, `${id}.data`), "wx+", 0o600);
    const mapFile = await open(join(dir, `${id}.map`), "wx+", 0o600);
    return new Layer({ id, dir, map: new BlockMap(), data, mapFile });
  }

  static async load(dir: string, id: string): Promise<Layer> {
    const data = await open(join(dir, `${id}.data`), "r+");
    const mapFile = await open(join(dir, `${id}.map`), "r+");
    const map = new BlockMap();
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (let position = 0; ; ) {
      const { bytesRead } = await mapFile.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      const part = buffer.subarray(0, bytesRead);
      if (part.some((state) => state !== 0)) map.load(position, part);
      position += bytesRead;
    }
    return new Layer({ id, dir, map, data, mapFile });
  }

  /** Reads bytes of this layer; blocks that it never wrote are zeros. */
  async read(target: Buffer, position: number): Promise<void> {
    this.#users++;
    try {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await this.#data.read(target, done, target.length - done, position + done);
        if (bytesRead === 0) {
          target.fill(0, done);
          break;
        }
        done += bytesRead;
      }
    } finally {
      this.#users--;
      await this.#closeWhenUnused();
    }
  }

  /** Writes whole blocks with one state. DATA needs bytes; ABSENT and ZERO do not. */
  async write(firstBlock: number, count: number, state: { value: number; bytes?: Buffer }): Promise<void> {
    if (state.value === ABSENT && this.#isAbsent(firstBlock, count)) return;
    if (state.bytes) await writeFully(this.#data, state.bytes, firstBlock * BLOCK_SIZE);
    await writeFully(this.#mapFile, Buffer.alloc(count, state.value), firstBlock);
    for (let block = firstBlock; block < firstBlock + count; block++) this.map.set(block, state.value);
  }

  #isAbsent(firstBlock: number, count: number): boolean {
    for (let block = firstBlock; block < firstBlock + count; block++)
      if (this.map.get(block) !== ABSENT) return false;
    return true;
  }

  /** Makes all earlier writes durable. */
  async sync(): Promise<void> {
    await this.#data.datasync();
    await this.#mapFile.datasync();
  }

  /** Deletes the files. Reads in flight still finish. */
  async drop(): Promise<void> {
    this.#dropped = true;
    await this.#closeWhenUnused();
    await Layer.remove(this.#dir, this.id);
  }

  static async remove(dir: string, id: string): Promise<void> {
    await rm(join(dir, `${id}.data`), { force: true });
    await rm(join(dir, `${id}.map`), { force: true });
  }

  async close(): Promise<void> {
    this.#dropped = true;
    await this.#closeWhenUnused();
  }

  async #closeWhenUnused(): Promise<void> {
    if (!this.#dropped || this.#users > 0) return;
    // FileHandle.close() may be called once only.
    this.#users = Number.POSITIVE_INFINITY;
    await this.#data.close();
    await this.#mapFile.close();
  }
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
