/** The shipped disks of the demo fleet: their recipes, and how they are unpacked. */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { z } from "zod";
import { MIB } from "../units.ts";
import { fillBytes } from "./fill.ts";

const byteCount = z.number().int().min(0);

/** The recipe of a disk: where the bytes of `NAME.zst` belong, and which ranges are computed. */
const recipeSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  diskBytes: byteCount,
  /** SHA-256 of the raw disk, zeros included. */
  sha256: z.string(),
  /** Ranges whose bytes are in `NAME.zst`, in ascending order: [offset, length]. */
  extents: z.array(z.tuple([byteCount, byteCount])),
  /** Ranges that `fillBytes` computes, starting at byte `from` of the seed's content. */
  fills: z.array(
    z.object({
      offset: byteCount,
      length: byteCount,
      kind: z.enum(["text", "binary", "random"]),
      seed: z.string(),
      from: byteCount,
    }),
  ),
});

export type Recipe = z.infer<typeof recipeSchema>;
type Write = (offset: number, data: Buffer) => Promise<void>;

const images = new URL("../../images/", import.meta.url);
const STEP_BYTES = MIB;

export async function readRecipe(name: string, folder: URL = images): Promise<Recipe> {
  return recipeSchema.parse(JSON.parse(await readFile(new URL(`${name}.json`, folder), "utf8")));
}

/** Writes a stream to the extents, in pieces that end at a step or at the end of an extent. */
async function spread(
  stream: AsyncIterable<Buffer>,
  extents: Recipe["extents"],
  write: Write,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  const source = stream[Symbol.asyncIterator]();
  const take = async (length: number): Promise<Buffer> => {
    const parts = [rest];
    let held = rest.length;
    while (held < length) {
      const next = await source.next();
      if (next.done === true) throw new Error("The image is shorter than its recipe.");
      parts.push(next.value);
      held += next.value.length;
    }
    const all = Buffer.concat(parts, held);
    rest = all.subarray(length);
    return all.subarray(0, length);
  };
  for (const [offset, length] of extents) {
    for (let done = 0; done < length; done += STEP_BYTES) {
      await write(offset + done, await take(Math.min(STEP_BYTES, length - done)));
    }
  }
  const more = rest.length > 0 || (await source.next()).done !== true;
  if (more) throw new Error("The image is longer than its recipe.");
}

/** Writes all non-zero bytes of a shipped disk. Uses a few MiB of memory for any size. */
export async function unpackImage(recipe: Recipe, write: Write, folder: URL = images): Promise<void> {
  await pipeline(
    createReadStream(new URL(`${recipe.name}.zst`, folder)),
    createZstdDecompress({ chunkSize: STEP_BYTES }),
    (stream: AsyncIterable<Buffer>) => spread(stream, recipe.extents, write),
  );
  for (const fill of recipe.fills) {
    for (let at = 0; at < fill.length; at += STEP_BYTES) {
      const length = Math.min(STEP_BYTES, fill.length - at);
      const data = fillBytes(fill.kind, fill.seed, { offset: fill.from + at, length });
      await write(fill.offset + at, data);
    }
  }
}
