/** Disk images for the benchmark: made from a seed, and read as a source of blocks. */
import { createCipheriv, createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { BlockSource, Extent } from "@kluis/domain";
import { BLOCK_BYTES } from "../src/index.ts";

/** A raw image file with its allocated ranges. */
export interface BenchImage {
  readonly path: string;
  /** Allocated ranges, ascending; the whole file when absent. */
  readonly extents?: readonly Extent[];
}

export interface ImagePlan {
  readonly path: string;
  readonly nextPath: string;
  readonly diskBytes: number;
  readonly dataBytes: number;
  /** Share of the data that differs in the second image, in scattered blocks of 64 KiB, such as 0.01. */
  readonly changed: number;
  readonly seed: string;
}

export interface ImagePair {
  readonly image: BenchImage;
  readonly next: BenchImage;
  readonly changedRanges: readonly Extent[];
}

const RUN_BYTES = 1024 * 1024;
const WORDS =
  "error warning info service started stopped user login session request response 200 404 GET POST json".split(
    " ",
  );

/** Deterministic random numbers below 2³², from AES in counter mode. */
export class Random {
  private readonly cipher;

  constructor(seed: string) {
    this.cipher = createCipheriv("aes-256-ctr", createHash("sha256").update(seed).digest(), Buffer.alloc(16));
  }

  bytes(length: number): Buffer {
    return this.cipher.update(Buffer.alloc(length));
  }

  below(bound: number): number {
    return this.bytes(4).readUInt32BE() % bound;
  }
}

/** Random bytes of a seed. */
export function noiseOf(seed: string, length: number): Buffer {
  return new Random(seed).bytes(length);
}

/**
 * Makes a sparse image and a changed copy; the same plan gives the same images. Runs of 1 MiB hold log-like text, half-random
 * binaries or noise (like compressed files), with holes between them.
 */
export async function makeImages(plan: ImagePlan): Promise<ImagePair> {
  const random = new Random(plan.seed);
  const runs = Math.floor(plan.dataBytes / RUN_BYTES);
  const slots = Math.floor(plan.diskBytes / RUN_BYTES);
  const extents: Extent[] = [];
  const changedRanges: Extent[] = [];
  await using image = await open(plan.path, "w");
  await using next = await open(plan.nextPath, "w");
  for (let run = 0; run < runs; run++) {
    const offset = Math.floor((run * slots) / runs) * RUN_BYTES;
    const content = runContent(run, random);
    await image.write(content, 0, RUN_BYTES, offset);
    for (let at = 0; at < RUN_BYTES; at += BLOCK_BYTES) {
      if (random.below(1_000_000) >= plan.changed * 1_000_000) continue;
      random.bytes(4096).copy(content, at + random.below(BLOCK_BYTES / 4096) * 4096);
      changedRanges.push({ offset: offset + at, length: BLOCK_BYTES, kind: "data" });
    }
    await next.write(content, 0, RUN_BYTES, offset);
    extents.push({ offset, length: RUN_BYTES, kind: "data" });
  }
  for (const file of [image, next]) {
    await file.truncate(plan.diskBytes);
    await file.sync();
  }
  return { image: { path: plan.path, extents }, next: { path: plan.nextPath, extents }, changedRanges };
}

function runContent(run: number, random: Random): Buffer {
  const noise = random.bytes(RUN_BYTES);
  if (run % 4 === 3) return noise;
  if (run % 2 === 0) return text(noise);
  // Binaries: short random stretches between repeated ones.
  const out = Buffer.alloc(RUN_BYTES);
  for (let at = 0; at < RUN_BYTES; at += 64) noise.copy(out, at, at % 4096, (at % 4096) + 24 + (at % 16));
  return out;
}

function text(noise: Buffer): Buffer {
  const lines: string[] = [];
  for (let i = 0, length = 0; length < RUN_BYTES; i += 4) {
    const n = noise.readUInt32BE(i % (RUN_BYTES - 4));
    const line = `2026-11-22T${n % 24}:${n % 60}:${(n >> 8) & 31} ${WORDS[n % WORDS.length]} ${n} ${WORDS[(n >>> 16) % WORDS.length]}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(""), "latin1").subarray(0, RUN_BYTES);
}

/** An image file as a source of blocks. */
export class ImageSource implements BlockSource {
  readonly size: number;
  readonly disposable = true;
  readonly extents: readonly Extent[];
  private readonly file: FileHandle;

  constructor(file: FileHandle, size: number, extents: readonly Extent[] | undefined) {
    this.file = file;
    this.size = size;
    this.extents = extents ?? [{ offset: 0, length: size, kind: "data" }];
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(length);
    await this.readInto(buffer, offset);
    return buffer;
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const { bytesRead } = await this.file.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw new RangeError("The image ended early.");
      done += bytesRead;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
  }
}

export async function openImage({ path, extents }: BenchImage): Promise<ImageSource> {
  const file = await open(path, "r");
  return new ImageSource(file, (await file.stat()).size, extents);
}
