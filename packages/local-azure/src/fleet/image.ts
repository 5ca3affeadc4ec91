import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { z } from "zod";
import { fillBytes } from "./fill.ts";

const bytes = z.number().int().min(0);

/** A disk of the fleet as it is shipped: where the bytes of `NAME.zst` lie, and which ranges are computed. */
export const recipeSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  diskBytes: bytes,
  /** SHA-256 of the whole raw disk, zeros included. */
  sha256: z.string(),
  /** Ranges whose bytes follow one another in `NAME.zst`, ascending: [offset, length]. */
  extents: z.array(z.tuple([bytes, bytes])),
  /** Ranges that `fillBytes` gives, from byte `from` of the seed's content. */
  fills: z.array(
    z.object({
      offset: bytes,
      length: bytes,
      kind: z.enum(["text", "binary", "random"]),
      seed: z.string(),
      from: bytes,
    }),
  ),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type Write = (offset: number, data: Buffer) => Promise<void>;

const images = new URL("../../images/", import.meta.url);
const stepBytes = 1024 * 1024;

export async function readRecipe(name: string, folder: URL = images): Promise<Recipe> {
  return recipeSchema.parse(JSON.parse(await readFile(new URL(`${name}.json`, folder), "utf8")));
}

/** Cuts a stream into pieces that end at a step or at the end of an extent, whatever sizes the stream comes in. */
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
      if (next.done === true) throw new Error("The image ends before its recipe does.");
      parts.push(next.value);
      held += next.value.length;
    }
    const all = Buffer.concat(parts, held);
    rest = all.subarray(length);
    return all.subarray(0, length);
  };
  for (const [offset, length] of extents) {
    for (let done = 0; done < length; done += stepBytes) {
      await write(offset + done, await take(Math.min(stepBytes, length - done)));
    }
  }
  const more = rest.length > 0 || (await source.next()).done !== true;
  if (more) throw new Error("The image holds more bytes than its recipe names.");
}

/** Writes every byte of a shipped disk that is not zero. Memory: a few MiB, whatever the disk's size. */
export async function unpackImage(recipe: Recipe, write: Write, folder: URL = images): Promise<void> {
  await pipeline(
    createReadStream(new URL(`${recipe.name}.zst`, folder)),
    createZstdDecompress({ chunkSize: stepBytes }),
    (stream: AsyncIterable<Buffer>) => spread(stream, recipe.extents, write),
  );
  for (const fill of recipe.fills) {
    for (let at = 0; at < fill.length; at += stepBytes) {
      const length = Math.min(stepBytes, fill.length - at);
      const data = fillBytes(fill.kind, fill.seed, { offset: fill.from + at, length });
      await write(fill.offset + at, data);
    }
  }
}
