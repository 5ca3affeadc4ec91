/** Steps of `make-images.sh`: `names`, `facts`, `stage`, `assemble`, `pack`, `unpack`. */
import { mkdir, open, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillBytes } from "../../src/fleet/fill.ts";
import { readRecipe, unpackImage } from "../../src/fleet/recipe.ts";
import { gptOf } from "./gpt.ts";
import { layoutOf, layouts, partitionsOf } from "./layout.ts";
import { packDisk } from "./pack.ts";
import { treeOf } from "./trees.ts";

const MIB = 1024 * 1024;
/** Modification time of all staged files; fixed, so that an ext4 image is reproducible. */
const staged = new Date("2026-11-01T06:00:00Z");

async function put(folder: string, path: string, write: (target: string) => Promise<void>): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  await write(target);
}

/** Writes the files of a disk to a folder. */
async function stage(name: string, folder: string): Promise<void> {
  const tree = treeOf(name);
  for (const path of tree.folders) await mkdir(join(folder, path), { recursive: true });
  for (const { path, text, mode } of tree.small) {
    await put(folder, path, async (target) => {
      await writeFile(target, text, { mode });
      await utimes(target, staged, staged);
    });
  }
  for (const { path, bytes, kind, seed } of tree.filled) {
    await put(folder, path, async (target) => {
      await using file = await open(target, "w");
      for (let offset = 0; offset < bytes; offset += MIB) {
        const length = Math.min(MIB, bytes - offset);
        await file.write(fillBytes(kind, seed, { offset, length }), 0, length, offset);
      }
      await file.utimes(staged, staged);
    });
  }
  for (const { path, target: to } of tree.links) await put(folder, path, (target) => symlink(to, target));
}

/** Writes a disk with a partition table around the file system in `partition`. */
async function assemble(name: string, partition: string, disk: string): Promise<void> {
  const layout = layoutOf(name);
  const bytes = layout.diskMib * MIB;
  const { head, tail } = gptOf({ name, bytes }, partitionsOf(layout));
  await writeFile(disk, "");
  await truncate(disk, bytes);
  await using from = await open(partition, "r");
  await using to = await open(disk, "r+");
  const buffer = Buffer.alloc(MIB);
  const zeros = Buffer.alloc(MIB);
  for (let at = 0; at < layout.sizeMib * MIB; at += MIB) {
    const { bytesRead } = await from.read(buffer, 0, MIB, at);
    const data = buffer.subarray(0, bytesRead);
    if (!data.equals(zeros.subarray(0, bytesRead)))
      await to.write(data, 0, data.length, layout.startMib * MIB + at);
  }
  await to.write(head, 0, head.length, 0);
  await to.write(tail, 0, tail.length, bytes - tail.length);
}

/** Unpacks a shipped disk to a raw file, as the first start of a local Azure does. */
async function unpack(name: string, images: string, disk: string): Promise<void> {
  const folder = pathToFileURL(`${images}/`);
  const recipe = await readRecipe(name, folder);
  await using file = await open(disk, "w");
  await file.truncate(recipe.diskBytes);
  await unpackImage(
    recipe,
    async (offset, data) => {
      await file.write(data, 0, data.length, offset);
    },
    folder,
  );
}

function facts(name: string): void {
  const { fileSystem, startMib, sizeMib, label } = layoutOf(name);
  process.stdout.write(`${fileSystem} ${startMib} ${sizeMib} ${label}\n`);
}

const [step, name = "", first = "", second = ""] = process.argv.slice(2);
if (step === "names") process.stdout.write(`${layouts.map((layout) => layout.name).join("\n")}\n`);
else if (step === "facts") facts(name);
else if (step === "stage") await stage(name, first);
else if (step === "assemble") await assemble(name, first, second);
else if (step === "pack") await packDisk(treeOf(name), { name, disk: first, images: second });
else if (step === "unpack") await unpack(name, first, second);
else throw new Error(`There is no step '${step}'.`);
