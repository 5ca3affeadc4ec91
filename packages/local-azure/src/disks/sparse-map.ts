/** Finds the data of a sparse file. */
import { spawn } from "node:child_process";

/** Bytes of a file that may hold data. All others are holes and read as zeros. */
export interface Extent {
  offset: number;
  length: number;
}

/**
 * Lists the extents of a sparse file. `tar` finds them with SEEK_DATA, which Node lacks, and puts a
 * sparse map at the start of its archive (GNU sparse format 1.0); only that map is read. Without
 * such a tar the whole file is one extent: slower to import, still correct.
 */
export async function findExtents(file: string, size: number, signal?: AbortSignal): Promise<Extent[]> {
  const whole = [{ offset: 0, length: size }];
  const options = process.platform === "linux" ? ["-S"] : [];
  const child = spawn("tar", [...options, "--format=pax", "-P", "-c", "-f", "-", "--", file], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, LC_ALL: "C" },
    ...(signal ? { signal } : {}),
  });
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  try {
    const map = await readMap(child.stdout);
    return map && map.realSize === size ? map.extents : whole;
  } finally {
    child.stdout.destroy();
    child.kill("SIGKILL");
    await ended;
  }
}

interface SparseMap {
  realSize: number;
  extents: Extent[];
}

async function readMap(stream: AsyncIterable<Buffer>): Promise<SparseMap | undefined> {
  const reader = new HeadReader(stream);
  const pax = new Map<string, string>();
  for (;;) {
    const header = await reader.take(512);
    if (!header) return undefined;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type !== "x" && type !== "g") break;
    const length = Number.parseInt(header.toString("latin1", 124, 136), 8);
    const body = await reader.take(Math.ceil(length / 512) * 512);
    if (!body) return undefined;
    if (type === "x") for (const [key, value] of paxRecords(body.subarray(0, length))) pax.set(key, value);
  }
  if (pax.get("GNU.sparse.major") !== "1") return undefined;
  const realSize = Number(pax.get("GNU.sparse.realsize"));
  const count = await reader.number();
  if (count === undefined || !Number.isSafeInteger(realSize)) return undefined;
  const extents: Extent[] = [];
  for (let index = 0; index < count; index++) {
    const offset = await reader.number();
    const length = await reader.number();
    if (offset === undefined || length === undefined) return undefined;
    if (length > 0) extents.push({ offset, length });
  }
  return { realSize, extents };
}

/** Records of a pax header: "LENGTH KEY=VALUE\n". */
function paxRecords(body: Buffer): [string, string][] {
  const records: [string, string][] = [];
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = Number(body.toString("latin1", at, space));
    if (space < 0 || !Number.isInteger(length) || length <= 0) break;
    const record = body.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    records.push([record.slice(0, equals), record.slice(equals + 1)]);
    at += length;
  }
  return records;
}

/** Reads the start of a stream, byte by byte exact. */
class HeadReader {
  readonly #iterator: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#iterator = stream[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer | undefined> {
    while (this.#buffer.length < length) if (!(await this.#more())) return undefined;
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Reads a decimal number that ends with a newline. */
  async number(): Promise<number | undefined> {
    let end = this.#buffer.indexOf(0x0a);
    while (end < 0) {
      if (this.#buffer.length > 64 || !(await this.#more())) return undefined;
      end = this.#buffer.indexOf(0x0a);
    }
    const value = Number(this.#buffer.toString("latin1", 0, end));
    this.#buffer = this.#buffer.subarray(end + 1);
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  }

  async #more(): Promise<boolean> {
    const next = await this.#iterator.next();
    if (next.done) return false;
    this.#buffer = this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    return true;
  }
}
