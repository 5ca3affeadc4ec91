/** Packs a raw disk into a recipe and a compressed file. */
import { createHash } from "node:crypto";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { fillBytes } from "../../src/fleet/fill.ts";
import type { Recipe } from "../../src/fleet/recipe.ts";
import type { FilledFile, Tree } from "./tree.ts";

const BLOCK = 4096;
const STEP = 1024 * 1024;

interface Origin {
  readonly file: FilledFile;
  readonly from: number;
}

function keyOf(block: Buffer): string {
  return createHash("sha1").update(block).digest("base64");
}

/** All 4 KiB blocks of the large files by digest, to find them anywhere in the file system. */
function blocksOf(files: readonly FilledFile[]): Map<string, Origin> {
  const known = new Map<string, Origin>();
  for (const file of files) {
    for (let at = 0; at < file.bytes; at += STEP) {
      const length = Math.min(STEP, file.bytes - at);
      const data = fillBytes(file.kind, file.seed, { offset: at, length });
      for (let inner = 0; inner < length; inner += BLOCK) {
        known.set(keyOf(data.subarray(inner, inner + BLOCK)), { file, from: at + inner });
      }
    }
  }
  return known;
}

type Fill = { -readonly [Key in keyof Recipe["fills"][number]]: Recipe["fills"][number][Key] };

/** Collects blocks in runs: computed blocks in `fills`, others in `extents` and `data`. */
class Packer {
  readonly fills: Fill[] = [];
  readonly extents: [number, number][] = [];
  readonly data: Buffer[] = [];
  readonly #known: Map<string, Origin>;

  constructor(known: Map<string, Origin>) {
    this.#known = known;
  }

  add(offset: number, block: Buffer): void {
    const origin = this.#known.get(keyOf(block));
    if (origin) this.#addFill(offset, origin);
    else this.#addData(offset, block);
  }

  #addFill(offset: number, { file, from }: Origin): void {
    const last = this.fills.at(-1);
    if (
      last?.seed === file.seed &&
      last.offset + last.length === offset &&
      last.from + last.length === from
    ) {
      last.length += BLOCK;
    } else this.fills.push({ offset, length: BLOCK, kind: file.kind, seed: file.seed, from });
  }

  #addData(offset: number, block: Buffer): void {
    const last = this.extents.at(-1);
    if (last && last[0] + last[1] === offset) last[1] += BLOCK;
    else this.extents.push([offset, BLOCK]);
    this.data.push(Buffer.from(block));
  }
}

/** Packs a raw disk: computed blocks as lines of the recipe, other non-zero blocks compressed. */
export async function packDisk(
  tree: Tree,
  target: { readonly name: string; readonly disk: string; readonly images: string },
): Promise<void> {
  const packer = new Packer(blocksOf(tree.filled));
  const whole = createHash("sha256");
  await using disk = await open(target.disk, "r");
  const { size: diskBytes } = await disk.stat();
  const buffer = Buffer.alloc(STEP);
  const empty = Buffer.alloc(STEP);
  for (let at = 0; at < diskBytes; at += STEP) {
    const { bytesRead } = await disk.read(buffer, 0, STEP, at);
    whole.update(buffer.subarray(0, bytesRead));
    if (buffer.subarray(0, bytesRead).equals(empty.subarray(0, bytesRead))) continue;
    for (let inner = 0; inner < bytesRead; inner += BLOCK) {
      const block = buffer.subarray(inner, inner + BLOCK);
      if (!block.equals(empty.subarray(0, BLOCK))) packer.add(at + inner, block);
    }
  }
  const sha256 = whole.digest("hex");
  const { extents, fills } = packer;
  const recipe: Recipe = { version: 1, name: target.name, diskBytes, sha256, extents, fills };
  await writeFile(join(target.images, `${target.name}.json`), `${JSON.stringify(recipe)}\n`);
  const params = { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_checksumFlag]: 1 };
  await writeFile(
    join(target.images, `${target.name}.zst`),
    zstdCompressSync(Buffer.concat(packer.data), { params }),
  );
}
